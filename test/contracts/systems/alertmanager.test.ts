// Silences, and the API that they need: the same promises for the pretend Alertmanager and for the real one.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAlertmanagerFace } from '../../../src/simulator/faces/alertmanager.ts';
import { createWorld } from '../../../src/simulator/world/world.ts';
import { startRealAlertmanager, whyNoAlertmanager } from '../../support/real-alertmanager.ts';
import { staged } from '../../support/staged-kind.ts';
import { type TestSystems, testSystems } from '../../support/system-checks.ts';

const missing = whyNoAlertmanager();
const startReal = async () => {
  const { address, stop } = await startRealAlertmanager('route: { receiver: none }\nreceivers: [{ name: none }]\n');
  return { url: `http://${address}`, stop };
};
const startPretend = () => startAlertmanagerFace({ world: createWorld({ historyDays: 0.01 }) });

promises('the pretend Alertmanager', startPretend);
describe.skipIf(missing !== undefined)(`against the real one${missing === undefined ? '' : ` (${missing})`}`, () => {
  promises('the real Alertmanager', startReal);
});

function promises(
  title: string,
  start: () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>,
): void {
  describe(title, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let systems: TestSystems;
    beforeAll(async () => {
      server = await start();
      systems = testSystems({ alertmanager: { url: server.url } });
    });
    afterAll(async () => {
      await systems?.close();
      await server?.stop();
    });

    async function ask(method: string, path: string, body?: unknown, type = 'application/json') {
      const response = await fetch(`${server.url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : {
              headers: { 'content-type': type },
              body: typeof body === 'string' ? body : JSON.stringify(body),
            }),
      });
      const text = await response.text();
      return { status: response.status, body: text.trim() === '' ? undefined : JSON.parse(text) };
    }

    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const good = {
      matchers: [{ name: 'job', value: 'nobody', isRegex: false }],
      startsAt: at(0),
      endsAt: at(10),
      createdBy: 'a test',
      comment: 'a test',
    };
    const silencePath = '/api/v2/silences';

    it('is ready, and says its version', async () => {
      expect((await fetch(`${server.url}/-/ready`)).status).toBe(200);
      expect((await ask('GET', '/api/v2/status')).body).toMatchObject({ versionInfo: { version: expect.any(String) } });
    });

    it.each<readonly [string, unknown, number, unknown]>([
      ['no JSON', '{"matchers"', 400, { code: 400 }],
      ['no comment', { ...good, comment: undefined }, 422, { code: 602, message: 'comment in body is required' }],
      ['no matcher', { ...good, matchers: [] }, 422, { code: 612 }],
      [
        'a matcher that does not say whether it is a pattern',
        { ...good, matchers: [{ name: 'a', value: 'b' }] },
        422,
        { code: 602, message: 'matchers.0.isRegex in body is required' },
      ],
      ['a time that is none', { ...good, startsAt: 'yesterday' }, 400, { code: 400 }],
      [
        'an end before its beginning',
        { ...good, endsAt: at(-10) },
        400,
        'Failed to create silence: start time must be before end time',
      ],
      [
        'an end in the past',
        { ...good, startsAt: at(-20), endsAt: at(-10) },
        400,
        "Failed to create silence: end time can't be in the past",
      ],
      [
        'matchers that fit everything',
        { ...good, matchers: [{ name: 'a', value: '.*', isRegex: true }] },
        400,
        'silence invalid: at least one matcher must not match the empty string',
      ],
      [
        'a broken pattern',
        { ...good, matchers: [{ name: 'a', value: '(', isRegex: true }] },
        400,
        expect.stringContaining('invalid label matcher 0: invalid regular expression "("'),
      ],
      [
        'a label that is none',
        { ...good, matchers: [{ name: 'a-b', value: 'c', isRegex: false }] },
        400,
        'silence invalid: invalid label matcher 0: invalid label name "a-b"',
      ],
      [
        'an id that it does not know',
        { ...good, id: '11111111-1111-1111-1111-111111111111' },
        404,
        'silence not found',
      ],
    ])('refuses a silence with %s', async (_, body, status, says) => {
      const answer = await ask('POST', silencePath, body);
      expect(answer.status).toBe(status);
      if (typeof says === 'object' && says !== null && 'code' in says) expect(answer.body).toMatchObject(says);
      else expect(answer.body).toEqual(says);
    });

    it('refuses another media type, another method, another path, an id that is none and a filter that is none', async () => {
      expect(await ask('POST', silencePath, 'a=b', 'application/x-www-form-urlencoded')).toMatchObject({
        status: 415,
        body: { code: 415 },
      });
      expect((await ask('PUT', silencePath)).status).toBe(405);
      expect((await ask('GET', '/api/v2/nothing')).status).toBe(404);
      expect((await ask('DELETE', '/api/v2/silence/x')).status).toBe(422);
      expect((await ask('GET', '/api/v2/silence/11111111-1111-1111-1111-111111111111')).status).toBe(404);
      expect(await ask('DELETE', '/api/v2/silence/11111111-1111-1111-1111-111111111111')).toEqual({
        status: 500,
        body: 'silence not found',
      });
      expect(await ask('GET', '/api/v2/alerts?filter=foo')).toEqual({ status: 400, body: 'bad matcher format: foo' });
    });

    it('makes a silence, which begins now at the earliest, and ends it as often as it is asked', async () => {
      const { status, body } = await ask('POST', silencePath, { ...good, startsAt: at(-5) });
      expect(status).toBe(200);
      const path = `/api/v2/silence/${(body as { silenceID: string }).silenceID}`;
      const made = (await ask('GET', path)).body as { startsAt: string; matchers: unknown };
      expect(made).toMatchObject({
        status: { state: 'active' },
        matchers: [{ name: 'job', value: 'nobody', isRegex: false, isEqual: true }],
      });
      expect(Date.parse(made.startsAt)).toBeGreaterThan(Date.now() - 60_000);
      expect((await ask('DELETE', path)).status).toBe(200);
      expect((await ask('DELETE', path)).status).toBe(200);
      expect((await ask('GET', path)).body).toMatchObject({ status: { state: 'expired' } });
    });

    describe('the actions', () => {
      const matchers = { alertname: '=~HighP99.*|Quote"d', service: 'a service' };
      const silence = (action: string) =>
        staged(systems.system('alertmanager').actions.silence, { matchers, for: '30m' }, action);
      const ending = (of: string) =>
        staged(systems.system('alertmanager').actions['expire-silence'], { action: of }, `${of}-undo`);
      const suppressed = async () => {
        const { body } = await ask('GET', '/api/v2/alerts');
        const alerts = body as { labels: { service?: string }; status: { state: string } }[];
        return alerts.filter(({ labels, status }) => labels.service === 'a service' && status.state === 'suppressed');
      };
      beforeEach(async () => {
        const labels = { service: 'a service', severity: 'critical' };
        const told = ['HighP99Latency', 'Quote"d', 'Another'].map((alertname) => ({
          labels: { alertname, ...labels },
        }));
        expect((await ask('POST', '/api/v2/alerts', told)).status).toBe(200);
        await expect
          .poll(async () => ((await ask('GET', '/api/v2/alerts')).body as unknown[]).length)
          .toBeGreaterThan(2);
      });

      it('the preview names matchers, end and the alerts that fire now, and changes nothing', async () => {
        const shown = await silence('a0').shown();
        expect(shown.risk).toBe('safe');
        expect(shown.call).toBe(
          String.raw`POST /api/v2/silences alertname=~"HighP99.*|Quote\"d" and service="a service" for 30 min`,
        );
        expect(shown.summary).toMatch(/until \d\d:\d\d UTC: 2 alerts that fire now\. It can be ended/);
        expect(shown.rows.map(({ label }) => label).sort()).toEqual([
          'HighP99Latency {service="a service", severity="critical"}',
          'Quote"d {service="a service", severity="critical"}',
        ]);
        expect(shown.notes.join()).toContain('2 of the alerts that fire now are critical.');
        expect(await suppressed()).toEqual([]);
        expect((await silence('a0').look(shown)).kind).toBe('not-applied');
        expect((await silence('a0').look(shown, Date.now())).kind).toBe('unclear');
      });

      it('silences once, finds its own silence again, and ends it', async () => {
        const kind = silence('a1');
        const shown = await kind.shown();
        const performed = await kind.perform(shown);
        expect(performed).toMatchObject({ kind: 'succeeded', summary: expect.stringMatching(/^silence \S+ until/) });
        await expect.poll(async () => (await suppressed()).length).toBe(2);
        expect((await kind.look(shown)).kind).toBe('applied');
        expect(await kind.verify(shown)).toMatchObject({
          kind: 'converged',
          summary: expect.stringContaining('over 2 alerts that fire'),
        });
        // Another action's silence is not mistaken for it.
        expect((await silence('a2').look(shown)).kind).toBe('not-applied');

        expect(shown.undo).toMatchObject({ kind: 'expire-silence', params: { action: 'a1' } });
        const undo = ending('a1');
        const again = await undo.shown();
        expect(again.call).toMatch(/^DELETE \/api\/v2\/silence\/\S+$/);
        expect((await undo.look(again)).kind).toBe('not-applied');
        expect((await undo.perform(again)).kind).toBe('succeeded');
        expect((await undo.look(again)).kind).toBe('applied');
        expect((await undo.verify(again)).kind).toBe('converged');
        await expect.poll(async () => (await suppressed()).length).toBe(0);
        expect((await undo.shown()).summary).toMatch(/^Nothing is left to end: /);
        expect(await undo.perform(again)).toMatchObject({
          kind: 'succeeded',
          summary: expect.stringContaining('by itself'),
        });
      });

      it('has nothing to end where no silence was made', async () => {
        expect(await ending('nobody').preview()).toMatchObject({ ok: false, fault: { code: 'nothing-to-do' } });
      });
    });
  });
}
