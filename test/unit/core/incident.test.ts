// The incident as its events: what may happen when, and what is left of it afterwards.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answeredChecks, duePhase, type IncidentCommand } from '../../../src/core/decide.ts';
import { incidentFrom } from '../../../src/core/incident.ts';
import { bot, declaredHistory, lena, observation, rita, started } from '../../support/incident-history.ts';

const phases = { verify: ['p99'], investigate: ['hit-rate'] };

describe('acknowledging', () => {
  test('the first wins and becomes the responder; the second is told who it is', () => {
    const history = declaredHistory();
    expect(history.command({ kind: 'acknowledge' }, rita).ok).toBe(true);
    const second = history.command({ kind: 'acknowledge' }, lena);
    expect(second).toMatchObject({ ok: false, fault: { code: 'already-acknowledged', earlier: { by: rita } } });
    expect(history.incident.roles.responder).toEqual(rita);
    expect(history.command({ kind: 'acknowledge' }, rita)).toHaveProperty('fault.earlier.at');
    expect(history.command({ kind: 'acknowledge' }, rita)).not.toHaveProperty('fault.earlier.by');
  });

  test('stops the escalation: a level whose time comes later is not called', () => {
    const history = declaredHistory();
    history.command({ kind: 'acknowledge' });
    expect(history.command({ kind: 'escalate', level: 'L2', name: 'Lead', people: [] }, bot)).toEqual({
      ok: true,
      value: [],
    });
    expect(history.command({ kind: 'exhaust-escalation' }, bot)).toEqual({ ok: true, value: [] });
  });
});

describe('a round of checks', () => {
  test('is finished by its last answer, and not before', () => {
    const history = declaredHistory();
    history.command({ kind: 'start-checks', checks: ['p99', 'hit-rate'], now: started }, bot);
    history.command({ kind: 'observe', round: 1, found: [{ observation: observation('p99', 'critical') }] }, bot);
    expect(history.incident.roundFinished).toBe(false);
    expect(answeredChecks(history.incident)).toEqual(['p99']);
    history.command({ kind: 'observe', round: 1, found: [{ observation: observation('hit-rate', 'unknown') }] }, bot);
    expect(history.incident.roundFinished).toBe(true);
  });

  test('an answer that comes twice or from an older round changes nothing', () => {
    const history = declaredHistory();
    history.command({ kind: 'start-checks', checks: ['p99', 'hit-rate'], now: started }, bot);
    history.command({ kind: 'observe', round: 1, found: [{ observation: observation('p99', 'critical') }] }, bot);
    expect(
      history.command({ kind: 'observe', round: 1, found: [{ observation: observation('p99', 'ok') }] }, bot),
    ).toEqual({ ok: true, value: [] });
    expect(
      history.command({ kind: 'observe', round: 7, found: [{ observation: observation('p99', 'ok') }] }, bot),
    ).toEqual({ ok: true, value: [] });
    expect(history.incident.observations.p99?.observation.verdict).toBe('critical');
  });

  test('a second round cannot start while the first is running', () => {
    const history = declaredHistory();
    history.command({ kind: 'start-checks', checks: ['p99'], now: started }, bot);
    expect(history.command({ kind: 'start-checks', checks: ['p99'], now: started })).toMatchObject({
      ok: false,
      fault: { code: 'checks-running' },
    });
  });
});

describe('the headline', () => {
  const measured = (value: number, verdict: 'ok' | 'critical', at = started) =>
    observation('p99', verdict, { measurement: { value, unit: 'ms' }, observedAt: at });

  test('follows its metric when the verdict changes, the value moves, or the last entry is old', () => {
    const history = declaredHistory();
    history.command({ kind: 'start-checks', checks: ['p99', 'hit-rate'], now: started }, bot);
    history.command({ kind: 'observe', round: 1, found: [{ observation: measured(19, 'critical') }] }, bot);
    const entries = (value: number, verdict: 'ok' | 'critical', at?: number) => {
      const outcome = history.command({ kind: 'follow', observation: measured(value, verdict, at) }, bot);
      return outcome.ok ? outcome.value.length : -1;
    };
    expect(entries(20, 'critical')).toBe(0);
    expect(entries(40, 'critical')).toBe(1);
    expect(entries(3, 'ok')).toBe(1);
    expect(entries(3, 'ok', started + 299_000)).toBe(0);
    expect(entries(3, 'ok', started + 300_000)).toBe(1);
    expect(history.incident.observations.p99?.observation.verdict).toBe('ok');
  });
});

describe('a level of the ladder', () => {
  test('that was only informed at declaration is still called when its time comes, once', () => {
    const history = declaredHistory();
    const called = { kind: 'escalate', level: 'L2', name: 'Lead', people: [] } as const;
    expect(history.command(called, bot)).toMatchObject({ ok: true, value: [{ how: 'called' }] });
    expect(history.command(called, bot)).toEqual({ ok: true, value: [] });
  });
});

describe('the phase', () => {
  test('follows who acknowledged and what has answered', () => {
    const history = declaredHistory();
    expect(duePhase(history.incident, phases)).toBe('acknowledge');
    history.command({ kind: 'acknowledge' });
    expect(duePhase(history.incident, phases)).toBe('verify');
    history.command({ kind: 'start-checks', checks: ['p99', 'hit-rate'], now: started }, bot);
    history.command({ kind: 'observe', round: 1, found: [{ observation: observation('p99', 'critical') }] }, bot);
    expect(duePhase(history.incident, phases)).toBe('investigate');
    history.command({ kind: 'observe', round: 1, found: [{ observation: observation('hit-rate', 'ok') }] }, bot);
    expect(duePhase(history.incident, phases)).toBe('mitigate');
    history.command({ kind: 'resolve', as: 'resolved', reason: 'back to normal' });
    expect(duePhase(history.incident, phases)).toBe('post-mortem');
  });
});

describe('a round that lost its job', () => {
  test('can be started again after a minute, and a reopened incident is never stuck in one', () => {
    const history = declaredHistory();
    history.command({ kind: 'start-checks', checks: ['p99', 'hit-rate'], now: started }, bot);
    const startedAt = history.incident.roundStartedAt ?? 0;
    const again = (now: number) => history.command({ kind: 'start-checks', checks: ['p99'], now }, rita).ok;
    expect(again(startedAt + 59_000)).toBe(false);
    expect(again(startedAt + 60_000)).toBe(true);
    history.command({ kind: 'resolve', as: 'resolved', reason: 'over' });
    history.command({ kind: 'reopen', reason: 'back' });
    expect(again(startedAt)).toBe(true);
  });
});

describe('the end', () => {
  test('resolving needs a reason', () => {
    expect(declaredHistory().command({ kind: 'resolve', as: 'resolved', reason: '  ' })).toMatchObject({
      ok: false,
      fault: { code: 'reason-missing' },
    });
  });

  test('after it only notes and reopening are possible, and reopening forgets how it ended', () => {
    const history = declaredHistory();
    history.command({ kind: 'watch', state: 'recovered', summary: 'P99 3 ms', healthySamples: 5 }, bot);
    history.command({ kind: 'resolve', as: 'resolved', reason: 'back' });
    expect(history.command({ kind: 'acknowledge' })).toMatchObject({ ok: false, fault: { code: 'already-resolved' } });
    expect(history.command({ kind: 'note', text: 'the cause was a deploy', happenedAt: 0 }).ok).toBe(true);
    expect(history.command({ kind: 'reopen', reason: 'it is back' }).ok).toBe(true);
    expect(history.incident).toMatchObject({ status: 'open', phase: 'investigate' });
    expect(history.incident.resolved).toBeUndefined();
    expect(history.incident.recovery).toBeUndefined();
  });
});

describe('any history', () => {
  const command = fc.oneof(
    fc.constantFrom<IncidentCommand>(
      { kind: 'acknowledge' },
      { kind: 'start-checks', checks: ['p99', 'hit-rate'], now: started },
      { kind: 'resolve', as: 'resolved', reason: 'over' },
      { kind: 'resolve', as: 'false-alarm', reason: 'nothing there' },
      { kind: 'reopen', reason: 'again' },
      { kind: 'exhaust-escalation' },
      { kind: 'take-role', role: 'commander' },
    ),
    fc.record({
      kind: fc.constant('escalate' as const),
      level: fc.constantFrom('L1', 'L2'),
      name: fc.constant('x'),
      people: fc.constant([]),
    }),
    fc.record({ kind: fc.constant('note' as const), text: fc.string(), happenedAt: fc.integer() }),
    fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('p99', 'hit-rate'),
        fc.constantFrom('ok', 'critical', 'unknown'),
      )
      .map(
        ([round, check, verdict]): IncidentCommand => ({
          kind: 'observe',
          round,
          found: [{ observation: observation(check, verdict as 'ok') }],
        }),
      ),
  );

  test('keeps the invariants of an incident', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.constantFrom(rita, lena)), { maxLength: 40 }), (steps) => {
        const history = declaredHistory();
        for (const [step, actor] of steps) history.command(step, actor);
        const { events, incident } = history;
        const count = (type: string) => events.filter(({ event }) => event.type === type).length;
        expect(count('acknowledged')).toBeLessThanOrEqual(1);
        expect(incident.status === 'resolved').toBe(incident.resolved !== undefined);
        expect(count('resolved') - count('reopened')).toBe(incident.status === 'resolved' ? 1 : 0);
        expect(incident.seq).toBe(events.length);
        expect(new Set(incident.escalated.map((told) => told.level)).size).toBe(incident.escalated.length);
        expect(incidentFrom(events)).toEqual(incident);
      }),
    );
  });
});
