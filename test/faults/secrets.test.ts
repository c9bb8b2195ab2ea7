// Secrets in what systems and people write: none reaches a message, a file, the log or the record.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import type { Action } from '../../src/core/action/action.ts';
import { actionsOf } from '../../src/core/action/in-incident.ts';
import type { ActionCall, LookCall, PerformCall } from '../../src/core/action/port.ts';
import type { Recorded } from '../../src/core/event.ts';
import { done, refused } from '../../src/core/fault.ts';
import type { Incident } from '../../src/core/incident.ts';
import { previewAction } from '../../src/response/actions/preview-action.ts';
import { settleAction } from '../../src/response/actions/settle-action.ts';
import { verifyAction } from '../../src/response/actions/verify-action.ts';
import { draftPostmortem } from '../../src/response/draft-postmortem.ts';
import { openDesk } from '../../src/response/open-desk.ts';
import { performAction } from '../../src/response/perform-action.ts';
import { actionMessage } from '../../src/slack/blocks/action.ts';
import { actionKind, defineAction } from '../../src/systems/action-kind.ts';
import type { Lever } from '../support/pretend-lever.ts';
import { openBench } from '../support/response-bench.ts';
import { type Story, startStory, until } from '../support/story.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';

/** In no form that a known password would have: what masks them can only go by how they look. */
const planted = {
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl',
  slack: 'xoxb-900012345678-plantedplanted',
  aws: 'AKIAPLANTEDPLANTED01',
  bearer: 'planted-bearer-5f3a9c',
  redis: 'planted-redis-77e1',
  kube: 'planted-kube-token-9d2b',
  note: 'planted-note-4c4c',
  reason: 'planted-reason-8a8a',
} as const;

function leaksIn(text: string): readonly string[] {
  return Object.values(planted).filter((secret) => text.includes(secret));
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server whose answer to a request is the text that `answer` gives. */
async function serve(answer: (path: string) => string | Promise<string>, status = 200): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('F81: a check shows no secret that its system wrote', () => {
  const at = Date.now() / 1_000;
  const vector = (labels: object, more: object = {}) =>
    JSON.stringify({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: labels, value: [at, String(at)] }] },
      ...more,
    });

  async function said(block: object, uses: string, params: unknown): Promise<string> {
    const systems: TestSystems = testSystems(block);
    closing.push(systems.close);
    return JSON.stringify(await systems.ask(uses, params, { unit: 'count' })) + systems.logged.join();
  }

  it('Prometheus: labels, names of series and warnings', async () => {
    const labels = { instance: `bus?token=${planted.jwt}`, job: planted.slack };
    const url = await serve((path) =>
      path.includes('query_range')
        ? JSON.stringify({
            status: 'success',
            data: { resultType: 'matrix', result: [{ metric: labels, values: [[at, '1']] }] },
          })
        : vector(labels, { warnings: [`store says Authorization: Bearer ${planted.bearer}`] }),
    );
    const text = await said({ prometheus: { url } }, 'prometheus.value', {
      promql: 'up',
      reduce: 'max',
      metric: 'up',
      chart: { range: '1h', step: '1m' },
    });
    expect(text).toContain('store says');
    expect(text).toContain('bus?token=[masked]');
    expect(text).toContain('"points"');
    expect(leaksIn(text)).toEqual([]);
  });

  it('Prometheus: the words of an error, cut in the middle of a token', async () => {
    const url = await serve(() => `${'x'.repeat(280)} ${planted.jwt}`, 500);
    const text = await said({ prometheus: { url } }, 'prometheus.value', { promql: 'up', reduce: 'max', metric: 'up' });
    expect(text).toContain('500');
    expect(text).not.toContain(planted.jwt.slice(0, 8));
  });

  it('the dashboard: names, errors of services and states of breakers', async () => {
    const url = await serve(() =>
      JSON.stringify({
        constitutional_hash: 'cdd01ef066bc6cf2',
        total_services: 1,
        healthy_services: 0,
        services: [
          {
            name: 'bus',
            status: 'unknown',
            error_message: `redis://acgs:${planted.redis}@redis:6379 refused`,
            details: {},
          },
        ],
        circuit_breakers: [{ name: `s3 ${planted.aws}`, state: 'open' }],
      }),
    );
    const texts = await Promise.all([
      said({ dashboard: { url } }, 'dashboard.overview', {}),
      said({ dashboard: { url } }, 'dashboard.breakers', {}),
    ]);
    expect(texts[0]).toContain('redis://acgs:[masked]@redis:6379 refused');
    expect(texts[1]).toContain('s3 [masked]');
    expect(texts.flatMap(leaksIn)).toEqual([]);
  });
});

test('F81: an incident among systems and people that write secrets shows, logs and stores none of them', async () => {
  const origins = { prometheus: '', dashboard: '' };
  const careless = (of: keyof typeof origins, change: (body: string) => string) =>
    serve(async (path) => change(await (await fetch(`${origins[of]}${path}`)).text()));
  const prometheus = await careless('prometheus', (body) =>
    body
      .replaceAll('"service":"acgs2-agent-bus"', `"service":"acgs2-agent-bus token=${planted.kube}"`)
      .replaceAll('"instance":"', `"instance":"${planted.slack} `)
      .replace('{"status":"success"', `{"status":"success","warnings":["upstream sent Bearer ${planted.bearer}"]`),
  );
  const dashboard = await careless('dashboard', (body) =>
    body.replaceAll('"error_message":null', `"error_message":"${planted.jwt}"`),
  );
  const story = await startStory({
    budget: '30s',
    configure: (config) => {
      origins.prometheus = config.systems.prometheus?.url ?? '';
      origins.dashboard = config.systems.dashboard?.url ?? '';
      return {
        ...config,
        systems: { ...config.systems, prometheus: { url: prometheus, jobs: [] }, dashboard: { url: dashboard } },
      };
    },
  });
  closing.push(story.stop);
  story.world.inject('cache-cold', { agoSeconds: 600 });

  await story.slack.command('rita', '#incidents', `incident latency see redis://acgs:${planted.redis}@redis:6379/0`);
  await until('the evidence', async () => /Evidence of INC-1/.test(await story.threadText()));
  const { channel } = await story.card();
  await story.slack.command('rita', channel, `timeline add tried with password=${planted.note}`);
  await until('the note', async () => (await story.store.events('INC-1')).some(({ event }) => event.type === 'noted'));
  await story.slack.command('rita', channel, `resolve the key ${planted.aws} was revoked, secret: ${planted.reason}`);
  const report = await until('the report', () => story.slack.files().find((file) => file.name.endsWith('.md')));

  const evidence = await story.threadText();
  expect(evidence).toContain('agent-bus token=[masked]');
  expect(new TextDecoder().decode(story.slack.fileBytes(report.id))).toMatch(
    // Brackets are escaped in Markdown.
    /tried with password=\\?\[masked/,
  );
  const sent = story.slack.calls().map((call) => JSON.stringify(call));
  const files = story.slack.files().map((file) => new TextDecoder('latin1').decode(story.slack.fileBytes(file.id)));
  expect([...sent, ...files].flatMap(leaksIn)).toEqual([]);
  expect(story.complaints.flatMap(leaksIn)).toEqual([]);
  expect(leaksIn(await recordOf(story))).toEqual([]);
}, 120_000);

describe('F81: an action among systems and people that write secrets', () => {
  const secrets = Object.values(planted).map(
    (secret, index) => `${['token=', 'password: ', 'Bearer '][index % 3]}${secret}`,
  );
  const all = secrets.join(' and ');
  const careless = (lever: Lever) => ({
    preview: async (_deps: object, _params: unknown, call: ActionCall) => {
      const seen = await lever.preview({ ...call, params: { to: 5 } });
      if (!seen.ok) return refused({ ...seen.fault, message: `refused: ${all}`, remedy: `look at ${all}` });
      const { undo, ...shown } = seen.value;
      const said = { call: `PULL ${all}`, summary: `pulls ${all}`, notes: [all], rows: [{ label: all, amount: all }] };
      const facts = [...shown.facts, { name: 'owner', value: all }];
      return done({
        ...shown,
        ...said,
        facts,
        ...(undo === undefined ? {} : { undo: { ...undo, title: `Back, ${all}` } }),
      });
    },
    perform: async (_deps: object, _params: unknown, call: PerformCall) => ({
      ...(await lever.perform({ ...call, params: { to: 5 } })),
      summary: all,
    }),
    look: async (_deps: object, _params: unknown, call: LookCall) => ({
      ...(await lever.look({ ...call, params: { to: 5 } })),
      summary: all,
    }),
    verify: async () => ({ kind: 'converged' as const, summary: all }),
  });

  it('shows, logs and stores none of them: preview, reason, failure, outcome, look, verification, refusal', async () => {
    const bench = await openBench();
    closing.push(() => bench.store.close());
    const logged: string[] = [];
    const line = (about: object, message: string) => void logged.push(`${message} ${JSON.stringify(about)}`);
    const log = { debug: line, info: line, warn: line, error: line };
    const recipe = defineAction(z.unknown(), careless(bench.lever));
    const kind = actionKind({ name: 'test', deps: {}, log }, 'lever', recipe);
    const given = { ...bench.given, log, actions: { ...bench.given.actions, kindOf: () => kind } };
    const desk = openDesk(given);
    const rita = bench.asks('U0RITA');
    const newest = async () => actionsOf((await bench.store.incident('INC-1')) as Incident).at(-1) as Action;
    const previewed = async () => {
      bench.now += 1_000;
      await desk.proposeAction('INC-1', 'scale-out', rita);
      const { id } = await newest();
      await previewAction(given, 'INC-1', id);
      return id;
    };
    const run = async (reason: string) => {
      const id = await previewed();
      await desk.decideOn(id, { kind: 'request', typed: 'PULL one', reason }, rita);
      await performAction(given, 'INC-1', id);
      return id;
    };

    await desk.command('incident latency', rita);
    const succeeded = await run(all);
    await verifyAction(given, 'INC-1', succeeded);
    await desk.decideOn(succeeded, { kind: 'keep', reason: all }, rita);
    bench.lever.position = 3;
    bench.lever.mood = 'refuses';
    await run(all);
    bench.lever.mood = 'lost';
    await settleAction(given, 'INC-1', await run(all));
    bench.lever.position = 3;
    bench.gate = { allowed: false, why: `the policy says ${all}` };
    await run(all);
    bench.lever.risk = 'destructive';
    await desk.decideOn(await run(all), { kind: 'reject', reason: all }, bench.asks('U0OMAR'));
    bench.lever.reachable = false;
    await previewed();
    await desk.resolve('INC-1', { as: 'resolved', reason: all }, rita);
    await draftPostmortem(given, 'INC-1');

    const events = await bench.store.events('INC-1');
    const ids = [...JSON.stringify(events).matchAll(/"evidence":\{"id":"([^"]+)"/g)].map(([, id = '']) => id);
    const kept = await Promise.all(
      ids.map(async (id) => new TextDecoder().decode((await bench.store.evidence(id))?.body)),
    );
    const notices = (await bench.store.outbox.claim(200)).map(({ notice }) => JSON.stringify(notice));
    const drawn = await Promise.all(
      actionsOf((await bench.store.incident('INC-1')) as Incident).map(async ({ id }) => {
        const view = await desk.actionView('INC-1', id);
        return JSON.stringify(view === undefined ? '' : actionMessage(view, () => 'somebody'));
      }),
    );
    const states = actionsOf((await bench.store.incident('INC-1')) as Incident).map(({ state }) => state);
    expect(states).toEqual(['kept', 'failed', 'succeeded', 'cancelled', 'rejected', 'cancelled']);
    expect(JSON.stringify(events)).toContain('the policy says token=[masked]');
    expect(drawn.join()).toContain('[masked]');
    for (const said of [JSON.stringify(events), ...kept, ...notices, ...drawn, ...logged])
      expect(leaksIn(said)).toEqual([]);
  });
});

/** All events of the incident, with every piece of evidence that they point to. */
async function recordOf(story: Story): Promise<string> {
  const events: readonly Recorded[] = await story.store.events('INC-1');
  expect(events.map(({ event }) => event.type)).toContain('report-drafted');
  const ids = [...JSON.stringify(events).matchAll(/"evidence":\{"id":"([^"]+)"/g)].map(([, id = '']) => id);
  expect(ids.length).toBeGreaterThan(3);
  const kept = await Promise.all([...new Set(ids)].map((id) => story.store.evidence(id)));
  return JSON.stringify(events) + kept.map((one) => new TextDecoder('latin1').decode(one?.body)).join('\n');
}
