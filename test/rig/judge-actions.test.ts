// The judge of actions can say no: each promise about actions is broken once here, and it notices.

import { describe, expect, it } from 'vitest';
import { type Actor, person, theBot } from '../../src/core/actor.ts';
import type { Event, Recorded } from '../../src/core/event.ts';
import type { Delivery } from '../../src/simulator/slack/workspace.ts';
import { actionIds } from '../../src/slack/ids.ts';
import { judgeActions } from './judge-actions.ts';
import type { Gap } from './keeper.ts';
import { openLedger } from './ledger.ts';
import type { SeenRecord } from './record-seen.ts';
import type { Write } from './redis-writes.ts';

const rita = person('U0CROWD0');
const omar = person('U0CROWD1');
const about = { action: 'a1', system: 'redis', kind: 'flushdb' };

type Step = readonly [object, Actor?];
const proposed: Step = [{ type: 'action-proposed', ...about, risk: 'destructive' }];
const previewed: Step = [{ type: 'action-previewed', action: 'a1', shown: { risk: 'destructive' } }];
const requested: Step = [{ type: 'action-requested', action: 'a1', decideBy: 9_000 }, rita];
const approvedBy = (who: Actor): Step => [{ type: 'action-approved', action: 'a1', as: 'approver', runBy: 9_000 }, who];
const claimed: Step = [{ type: 'action-claimed', action: 'a1', owner: 'o', facts: [] }];
const ended = (outcome: string): Step => [{ type: 'action-finished', action: 'a1', outcome, summary: '' }];
const before = [proposed, previewed, requested, approvedBy(omar)] as const;

/** One second from each event to the next. */
function judged(steps: readonly Step[], writes: readonly Write[] = [], gaps: readonly Gap[] = []) {
  const streams = new Map([
    [
      'INC-1',
      steps.map(
        ([event, actor = theBot], index): Recorded => ({
          ...{ stream: 'INC-1', seq: index + 1, at: 0, recordedAt: (index + 1) * 1_000, hash: '' },
          ...{ actor, event: event as Event },
        }),
      ),
    ],
  ]);
  const seen = { streams, inbox: new Map() } as unknown as SeenRecord;
  return judgeActions(seen, { writes, ledger: openLedger(), gaps });
}

const flush = (at: number): Write => ({ kind: 'redis.flushdb', at });

describe('the judge of actions', () => {
  it('is content with one effect inside its claim', () => {
    const { problems, figures } = judged([...before, claimed, ended('succeeded')], [flush(5_500)]);
    expect(problems).toEqual([]);
    expect(figures).toMatchObject({ asked: 1, claimed: 1, succeeded: 1, neverRan: {} });
  });

  it.each<[string, readonly Step[], readonly Write[]]>([
    ['without a claim of its own', [...before, claimed, ended('succeeded')], [flush(5_500), flush(5_600)]],
    ['without a claim of its own', [...before, claimed, ended('succeeded')], [flush(5_500), flush(9_000)]],
    ['without a claim of its own', [...before], [flush(4_500)]],
    ['was never sent', [...before, claimed, ended('succeeded')], []],
    ['was claimed and never came to an end', [...before, claimed], [flush(5_500)]],
    ['was approved and forgotten', [...before], []],
    ['ran without approver', [proposed, previewed, requested, claimed, ended('failed')], []],
    [
      'was approved by who asked for it',
      [proposed, previewed, requested, approvedBy(rita), claimed, ended('failed')],
      [],
    ],
    ['action-claimed 2 times', [...before, claimed, claimed, ended('failed')], []],
  ])('notices: %s', (said, steps, writes) => {
    expect(judged(steps, writes).problems.join('\n')).toContain(said);
  });

  it('notices a click that was acknowledged and is neither on record nor answered', () => {
    const ledger = openLedger();
    const delivery = { outcome: 'ok', body: '', answers: () => 0, said: () => [] } as unknown as Delivery;
    const pressed = actionIds.move('approve');
    ledger.write({
      ...{ what: 'decide', how: 'click', who: 'crowd1', key: 'click 1' },
      ...{ action: 'a1', pressed, sentAt: 0, delivery },
    });
    const inbox = new Map([['click 1', { key: 'click 1', outcome: 'done', takenAt: 0, settledAt: 1 }]]);
    const seen = { streams: new Map(), inbox } as unknown as SeenRecord;
    expect(judgeActions(seen, { writes: [], ledger, gaps: [] }).problems).toEqual([expect.stringContaining('lost: ')]);
  });

  it('counts the kills that fell between the last click and the result', () => {
    const killed = (from: number): Gap => ({ why: 'SIGKILL', moment: '', from, readyAt: from + 1, startMs: 1 });
    const gaps = [killed(3_500), killed(4_500), killed(5_500), killed(6_500)];
    expect(judged([...before, claimed, ended('unknown')], [], gaps).figures.killsOnTheWay).toBe(2);
  });
});
