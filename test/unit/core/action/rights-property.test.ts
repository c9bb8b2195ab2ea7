// No sequence of decisions, in whatever order and by whomever, brings an action to run without every right that its risk demands.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Action, differences, type Risk, type Shown } from '../../../../src/core/action/action.ts';
import { type ActionCommand, type ActionPolicy, decideAction } from '../../../../src/core/action/decide.ts';
import { evolveAction } from '../../../../src/core/action/evolve.ts';
import type { GateDecision } from '../../../../src/core/action/gate.ts';
import { approvalsNeeded, type Grants, type Right, samePerson } from '../../../../src/core/action/rights.ts';
import { type Actor, person } from '../../../../src/core/actor.ts';

const policy: ActionPolicy = {
  decideWithinMs: 900_000,
  runWithinMs: 300_000,
  perTargetPerHour: 3,
  same: [['U0ALICE', 'U0ALICE2']],
  freezes: [{ from: 900_000, until: 2_000_000, why: 'the end of the year' }],
  gated: false,
};

const people = ['U0ALICE', 'U0ALICE2', 'U0BOB', 'U0CAROL', 'U0DAVE'] as const;
const who = fc.constantFrom(...people);
const right = fc.constantFrom<Right>('responder', 'approver', 'commander');
const grants: fc.Arbitrary<Grants> = fc
  .dictionary(who, fc.array(fc.record({ right, breakGlass: fc.boolean() }), { maxLength: 3 }), {
    noNullPrototype: true,
  })
  .map((record) => record as Grants);
const risk = fc.constantFrom<Risk>('safe', 'risky', 'destructive');

const shown: fc.Arbitrary<Shown> = fc
  .record({
    risk,
    protectedPresent: fc.boolean(),
    keys: fc.integer({ min: 0, max: 200 }),
    replicas: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ risk, protectedPresent, keys, replicas }) => ({
    target: 'redis prod:6379 db 0',
    typed: 'FLUSHDB prod/0',
    call: 'FLUSHDB ASYNC',
    summary: 'deletes keys',
    risk,
    protectedPresent,
    facts: [
      { name: 'keys', value: keys, mayGrowBy: 0.2 },
      { name: 'replicas', value: replicas },
    ],
  }));

const evidence = { id: 'E1', digest: 'd' };
/** Steps of time are long enough that both clocks run out now and then. */
const step = fc.integer({ min: 0, max: 400_000 });

const command: fc.Arbitrary<ActionCommand> = fc.oneof(
  { weight: 3, arbitrary: shown.map((one): ActionCommand => ({ kind: 'previewed', shown: one, evidence, now: 0 })) },
  {
    weight: 6,
    arbitrary: fc.tuple(grants, fc.boolean(), fc.boolean()).map(
      ([held, typed, reason]): ActionCommand => ({
        kind: 'request',
        ...(typed ? { typed: 'FLUSHDB prod/0' } : {}),
        ...(reason ? { reason: 'because' } : {}),
        grants: held,
        now: 0,
      }),
    ),
  },
  { weight: 8, arbitrary: grants.map((held): ActionCommand => ({ kind: 'approve', grants: held, now: 0 })) },
  { weight: 1, arbitrary: grants.map((held): ActionCommand => ({ kind: 'reject', grants: held })) },
  { weight: 1, arbitrary: grants.map((held): ActionCommand => ({ kind: 'cancel', grants: held })) },
  { weight: 1, arbitrary: fc.constant<ActionCommand>({ kind: 'expire', now: 0 }) },
  {
    weight: 8,
    arbitrary: fc.tuple(grants, shown, fc.integer({ min: 0, max: 4 })).map(
      ([held, one, recent]): ActionCommand => ({
        kind: 'claim',
        owner: 'me',
        shown: one,
        grants: held,
        recent,
        now: 0,
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<ActionCommand>({ kind: 'lose' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ActionCommand>(
      { kind: 'finish', owner: 'me', outcome: 'succeeded', summary: 's' },
      { kind: 'finish', owner: 'other', outcome: 'succeeded', summary: 's' },
      { kind: 'looked', as: 'applied', summary: 's' },
    ),
  },
);

interface Move {
  readonly command: ActionCommand;
  readonly actor: Actor;
  readonly after: number;
  /** What the policy outside says at that moment; absent: it was not asked. */
  readonly gate?: GateDecision | undefined;
}

const gate = fc.option(fc.record({ allowed: fc.boolean(), why: fc.constant('because') }), { nil: undefined });

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({ command, actor: who.map(person), after: step, gate }),
  { minLength: 1, maxLength: 25 },
);

/** A sequence that leads far: preview, request, approvals and claim in order, with noise between them. */
const likely: fc.Arbitrary<readonly Move[]> = fc
  .tuple(shown, fc.array(fc.record({ command, actor: who.map(person), after: fc.constant(1_000) }), { maxLength: 3 }))
  .chain(([one, noise]) => {
    const all: Grants = Object.fromEntries(
      people.map((id) => [
        id,
        (['responder', 'approver', 'commander'] as const).map((r) => ({ right: r, breakGlass: false })),
      ]),
    );
    const said = (c: ActionCommand, id: string): Move => ({ command: c, actor: person(id), after: 1_000 });
    return fc
      .record({ claimGrants: fc.oneof(fc.constant(all), grants) })
      .map(({ claimGrants }) => [
        said({ kind: 'previewed', shown: one, evidence, now: 0 }, 'U0BOB'),
        said({ kind: 'request', typed: 'FLUSHDB prod/0', reason: 'r', grants: all, now: 0 }, 'U0ALICE'),
        ...noise,
        said({ kind: 'approve', grants: all, now: 0 }, 'U0ALICE2'),
        said({ kind: 'approve', grants: all, now: 0 }, 'U0BOB'),
        said({ kind: 'approve', grants: all, now: 0 }, 'U0BOB'),
        said({ kind: 'approve', grants: all, now: 0 }, 'U0CAROL'),
        said({ kind: 'claim', owner: 'me', shown: one, grants: claimGrants, recent: 0, now: 0 }, 'U0BOB'),
        said({ kind: 'claim', owner: 'me', shown: one, grants: all, recent: 0, now: 0 }, 'U0BOB'),
      ]);
  });

/** Plays the moves; calls back for every claim with the action before it and what was claimed with. */
function play(
  authorRisk: Risk,
  steps: readonly Move[],
  onClaim: (before: Action, claim: Extract<ActionCommand, { kind: 'claim' }>) => void,
  { gated = false } = {},
) {
  const proposed = {
    type: 'action-proposed',
    action: 'A',
    definition: 'flush',
    title: 'Flush',
    step: '8',
    risk: authorRisk,
    system: 'redis',
    kind: 'flushdb',
    params: {},
  } as const;
  let action = evolveAction(undefined, { event: proposed, actor: person('U0ALICE'), at: 0 });
  let now = 0;
  let claims = 0;
  for (const { command: said, actor, after, gate } of steps) {
    now += after;
    const timed = 'now' in said ? { ...said, now, ...(gate === undefined ? {} : { gate }) } : said;
    const outcome = decideAction(action, timed, actor, { ...policy, gated });
    if (!outcome.ok) continue;
    const before = action;
    for (const event of outcome.value) {
      if (event.type === 'action-claimed' && timed.kind === 'claim' && before !== undefined) {
        claims += 1;
        onClaim(before, timed);
      }
      action = evolveAction(action, { event, actor, at: now });
    }
  }
  return { action, claims };
}

function assertRights(before: Action, claim: Extract<ActionCommand, { kind: 'claim' }>): void {
  const agreed = before.shown;
  expect(agreed).toBeDefined();
  if (agreed === undefined) return;
  const holds = (actor: Actor, needed: Right) =>
    actor.kind === 'person' && (claim.grants[actor.id] ?? []).some((grant) => grant.right === needed);
  // The requester still holds the right, unless nothing but a safe action runs.
  if (!(agreed.risk === 'safe' && before.risk === 'safe')) expect(holds(before.requestedBy, 'responder')).toBe(true);
  // Every approval that the risk demands is there, by as many different people, none of them the requester, all with the right now.
  const frozen = policy.freezes.some((freeze) => freeze.from <= claim.now && claim.now < freeze.until);
  if (frozen && agreed.risk !== 'safe') expect(before.freeze).toBeDefined();
  const needed = approvalsNeeded(agreed.risk, agreed.protectedPresent, before.freeze !== undefined);
  expect(before.approvals.map((approval) => approval.as).toSorted()).toEqual([...needed].toSorted());
  before.approvals.forEach((approval, index) => {
    expect(holds(approval.by, approval.as)).toBe(true);
    expect(samePerson(approval.by, before.requestedBy, policy.same)).toBe(false);
    for (const other of before.approvals.slice(index + 1)) {
      expect(samePerson(approval.by, other.by, policy.same)).toBe(false);
    }
  });
  // What runs is what was shown, in time and under the limit.
  expect(differences(agreed.facts, claim.shown.facts)).toEqual([]);
  expect(claim.now).toBeLessThan(before.runBy ?? 0);
  expect(claim.recent).toBeLessThan(policy.perTargetPerHour);
  if (agreed.risk === 'destructive' || before.freeze !== undefined) expect(before.reason?.private).toBeTruthy();
}

describe('an action runs', () => {
  test('never without every right that its risk demands, whatever people and processes do', () => {
    fc.assert(
      fc.property(risk, moves, (authorRisk, steps) => {
        play(authorRisk, steps, assertRights);
      }),
      { numRuns: 3_000 },
    );
  });

  test('only then also on paths that lead far', () => {
    let ran = 0;
    fc.assert(
      fc.property(risk, likely, (authorRisk, steps) => {
        ran += play(authorRisk, steps, assertRights).claims;
      }),
      { numRuns: 2_000 },
    );
    // A property over runs that never happen would prove nothing.
    expect(ran).toBeGreaterThan(500);
  });

  test('never without the yes of the policy, at its approval and again before it runs, where there is one', () => {
    let ran = 0;
    const steps = fc.oneof(
      moves,
      fc
        .tuple(likely, fc.array(gate, { minLength: 12, maxLength: 12 }), fc.boolean())
        .map(([path, said, kind]) =>
          path.map((move, n) => ({ ...move, gate: kind ? { allowed: true, why: 'kind' } : said[n % said.length] })),
        ),
    );
    fc.assert(
      fc.property(risk, steps, (authorRisk, played) => {
        const asserted = (before: Action, claim: Extract<ActionCommand, { kind: 'claim' }>) => {
          expect(claim.gate?.allowed).toBe(true);
          expect(before.gate).toMatchObject({ moment: 'approval', allowed: true });
          assertRights(before, claim);
        };
        ran += play(authorRisk, played, asserted, { gated: true }).claims;
      }),
      { numRuns: 2_000 },
    );
    expect(ran).toBeGreaterThan(200);
  });

  test('at most once', () => {
    fc.assert(
      fc.property(risk, fc.oneof(moves, likely), (authorRisk, steps) => {
        const twice = [...steps, ...steps];
        expect(play(authorRisk, twice, () => {}).claims).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });
});
