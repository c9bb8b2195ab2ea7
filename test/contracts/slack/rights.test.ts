// Rights as Slack tells them: members of user groups on the wire, read at the click and afresh at the run, and nobody where Slack does not say.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { actionsOf } from '../../../src/core/action/in-incident.ts';
import { turnsInMemory } from '../../../src/core/turn.ts';
import { previewAction } from '../../../src/response/actions/preview-action.ts';
import type { Desk } from '../../../src/response/desk.ts';
import type { Given } from '../../../src/response/given.ts';
import { openDesk } from '../../../src/response/open-desk.ts';
import { performAction } from '../../../src/response/perform-action.ts';
import type { Fault } from '../../../src/simulator/slack/faults.ts';
import { type PretendSlack, startPretendSlack } from '../../../src/simulator/slack/workspace.ts';
import { createRights } from '../../../src/slack/rights.ts';
import { createWebApi } from '../../../src/slack/web-api.ts';
import { quietMeter } from '../../support/quiet-meter.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

const incident = 'INC-1';
/** Longer than who is in a group is remembered. */
const laterMs = 16_000;

let bench: Bench;
let slack: PretendSlack;
let responders: string[];
let approvers: string[];
let given: Given;
let desk: Desk;
let outside: Parameters<typeof createRights>[1];
const stopping = new AbortController();

beforeEach(async () => {
  bench = await openBench();
  bench.lever.risk = 'destructive';
  responders = ['U0RITA', 'U0OMAR'];
  approvers = ['U0OMAR'];
  slack = await startPretendSlack({
    rateLimits: 'generous',
    groups: [
      { id: 'S0RESPOND', handle: 'responders', users: responders },
      { id: 'S0APPROVE', handle: 'approvers', users: approvers },
    ],
  });
  const { clock, log } = bench.given;
  const turns = turnsInMemory(() => performance.now());
  const config = { botToken: slack.botToken, apiUrl: `${slack.url}/api/` };
  const api = createWebApi(config, { turns, log, meter: quietMeter, stopping: stopping.signal });
  outside = { api, clock, log };
  const people = { responders: ['S0RESPOND', 'U0SAM'], approvers: ['S0APPROVE'], commanders: ['U0LENA'] };
  const rights = createRights({ people, breakGlass: ['U0LENA', 'U0DANA'] }, { api, clock, log });
  given = { ...bench.given, actions: { ...bench.given.actions, rights } };
  desk = openDesk(given);
  await desk.command('incident latency', bench.asks('U0RITA'));
  await bench.answers();
});
afterEach(async () => {
  await slack.stop();
  await bench.store.close();
});

async function requested(who = 'U0RITA'): Promise<string> {
  bench.now += 1_000;
  await desk.proposeAction(incident, 'scale-out', bench.asks(who));
  const { id } = await action();
  await previewAction(given, incident, id);
  await desk.decideOn(id, { kind: 'request', typed: 'PULL one', reason: 'because' }, bench.asks(who));
  return id;
}

async function action() {
  const found = await bench.store.incident(incident);
  const newest = found === undefined ? undefined : actionsOf(found).at(-1);
  if (newest === undefined) throw new Error('no action was proposed');
  return newest;
}

const approve = (id: string, who: string) => desk.decideOn(id, { kind: 'approve' }, bench.asks(who));
const leave = (group: string[], who: string) => void group.splice(group.indexOf(who), 1);

it('F36: who is in the group may, and who left it between the request and the click may not', async () => {
  const first = await requested();
  await approve(first, 'U0OMAR');
  expect((await action()).state).toBe('approved');

  const second = await requested();
  leave(approvers, 'U0OMAR');
  bench.now += laterMs;
  await approve(second, 'U0OMAR');
  expect(await bench.answers()).toContain('refusal no-approver');
  expect((await action()).state).toBe('awaiting');
});

it.each([
  ['the approver', () => leave(approvers, 'U0OMAR'), 'somebody who approved is no approver now'],
  ['the requester', () => leave(responders, 'U0RITA'), 'the requester is no responder now'],
])('F36: nothing runs when %s has left the group between the click and the run', async (_, leaves, why) => {
  const id = await requested();
  await approve(id, 'U0OMAR');
  // Without a pause: what was remembered for the click does not count for the run.
  leaves();
  await performAction(given, incident, id);
  expect(bench.lever.pulls).toEqual([]);
  expect(await action()).toMatchObject({ state: 'void', outcome: why });
});

it.each<readonly [string, Fault]>([
  ['an error', { kind: 'error', error: 'fatal_error' }],
  ['a 429', { kind: 'ratelimited', retryAfter: 30 }],
  ['a 500', { kind: 'http', status: 500 }],
  ['nothing', { kind: 'hang' }],
])(
  'F37: while Slack answers %s for a group, nobody holds a right through it',
  { timeout: 30_000 },
  async (_, fault) => {
    const id = await requested('U0SAM');
    bench.now += laterMs;
    slack.faults.fail('usergroups.users.list', fault, Number.POSITIVE_INFINITY);
    await approve(id, 'U0OMAR');
    expect(await bench.answers()).toContain('refusal no-approver');
    expect((await action()).state).toBe('awaiting');
    expect(bench.logged).toContainEqual(expect.stringMatching(/a user group cannot be read.*S0APPROVE/));
  },
);

it('F37: approved, and the group cannot be read at the run: nothing runs', async () => {
  const id = await requested();
  await approve(id, 'U0OMAR');
  slack.faults.fail('usergroups.users.list', { kind: 'error', error: 'fatal_error' }, Number.POSITIVE_INFINITY);
  await performAction(given, incident, id);
  expect(bench.lever.pulls).toEqual([]);
  expect((await action()).state).toBe('void');
});

it('an empty list is nobody', async () => {
  const { api, clock, log } = outside;
  const none = { responders: [], approvers: [], commanders: [] };
  const rights = createRights({ people: none, breakGlass: ['U0LENA', 'U0DANA'] }, { api, clock, log });
  expect(await rights.of(['U0RITA', 'U0LENA'], { fresh: true })).toEqual({ U0RITA: [], U0LENA: [] });
  expect(await rights.holders('approver')).toEqual([]);
});

it('F37: two people whom the configuration names for that case can act: one asks, the other approves, and it is loud', async () => {
  const early = await requested('U0SAM');
  bench.now += laterMs;
  // While the groups can be read, being named for the other case is no right.
  await approve(early, 'U0DANA');
  expect(await bench.answers()).toContain('refusal no-approver');

  slack.faults.fail('usergroups.users.list', { kind: 'error', error: 'fatal_error' }, Number.POSITIVE_INFINITY);
  bench.now += laterMs;
  const id = await requested('U0LENA');
  await approve(id, 'U0LENA');
  expect(await bench.answers()).toContain('refusal own-request');
  await approve(id, 'U0DANA');
  await performAction(given, incident, id);
  expect(bench.lever.pulls).toEqual([5]);
  expect(await action()).toMatchObject({
    state: 'succeeded',
    requestedByBreakGlass: true,
    approvals: [{ by: { id: 'U0DANA' }, breakGlass: true }],
  });
  expect(await bench.answers()).toContainEqual(
    expect.stringMatching(/^say BREAK-GLASS · .* was approved without the groups being read/),
  );
});
