// The life of an action against the real store: who may bring it to run, what makes it void, and what a dead process leaves.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Action } from '../../../src/core/action/action.ts';
import { actionsOf } from '../../../src/core/action/in-incident.ts';
import { theBot } from '../../../src/core/actor.ts';
import type { Fault } from '../../../src/core/fault.ts';
import { type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import { act } from '../../../src/response/actions/act.ts';
import { actionView } from '../../../src/response/actions/action-view.ts';
import { escalateApproval } from '../../../src/response/actions/escalate-approval.ts';
import { expireAction } from '../../../src/response/actions/expire-action.ts';
import { previewAction } from '../../../src/response/actions/preview-action.ts';
import { settleAction } from '../../../src/response/actions/settle-action.ts';
import { verifyAction } from '../../../src/response/actions/verify-action.ts';
import { draftPostmortem } from '../../../src/response/draft-postmortem.ts';
import { performAction } from '../../../src/response/perform-action.ts';
import { runReview } from '../../../src/response/review.ts';
import { runChecks } from '../../../src/response/run-checks.ts';
import { watchRecovery } from '../../../src/response/watch-recovery.ts';
import { actionMessage } from '../../../src/slack/blocks/action.ts';
import { brokenChains } from '../../support/invariants.ts';
import { unlawfulActions } from '../../support/lawful-actions.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  await bench.answers();
  return async () => {
    await expectLawful();
    await bench.store.close();
  };
});

/**
 * Whatever the fault was. Checks and acknowledgements (I3, I4) have no part in these tests: the stories and the rig look at those.
 */
async function expectLawful(): Promise<void> {
  const { store, lever, desk, logged } = bench;
  expect(await unlawfulActions(store), 'I1').toEqual([]);
  const events = (await store.events(incident)).map(({ event }) => event.type);
  expect(lever.pulls.length, 'I1').toBeLessThanOrEqual(events.filter((type) => type === 'action-claimed').length);
  for (const { id } of await actions())
    expect(await messageOf(id), 'I2: what has become of it can be read').not.toBe('');
  expect(await brokenChains(store), 'I5').toEqual([]);
  await bench.answers();
  await desk.command('incident list', bench.asks('U0LOOKS'));
  const answers = await bench.answers();
  expect(answers, 'I7').toHaveLength(1);
  expect([...logged, ...answers].join('\n'), 'I6').not.toMatch(/xox[abp]-\w|xapp-\w|Bearer \w/);
}

const incident = 'INC-1';
const minuteMs = 60_000;

async function actions(): Promise<readonly Action[]> {
  const found = await bench.store.incident(incident);
  return found === undefined ? [] : actionsOf(found);
}

async function action(): Promise<Action> {
  const newest = (await actions()).at(-1);
  if (newest === undefined) throw new Error('no action was proposed');
  return newest;
}

/** Proposes and previews an action of the runbook; all of them move the lever to 5. */
async function previewed(name = 'scale-out'): Promise<string> {
  bench.now += 1_000;
  await bench.desk.proposeAction(incident, name, bench.asks('U0RITA'));
  const { id } = await action();
  await previewAction(bench.given, incident, id);
  return id;
}

/** The review whose message waits in the outbox. */
async function startedReview(): Promise<string> {
  for (const { notice } of await bench.store.outbox.claim(50)) if (notice.kind === 'review') return notice.review;
  throw new Error('no review was started');
}

/** The newest refusal that waits in the outbox. */
async function refusal(): Promise<Fault> {
  const faults = (await bench.store.outbox.claim(50)).flatMap(({ notice }) =>
    notice.kind === 'answer' && notice.answer.kind === 'refusal' ? [notice.answer.fault] : [],
  );
  const newest = faults.at(-1);
  if (newest === undefined) throw new Error('nobody was refused anything');
  return newest;
}

const decide = (id: string, who: string, kind: 'approve' | 'reject' | 'cancel') =>
  bench.desk.decideOn(id, { kind }, bench.asks(who));
const ask = (id: string, who = 'U0RITA') =>
  bench.desk.decideOn(id, { kind: 'request', typed: 'PULL one', reason: 'because' }, bench.asks(who));
/** The message of the action as words. */
async function messageOf(id: string): Promise<string> {
  const view = await actionView(bench.given, incident, id);
  if (view === undefined) throw new Error('no such action');
  return actionMessage(view, () => 'Rita').text;
}
const firstLine = async (id: string) => (await messageOf(id)).split('\n')[0];
const run = (id: string) => performAction(bench.given, incident, id);

describe('a risky action', () => {
  test('runs once after one responder confirmed it, whatever its job is delivered', async () => {
    const id = await previewed();
    expect(await action()).toMatchObject({ state: 'previewed', shown: { call: 'PULL 3 → 5' } });
    await ask(id);
    await Promise.all([run(id), run(id), run(id)]);
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);
    expect(await action()).toMatchObject({ state: 'succeeded', outcome: 'the lever is at 5' });
    expect(await bench.store.verify(incident)).toEqual({ ok: true });
  });

  test('that was done is told as done until a new round of checks begins, whatever the watch sees meanwhile', async () => {
    const doneAt = async () =>
      (await bench.desk.incidentView(incident))?.proposals.find((proposal) => proposal.id === 'scale-out')?.doneAt;
    bench.values.set('p99', 19);
    await runChecks(bench.given, incident, 1);
    const id = await previewed();
    expect(await doneAt()).toBeUndefined();
    await ask(id);
    await run(id);
    expect(await doneAt()).toBe((await action()).finishedAt);
    bench.now += 10_000;
    bench.values.set('p99', 3);
    await watchRecovery(bench.given, incident);
    const seen = (await bench.store.incident(incident))?.observations.p99;
    expect(seen?.observation.observedAt).toBe(bench.now);
    expect(await doneAt()).toBe((await action()).finishedAt);
    bench.now += minuteMs;
    await bench.desk.command('checks', bench.asks('U0RITA'));
    expect(await doneAt()).toBeUndefined();
  });

  test('F36: is refused to somebody without the right, and to somebody who lost it before the run', async () => {
    const id = await previewed();
    await ask(id, 'U0NOBODY');
    expect(await bench.answers()).toContain('refusal no-responder');
    await ask(id);
    bench.held.set('U0RITA', []);
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect(await action()).toMatchObject({ state: 'void', outcome: 'the requester is no responder now' });
  });

  test('F39, F40: is void with the difference when the world changed since it was shown', async () => {
    const id = await previewed();
    await ask(id);
    bench.lever.position = 8;
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect(await action()).toMatchObject({ state: 'void', outcome: 'position: was 3, is 8' });
    expect(await bench.answers()).toContainEqual(expect.stringMatching(/^say VOID · .*position: was 3, is 8/));
  });

  test('F45: is not run after its time, and everybody is told', async () => {
    const id = await previewed();
    await ask(id);
    bench.now += 5 * minuteMs;
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect((await action()).state).toBe('expired');
    expect(await bench.answers()).toContainEqual(expect.stringMatching(/^say EXPIRED/));
  });

  test('F75: is refused when its system cannot be asked again, and not kept for later', async () => {
    const id = await previewed();
    await ask(id);
    bench.lever.reachable = false;
    await run(id);
    bench.lever.reachable = true;
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect(await action()).toMatchObject({ state: 'cancelled', outcome: expect.stringMatching(/nothing ran/) });
  });

  test('is not approved while the policy outside says no, which is told and on record; it may be pressed again', async () => {
    bench.gate = { allowed: false, why: 'the policy says no' };
    const id = await previewed();
    await ask(id);
    expect(await action()).toMatchObject({ state: 'previewed', gate: { moment: 'approval', allowed: false } });
    const answers = await bench.answers();
    expect(answers).toContain('refusal refused-by-policy');
    expect(answers).toContainEqual(
      expect.stringMatching(/^say NOT APPROVED, the policy says no · .*the policy says no/),
    );
    await run(id);
    expect(bench.lever.pulls).toEqual([]);

    bench.gate = { allowed: true, why: 'the policy allows it' };
    await ask(id);
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);
    const gated = (await bench.store.events(incident)).flatMap(({ event }) =>
      event.type === 'action-gated' ? [`${event.moment} ${event.allowed} ${event.why}`] : [],
    );
    expect(gated).toEqual([
      'approval false the policy says no',
      'approval true the policy allows it',
      'run true the policy allows it',
    ]);
  });

  test('is cancelled when the policy says no right before the run', async () => {
    const id = await previewed();
    await ask(id);
    bench.gate = { allowed: false, why: 'the policy says no' };
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect(await action()).toMatchObject({ state: 'cancelled', outcome: 'the policy says no' });
    expect((await action()).gate).toMatchObject({ moment: 'run', allowed: false });
  });

  test('is refused over the limit of its target within an hour', async () => {
    for (let n = 0; n < 3; n++) {
      bench.lever.position = 3;
      const id = await previewed();
      await ask(id);
      await run(id);
    }
    expect(bench.lever.pulls).toHaveLength(3);
    bench.lever.position = 3;
    const fourth = await previewed();
    await ask(fourth);
    await run(fourth);
    expect(bench.lever.pulls).toHaveLength(3);
    expect(await action()).toMatchObject({ state: 'cancelled', outcome: expect.stringMatching(/3 is the limit/) });
  });

  test('F43: more than ten proposals a minute by one person are refused, over all incidents together, and audited', async () => {
    for (let n = 0; n < 6; n++) await previewed();
    await bench.desk.command('incident latency separately', bench.asks('U0RITA'));
    for (let n = 0; n < 4; n++) await bench.desk.proposeAction('INC-2', 'scale-out', bench.asks('U0RITA'));
    await bench.answers();
    await bench.desk.proposeAction(incident, 'scale-out', bench.asks('U0RITA'));
    await bench.desk.proposeAction('INC-2', 'scale-out', bench.asks('U0RITA'));
    expect((await bench.answers()).filter((one) => one === 'refusal too-many-requests')).toHaveLength(2);
    expect(await actions()).toHaveLength(6);
    expect(bench.logged).toContainEqual(
      expect.stringMatching(/^refused .*"person":"U0RITA","why":"too-many-requests"/),
    );

    // Others are not held up, and neither is she a minute later.
    await bench.desk.proposeAction(incident, 'scale-out', bench.asks('U0OMAR'));
    bench.now += minuteMs;
    await previewed();
    expect(await actions()).toHaveLength(8);
  });

  test('F44: in a change freeze it needs a second person and a reason, which are on record', async () => {
    bench.freezes.push({ from: bench.now, until: bench.now + 60 * minuteMs, why: 'end of the year' });
    const id = await previewed();
    await bench.desk.decideOn(id, { kind: 'request' }, bench.asks('U0RITA'));
    expect(await bench.answers()).toContain('refusal reason-missing');
    await ask(id);
    expect(await action()).toMatchObject({
      state: 'awaiting',
      freeze: 'end of the year',
      reason: { private: 'because' },
    });
    expect(await bench.answers()).toContainEqual(
      expect.stringMatching(/^say APPROVAL NEEDED · .*CHANGE FREEZE \(end of the year\)/),
    );
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    await decide(id, 'U0OMAR', 'approve');
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);

    // The way back does not wait for anybody.
    bench.now += 1_000;
    await bench.desk.proposeUndo(id, bench.asks('U0RITA'));
    const undo = (await action()).id;
    await previewAction(bench.given, incident, undo);
    await bench.desk.decideOn(undo, { kind: 'request' }, bench.asks('U0RITA'));
    await run(undo);
    expect(bench.lever.pulls).toEqual([5, 3]);
  });

  test('F44: what was asked for before a freeze is void when the freeze has begun before it runs', async () => {
    const id = await previewed();
    await ask(id);
    bench.freezes.push({ from: bench.now, until: bench.now + 60 * minuteMs, why: 'end of the year' });
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect(await action()).toMatchObject({ state: 'void', outcome: 'a change freeze began: end of the year' });
  });

  test('F08: one that waits is cancelled when the incident is closed', async () => {
    const id = await previewed();
    await bench.desk.resolve(incident, { as: 'resolved', reason: 'over' }, bench.asks('U0RITA'));
    await ask(id);
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect(await bench.answers()).toContain('refusal action-cancelled');
  });
});

describe('an action that can do no harm', () => {
  test('is under way without a confirmation, also when the store went away right after its preview', async () => {
    bench.lever.risk = 'safe';
    await bench.desk.proposeAction(incident, 'silence-latency-alerts', bench.asks('U0RITA'));
    const { id } = await action();
    let written = 0;
    const transact: Store['transact'] = (work) => {
      written += 1;
      return written === 2 ? Promise.reject(new StoreUnavailable('no connection')) : bench.store.transact(work);
    };
    const breaking = { ...bench.given, store: { ...bench.given.store, transact } };
    await expect(previewAction(breaking, incident, id)).rejects.toThrow('no connection');
    expect(await action()).toMatchObject({ state: 'previewed', shown: { risk: 'safe' } });

    await previewAction(breaking, incident, id);
    expect(await action()).toMatchObject({ state: 'approved', approvals: [] });
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);
  });
});

describe('a destructive action', () => {
  beforeEach(() => {
    bench.lever.risk = 'destructive';
  });

  test('F33, F34: asks for somebody else, and a second account of the requester is not somebody else', async () => {
    const id = await previewed();
    await ask(id, 'U0ALICE');
    expect((await action()).state).toBe('awaiting');
    await decide(id, 'U0ALICE', 'approve');
    await decide(id, 'U0ALICE2', 'approve');
    expect((await bench.answers()).filter((one) => one === 'refusal own-request')).toHaveLength(2);
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    await decide(id, 'U0OMAR', 'approve');
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);
  });

  test('F35: one person counts once, and a commander is needed where protected data is at stake', async () => {
    bench.lever.protectedPresent = true;
    const id = await previewed();
    await ask(id);
    await decide(id, 'U0LENA', 'approve');
    await decide(id, 'U0LENA', 'approve');
    expect(await bench.answers()).toContain('refusal already-approved');
    expect((await action()).state).toBe('awaiting');
    // Lena holds both rights and counts as the commander; Omar is none, and the other one may still be he.
    await decide(id, 'U0OMAR', 'approve');
    expect(await action()).toMatchObject({ state: 'approved', approvals: [{ as: 'commander' }, { as: 'approver' }] });
  });

  test('F35: two approvers are not enough where a commander is needed', async () => {
    bench.lever.protectedPresent = true;
    bench.held.set('U0PAT', ['approver']);
    const id = await previewed();
    await ask(id);
    await decide(id, 'U0OMAR', 'approve');
    await decide(id, 'U0PAT', 'approve');
    expect(await bench.answers()).toContain('refusal no-commander');
    expect((await action()).state).toBe('awaiting');
  });

  test('asks the policy with everybody who approves, at the last approval and before the run', async () => {
    bench.lever.protectedPresent = true;
    const id = await previewed();
    await ask(id);
    // What the bot's own rules refuse, the policy is not bothered with.
    for (const who of ['U0RITA', 'U0NOBODY']) await decide(id, who, 'approve');
    expect(bench.gateAsked).toEqual([]);
    await decide(id, 'U0OMAR', 'approve');
    await decide(id, 'U0LENA', 'approve');
    await run(id);
    const both = { requestedBy: 'U0RITA', approvedBy: ['U0OMAR', 'U0LENA'], risk: 'destructive', undo: false };
    expect(bench.gateAsked.slice(-2)).toMatchObject([
      { moment: 'approval', ...both },
      { moment: 'run', ...both },
    ]);
    // What the first of two approvers would cause is no approval yet, so nothing about it is on record.
    const gated = (await bench.store.events(incident)).filter(({ event }) => event.type === 'action-gated');
    expect(gated).toHaveLength(2);
  });

  test('needs the typed target and a reason', async () => {
    const id = await previewed();
    await bench.desk.decideOn(id, { kind: 'request', typed: 'PULL two', reason: 'x' }, bench.asks('U0RITA'));
    await bench.desk.decideOn(id, { kind: 'request', typed: 'PULL one' }, bench.asks('U0RITA'));
    const answers = await bench.answers();
    expect(answers).toContain('refusal typed-target');
    expect(answers).toContain('refusal reason-missing');
    expect((await action()).state).toBe('previewed');
  });

  test('F42: a rejection after the approval and before the run cancels it', async () => {
    const id = await previewed();
    await ask(id);
    await decide(id, 'U0OMAR', 'approve');
    await decide(id, 'U0LENA', 'reject');
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect((await action()).state).toBe('rejected');
  });

  test('F38, F46: expires when nobody decided in time, by the time of the decision and not of the click', async () => {
    const id = await previewed();
    await ask(id);
    bench.now += 15 * minuteMs - 1;
    await expireAction(bench.given, incident, id);
    expect((await action()).state).toBe('awaiting');
    bench.now += 1;
    await decide(id, 'U0OMAR', 'approve');
    expect((await action()).state).toBe('expired');
    expect(await bench.answers()).toContainEqual(expect.stringMatching(/^say EXPIRED · .* nobody decided in time/));
  });

  test('F03: the second click of one person says that they approved already, whatever has become of it', async () => {
    const id = await previewed();
    await ask(id);
    await Promise.all([decide(id, 'U0OMAR', 'approve'), decide(id, 'U0OMAR', 'approve')]);
    expect(await bench.answers()).toContain('refusal already-approved');
    expect((await action()).approvals).toHaveLength(1);
    await Promise.all([run(id), run(id)]);
    await decide(id, 'U0OMAR', 'approve');
    expect(await bench.answers()).toContain('refusal already-approved');
    expect(bench.lever.pulls).toEqual([5]);
  });

  test('F09: a click after the time to decide is refused with both times, and asking again is offered', async () => {
    const id = await previewed();
    await ask(id);
    bench.now += 25 * minuteMs;
    await bench.answers();
    await decide(id, 'U0OMAR', 'approve');
    const fault = await refusal();
    expect(fault.message).toMatch(/ended at 02:29 UTC, and this came at 02:39 UTC: nobody decided in time/);
    expect(fault).toMatchObject({ code: 'action-expired', again: { action: id } });
    await run(id);
    expect(bench.lever.pulls).toEqual([]);
    expect((await bench.desk.actionView(incident, id))?.moves).toEqual(['again']);

    // Also when the clock of the bot had ended it before the click came.
    bench.now += minuteMs;
    await decide(id, 'U0LENA', 'approve');
    expect((await refusal()).message).toMatch(/ended at 02:29 UTC, and this came at 02:40 UTC/);
    await bench.desk.proposeAction(incident, 'scale-out', bench.asks('U0RITA'));
    expect((await bench.desk.actionView(incident, id))?.moves).toEqual([]);
  });

  test('F46: while nobody decides the next levels are asked at their times, and told when it runs out', async () => {
    const id = await previewed();
    await ask(id);
    const asked = async () =>
      (await bench.store.outbox.claim(50)).flatMap(({ notice }) =>
        notice.kind === 'ask-approval' ? [notice.people ?? notice.rights] : [],
      );
    expect(await asked()).toEqual([['approver']]);
    await escalateApproval(bench.given, incident, id, 'L2');
    await escalateApproval(bench.given, incident, id, 'L2');
    expect((await action()).escalated).toMatchObject([{ level: 'L2', people: ['U0LENA'] }]);
    bench.now += 15 * minuteMs;
    await expireAction(bench.given, incident, id);
    await escalateApproval(bench.given, incident, id, 'L3');
    expect((await action()).escalated?.map((one) => one.level)).toEqual(['L2', 'L3']);
    const view = await bench.desk.actionView(incident, id);
    expect(view).toMatchObject({ state: 'expired', escalated: [{ level: 'L2' }, { level: 'L3' }] });
  });

  test('F46: a level is asked nothing once somebody has decided', async () => {
    const id = await previewed();
    await ask(id);
    await decide(id, 'U0OMAR', 'approve');
    await escalateApproval(bench.given, incident, id, 'L2');
    expect((await action()).escalated).toBeUndefined();
  });

  test('F04, F06: of decisions at the same moment one wins and the others hear what has become of it', async () => {
    const id = await previewed();
    await ask(id);
    await Promise.all([
      decide(id, 'U0OMAR', 'approve'),
      decide(id, 'U0LENA', 'approve'),
      decide(id, 'U0ALICE', 'reject'),
    ]);
    const { state, approvals } = await action();
    expect(['approved', 'rejected']).toContain(state);
    expect(approvals.length).toBeLessThanOrEqual(1);
    await run(id);
    expect(bench.lever.pulls).toEqual(state === 'approved' ? [5] : []);
    expect(await bench.store.verify(incident)).toEqual({ ok: true });
  });

  test('F37: break-glass is loud in the channel and in the record', async () => {
    const id = await previewed();
    bench.breakGlass = true;
    await ask(id);
    await decide(id, 'U0OMAR', 'approve');
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);
    expect(await bench.answers()).toContainEqual(expect.stringMatching(/^say BREAK-GLASS/));
    expect((await action()).approvals).toMatchObject([{ breakGlass: true }]);
  });
});

describe('what a dead process leaves', () => {
  test('F50: an effect whose answer was lost is settled by looking, and never repeated', async () => {
    bench.lever.mood = 'lost';
    const id = await previewed();
    await ask(id);
    await run(id);
    expect((await action()).state).toBe('unknown');
    await run(id);
    await settleAction(bench.given, incident, id);
    expect(bench.lever.pulls).toEqual([5]);
    expect(await action()).toMatchObject({ state: 'succeeded', settled: { how: 'looked' } });
  });

  test('F49: what the world cannot tell stays unknown, holds its target, and is closed by a person', async () => {
    Object.assign(bench.lever, { mood: 'lost', readable: false });
    const id = await previewed();
    await ask(id);
    await run(id);
    await settleAction(bench.given, incident, id);
    expect((await action()).state).toBe('unknown');

    bench.lever.mood = 'well';
    const second = await previewed('raise-limits');
    await ask(second);
    await run(second);
    expect(bench.lever.pulls).toEqual([5]);
    expect(await action()).toMatchObject({ state: 'cancelled', outcome: expect.stringMatching(/not known yet/) });

    await bench.desk.decideOn(id, { kind: 'had-no-effect' }, bench.asks('U0NOBODY'));
    expect(await bench.answers()).toContain('refusal no-responder');
    await bench.desk.decideOn(id, { kind: 'took-effect' }, bench.asks('U0RITA'));
    expect((await actions())[0]).toMatchObject({ state: 'succeeded', settled: { how: 'by-hand' } });
  });

  test('F54: a process that stood still for longer than its lease corrects what the others saw', async () => {
    const id = await previewed();
    await ask(id);
    bench.lever.during = async () => {
      // Its lease ran out: the others give it up and look, while nothing has moved yet.
      await act(bench.given, { incident, action: id }, { kind: 'lose' }, { actor: theBot });
      await settleAction(bench.given, incident, id);
      expect((await action()).state).toBe('failed');
    };
    await run(id);
    expect(bench.lever.pulls).toEqual([5]);
    expect(await action()).toMatchObject({ state: 'succeeded', outcome: expect.stringMatching(/told late/) });
  });
});

describe('afterwards', () => {
  test('F79: a change that does not converge by its deadline is told so, and never as fixed', async () => {
    bench.lever.settlesAfter = 1_000;
    const id = await previewed();
    await ask(id);
    await run(id);
    await verifyAction(bench.given, incident, id);
    expect(await firstLine(id)).toMatch(/^⏳ SENT, not verified yet · Scale/);
    expect(await messageOf(id)).toContain('on its way: still moving');
    const recorded = async () => (await bench.store.events(incident)).length;
    const before = await recorded();
    await verifyAction(bench.given, incident, id);
    expect(await recorded()).toBe(before);
    bench.now += 6 * minuteMs;
    await verifyAction(bench.given, incident, id);
    expect((await action()).verified).toMatchObject({ state: 'not-converged', summary: 'still moving' });
    expect(await firstLine(id)).toMatch(/^🟠 DONE, NOT CONVERGED · Scale/);
    const told = (await bench.answers()).filter((line) => line.includes('NOT CONVERGED'));
    expect(told).toEqual([
      expect.stringMatching(/^say NOT CONVERGED · Scale .* · still moving · "Back to 3" is in the thread/),
    ]);
  });

  test('a change that the world has followed is done, and said once', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    await verifyAction(bench.given, incident, id);
    expect(await firstLine(id)).toMatch(/^✅ DONE · Scale/);
    expect((await bench.answers()).filter((line) => line.startsWith('say DONE'))).toHaveLength(1);
  });

  test('while it runs its message says how far it is, and a person may stop it: told as done in part, never as done', async () => {
    bench.lever.mood = 'stopped';
    bench.lever.during = async ({ progress, stopAsked }) => {
      progress(1_500, undefined, 'opa:*');
      await expect.poll(() => messageOf(id), { timeout: 30_000 }).toContain('1,500 so far');
      expect((await actionView(bench.given, incident, id))?.moves).toEqual(['stop']);
      expect(stopAsked()).toBe(false);
      await bench.desk.decideOn(id, { kind: 'stop' }, bench.asks('U0RITA'));
      await expect.poll(() => progress(2_000, undefined, 'opa:*') ?? stopAsked(), { timeout: 30_000 }).toBe(true);
    };
    const id = await previewed();
    await ask(id);
    await run(id);
    expect(await action()).toMatchObject({ state: 'succeeded', stopped: true, outcome: 'stopped on its way' });
    expect(await firstLine(id)).toMatch(/^⏹ STOPPED, done in part · Scale/);
    const told = (await bench.answers()).filter((line) => /^say (DONE|STOPPED)/.test(line));
    expect(told).toEqual([expect.stringMatching(/^say STOPPED, done in part · Scale .* · stopped on its way/)]);
  });

  test('F52: a long action ends with its process: it is no unknown outcome then, and told as stopped', async () => {
    bench.lever.mood = 'stopped';
    bench.lever.during = async ({ stopAsked }) => {
      expect(stopAsked()).toBe(false);
      bench.ending = true;
      expect(stopAsked()).toBe(true);
    };
    const id = await previewed();
    await ask(id);
    await run(id);
    expect(await action()).toMatchObject({
      ...{ state: 'succeeded', stopped: true },
      outcome: 'stopped on its way (the bot itself was ending)',
    });
  });

  test('an undo puts the prior value back without a second person while it is fresh; until then it is a debt', async () => {
    bench.lever.risk = 'destructive';
    const id = await previewed();
    await ask(id);
    await decide(id, 'U0OMAR', 'approve');
    await run(id);
    await bench.desk.resolve(incident, { as: 'resolved', reason: 'over' }, bench.asks('U0RITA'));
    expect((await bench.desk.incidentView(incident))?.debts).toMatchObject([{ action: id, undo: 'Back to 3' }]);
    expect(await bench.store.actions({ debts: true })).toHaveLength(1);

    bench.now += 1_000;
    await bench.desk.proposeUndo(id, bench.asks('U0RITA'));
    const undo = (await action()).id;
    await previewAction(bench.given, incident, undo);
    expect((await action()).shown?.risk).toBe('risky');
    await ask(undo);
    await run(undo);
    expect(bench.lever.pulls).toEqual([5, 3]);
    expect((await actions())[0]).toMatchObject({ state: 'undone', undoneBy: undo });
    expect(await bench.store.actions({ debts: true })).toEqual([]);
  });

  test('what is still in place is named by `debts`, at the end of the incident, in the report and in the health review', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    await bench.answers();
    await bench.desk.command('debts', bench.asks('U0LENA'));
    expect(await bench.answers()).toContain('debts');
    expect(await bench.desk.look('debts', bench.asks('U0LENA'))).toMatchObject({
      debts: [{ action: id, incident, undo: 'Back to 3', target: 'lever one' }],
    });
    await bench.desk.command('resolve it was the cache', bench.asks('U0RITA'));
    expect(await bench.answers()).toContainEqual(
      expect.stringMatching(
        /^You resolved INC-1; .* Still in place: "Scale acgs2-agent-bus to 5 replicas"; `\/acgs debts`/,
      ),
    );
    await draftPostmortem(bench.given, incident);
    const report = (await bench.store.incident(incident))?.report;
    expect(await bench.desk.report(report?.id ?? '')).toMatch(
      /## Still in place\n+- Scale acgs2-agent-bus to 5 replicas on lever one since .*; what puts it back: Back to 3/,
    );
  });

  test('the undo button of every action that can be put back stays for its time, and then for good goes', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    const moves = async () => (await bench.desk.actionView(incident, id))?.moves;
    const { undo } = (await bench.desk.actionView(incident, id)) ?? {};
    expect(undo).toEqual({ title: 'Back to 3', until: bench.now + 24 * 60 * minuteMs });
    bench.now += 24 * 60 * minuteMs - 1;
    expect(await moves()).toEqual(['undo', 'keep']);
    bench.now += 1;
    expect(await moves()).toEqual(['keep']);
  });

  test('a finished health review keeps saying what was in place when it was made', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    await bench.desk.command('health', bench.asks('U0RITA'));
    const review = await startedReview();
    await runReview(bench.given, review, 'health', { person: 'U0RITA' });
    const inPlace = async () => (await bench.desk.reviewView(review))?.debts.map((debt) => debt.action);
    expect(await inPlace()).toEqual([id]);

    await bench.desk.decideOn(id, { kind: 'keep', reason: 'new normal' }, bench.asks('U0RITA'));
    expect(await bench.store.actions({ debts: true })).toEqual([]);
    expect(await inPlace()).toEqual([id]);
  });

  test('a review from before that was kept is read, with what is in place now', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    const started = { type: 'review-started', review: 'health', title: 'Health', checks: [] } as const;
    const at = bench.now;
    await bench.store.transact((tx) =>
      tx.append('review-old', 0, [
        { at, actor: theBot, event: started },
        { at, actor: theBot, event: { type: 'review-finished', verdict: 'ok' } },
      ]),
    );
    expect((await bench.desk.reviewView('review-old'))?.debts).toMatchObject([{ action: id }]);
  });

  test('after its time an undo asks for what it is by itself', async () => {
    bench.lever.risk = 'destructive';
    const id = await previewed();
    await ask(id);
    await decide(id, 'U0OMAR', 'approve');
    await run(id);
    bench.now += 25 * 60 * minuteMs;
    await bench.desk.proposeUndo(id, bench.asks('U0RITA'));
    await previewAction(bench.given, incident, (await action()).id);
    expect((await action()).shown?.risk).toBe('destructive');
  });

  test('what a person keeps, with a reason, is no debt', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    await bench.desk.decideOn(id, { kind: 'keep', reason: 'new normal' }, bench.asks('U0RITA'));
    expect((await action()).state).toBe('kept');
    expect(await bench.store.actions({ debts: true })).toEqual([]);
  });

  test('projections made anew give the same actions and rows', async () => {
    const id = await previewed();
    await ask(id);
    await run(id);
    const before = [await bench.store.incident(incident), await bench.store.actions({})];
    await bench.store.rebuildProjections();
    expect([await bench.store.incident(incident), await bench.store.actions({})]).toEqual(before);
  });
});
