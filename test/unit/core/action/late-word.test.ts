// What a process that stood still may still say about its action when it comes back.

import { describe, expect, test } from 'vitest';
import type { Action, ActionState } from '../../../../src/core/action/action.ts';
import { decideAction } from '../../../../src/core/action/decide.ts';
import { person, theBot } from '../../../../src/core/actor.ts';

const policy = {
  decideWithinMs: 900_000,
  runWithinMs: 300_000,
  perTargetPerHour: 6,
  same: [],
  freezes: [],
  gated: false,
};

function claimed(state: ActionState, settled: boolean): Action {
  return {
    ...{ id: 'A', definition: 'scale', title: 'Scale', step: '8', risk: 'risky', state },
    ...{ system: 'kubernetes', kind: 'scale', params: {} },
    ...{ requestedBy: person('U0RITA'), proposedAt: 0, since: 0, approvals: [] },
    claim: { owner: 'me', at: 1, facts: [] },
    ...(settled ? { settled: { by: theBot, at: 2, how: 'looked' as const } } : {}),
  };
}

const tell = (action: Action, outcome: 'succeeded' | 'failed' | 'unknown', owner = 'me') =>
  decideAction(action, { kind: 'finish', owner, outcome, summary: 's' }, theBot, policy);

describe('the late word of the process that ran an action', () => {
  test('corrects what others saw when they looked', () => {
    expect(tell(claimed('failed', true), 'succeeded')).toMatchObject({ ok: true, value: [{ as: 'succeeded' }] });
    expect(tell(claimed('succeeded', true), 'failed')).toMatchObject({ ok: true, value: [{ as: 'failed' }] });
    expect(tell(claimed('unknown', false), 'succeeded')).toMatchObject({ ok: true, value: [{ as: 'succeeded' }] });
  });

  test('changes nothing when it knows nothing, says the same, or the action has been put back or kept since', () => {
    expect(tell(claimed('unknown', false), 'unknown').ok).toBe(false);
    expect(tell(claimed('succeeded', true), 'succeeded').ok).toBe(false);
    expect(tell(claimed('undone', true), 'succeeded').ok).toBe(false);
    expect(tell(claimed('kept', true), 'failed').ok).toBe(false);
    expect(tell(claimed('succeeded', false), 'failed').ok).toBe(false);
  });

  test('is not taken from anybody else', () => {
    expect(tell(claimed('running', false), 'succeeded', 'other').ok).toBe(false);
  });
});
