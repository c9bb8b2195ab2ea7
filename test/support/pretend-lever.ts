// A pretend system with one lever: an action kind with a state of its own, which counts every pull and can lose its answers.

import type { Risk } from '../../src/core/action/action.ts';
import type { ActionKind, PerformCall, Preview } from '../../src/core/action/port.ts';
import { done, refused } from '../../src/core/fault.ts';

export interface Lever extends ActionKind {
  position: number;
  /** Every time that the lever was really moved, in order. */
  readonly pulls: number[];
  risk: Risk;
  protectedPresent: boolean;
  reachable: boolean;
  /** `lost`: it moves and the answer does not arrive. `refuses`: it does not move. `stopped`: a person stops it on its way. */
  mood: 'well' | 'lost' | 'refuses' | 'stopped';
  /** Whether a look can tell what happened. */
  readable: boolean;
  /** Awaited in the middle of a pull, before it moves. */
  during: (call: PerformCall) => Promise<void>;
  /** Rounds of `verify` until it has converged. */
  settlesAfter: number;
}

export function createLever(): Lever {
  const lever: Lever = {
    configured: true,
    position: 3,
    pulls: [],
    risk: 'risky',
    protectedPresent: false,
    reachable: true,
    mood: 'well',
    readable: true,
    during: async () => {},
    settlesAfter: 0,
    problems: () => [],
    async preview({ params }) {
      if (!lever.reachable)
        return refused({ whose: 'system', code: 'unreachable', message: 'the lever cannot be reached.' });
      return done(previewOf(lever, wanted(params)));
    },
    async perform(call) {
      const { params } = call;
      await lever.during(call);
      if (lever.mood === 'refuses') return { kind: 'failed', summary: 'the lever is locked' };
      lever.position = wanted(params);
      lever.pulls.push(lever.position);
      if (lever.mood === 'lost') return { kind: 'unknown', summary: 'no answer' };
      if (lever.mood === 'stopped') return { kind: 'succeeded', stopped: true, summary: 'stopped on its way' };
      return { kind: 'succeeded', summary: `the lever is at ${lever.position}` };
    },
    async look({ params, shown }) {
      if (!lever.readable) return { kind: 'unclear', summary: 'the lever cannot be seen' };
      if (lever.position === wanted(params)) return { kind: 'applied', summary: `it is at ${lever.position}` };
      const before = shown.facts.find((fact) => fact.name === 'position')?.value;
      return lever.position === before
        ? { kind: 'not-applied', summary: `it is still at ${lever.position}` }
        : { kind: 'unclear', summary: `it is at ${lever.position}` };
    },
    async verify() {
      lever.settlesAfter -= 1;
      return lever.settlesAfter < 0
        ? { kind: 'converged', summary: 'at rest' }
        : { kind: 'pending', summary: 'still moving' };
    },
  };
  return lever;
}

function wanted(params: unknown): number {
  return (params as { readonly to: number }).to;
}

function previewOf(lever: Lever, to: number): Preview {
  return {
    target: 'lever one',
    typed: 'PULL one',
    call: `PULL ${lever.position} → ${to}`,
    summary: `Moves the lever from ${lever.position} to ${to}.`,
    risk: lever.risk,
    protectedPresent: lever.protectedPresent,
    facts: [{ name: 'position', value: lever.position }],
    undo: { system: 'test', kind: 'lever', params: { to: lever.position }, title: `Back to ${lever.position}` },
    rows: [{ label: 'lever', amount: `${lever.position} → ${to}` }],
    notes: [],
  };
}
