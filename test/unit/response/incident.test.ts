// An incident's use cases against the real store: what must hold when time passes, people repeat themselves, and runbooks change.
import { beforeEach, describe, expect, test } from 'vitest';
import { person } from '../../../src/core/actor.ts';
import type { Store } from '../../../src/core/ports.ts';
import { timelineOf } from '../../../src/core/timeline.ts';
import { type LimitReading, verdictOf } from '../../../src/core/verdict.ts';
import { escalate } from '../../../src/response/escalate.ts';
import type { Given } from '../../../src/response/given.ts';
import { runChecks } from '../../../src/response/run-checks.ts';
import { watchRecovery } from '../../../src/response/watch-recovery.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  return () => bench.store.close();
});

async function declareIll(): Promise<void> {
  bench.values.set('p99', 19).set('throughput', 300);
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  await runChecks(bench.given, 'INC-1', 1);
}

/** Turns of the watch, five seconds apart. */
async function watch(turns: number, everyMs = 5_000, given: Given = bench.given): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    bench.now += everyMs;
    await watchRecovery(given, 'INC-1');
  }
}

/** Answers as of a histogram whose first edge is the critical limit: no warning limit can be decided. */
function withoutWarningLimit(given: Given): Given {
  const undecided = (limit: LimitReading): LimitReading =>
    limit.level === 'warning' ? { ...limit, outcome: 'undecidable', why: 'the first bucket edge is 5 ms' } : limit;
  return {
    ...given,
    async ask(definition) {
      const { observation, series } = await given.ask(definition);
      const limits = observation.limits.map(undecided);
      return { observation: { ...observation, limits, verdict: verdictOf(limits) }, series };
    },
  };
}

const view = async () => {
  const seen = await bench.desk.incidentView('INC-1');
  if (seen === undefined) throw new Error('INC-1 exists');
  return seen;
};

const typesOf = async (store: Store) => (await store.events('INC-1')).map(({ event }) => event.type);

describe('the recovery watch', () => {
  test('says recovered only after enough healthy scrapes over the hold time, and the headline follows', async () => {
    await declareIll();
    await watch(3);
    expect((await view()).headline).toMatchObject({ verdict: 'critical' });
    bench.values.set('p99', 3);
    await watch(36);
    expect((await view()).recovery?.state).toBe('recovering');
    await watch(2);
    expect((await view()).recovery?.state).toBe('recovered');
    expect((await view()).headline).toMatchObject({ verdict: 'ok' });
    expect(await bench.answers()).toContain(
      'say 🟢 RECOVERED · P99 latency 3 ms (want ≤ 5 ms), last minute 1 ms, was 19 ms · 5 of 5 healthy samples · resolve it if you agree · INC-1',
    );
  });

  test('recovered from critical while the warning limit cannot be measured: the headline stays unknown, and both say why', async () => {
    await declareIll();
    await watch(1);
    bench.values.set('p99', 5);
    const coarse = withoutWarningLimit(bench.given);
    await watch(40, 5_000, coarse);
    expect((await view()).headline.verdict).toBe('unknown');
    const gap = 'the warning limit 4 ms cannot be measured';
    const recovered = `P99 latency 5 ms (want ≤ 5 ms), last minute 1 ms, was 19 ms; ${gap}`;
    expect((await view()).recovery).toMatchObject({ state: 'recovered', summary: recovered });
    expect(await bench.answers()).toContainEqual(expect.stringContaining(`🟢 RECOVERED · ${recovered} · 5 of 5`));
  });

  test('a signal that vanishes after recovery is lost, not recovered', async () => {
    await declareIll();
    bench.values.set('p99', 3);
    await watch(40);
    expect((await view()).recovery?.state).toBe('recovered');
    bench.values.set('p99', undefined);
    await watch(26);
    expect((await view()).recovery?.state).toBe('signal-lost');
    expect((await view()).headline.verdict).toBe('unknown');
  });

  test('after a reopening only new samples count', async () => {
    await declareIll();
    bench.values.set('p99', 3);
    await watch(40);
    await bench.desk.resolve('INC-1', { as: 'resolved', reason: 'over' }, bench.asks('U0RITA'));
    bench.now += 60_000;
    await bench.desk.reopen('INC-1', 'it is back', bench.asks('U0RITA'));
    await watch(1);
    expect((await view()).recovery).toMatchObject({ state: 'recovering', healthySamples: 1 });
  });

  test('F74: a recovery that flaps is none: the run starts again with every bad scrape', async () => {
    await declareIll();
    for (let turn = 0; turn < 12; turn += 1) {
      bench.values.set('p99', turn % 4 === 3 ? 19 : 3);
      await watch(1, 30_000);
      expect((await view()).recovery?.state, `after scrape ${turn}`).not.toBe('recovered');
    }
    bench.values.set('p99', 3);
    await watch(38);
    expect((await view()).recovery?.state).toBe('recovered');
  });

  test('F74: a watch that nobody asks about ends after a day, says so once, and goes on when checks are asked for', async () => {
    await declareIll();
    bench.now += 24 * 3_600_000;
    await watch(3);
    expect((await view()).recovery?.state).toBe('ended');
    expect((await view()).headline.verdict).not.toBe('ok');
    const said = (await bench.answers()).filter((text) => text.includes('NO LONGER WATCHED'));
    expect(said).toHaveLength(1);
    const { length } = await bench.store.samples('INC-1', 0);
    await watch(3);
    expect(await bench.store.samples('INC-1', 0)).toHaveLength(length);

    await bench.desk.recheck('INC-1', bench.asks('U0RITA'));
    await watch(1);
    expect((await view()).recovery?.state).not.toBe('ended');
  });

  test('good values without traffic prove nothing', async () => {
    await declareIll();
    bench.values.set('p99', 3).set('throughput', 0);
    await watch(40);
    expect((await view()).recovery?.state).not.toBe('recovered');
  });

  test('an incident whose runbook is gone is still drawn from its own events, and its watch goes on', async () => {
    await declareIll();
    const gone = { ...bench.given, library: { procedures: [], reviews: [], muted: [] } };
    await watchRecovery(gone, 'INC-1');
    const { openDesk } = await import('../../../src/response/open-desk.ts');
    const seen = await openDesk(gone).incidentView('INC-1');
    expect(seen?.checks.length).toBeGreaterThan(8);
    expect(seen?.headline).toMatchObject({ verdict: 'critical' });
  });
});

describe('the escalation', () => {
  test('a lead who was only informed at declaration is called when the time comes', async () => {
    await declareIll();
    expect(await bench.answers()).toContain('call L1 L2');
    await escalate(bench.given, 'INC-1', 'L2');
    expect(await bench.answers()).toContain('call L2');
    expect((await view()).escalation.told.map(({ level }) => level)).toEqual(['L1', 'L2']);
  });

  test('acknowledging stops it', async () => {
    await declareIll();
    await bench.desk.acknowledge('INC-1', bench.asks('U0RITA'));
    await bench.answers();
    await escalate(bench.given, 'INC-1', 'L2');
    await escalate(bench.given, 'INC-1', 'exhausted');
    expect((await bench.answers()).filter((said) => said.startsWith('call'))).toEqual([]);
  });

  test('when all have been called in vain the channel says so, once', async () => {
    await declareIll();
    await escalate(bench.given, 'INC-1', 'exhausted');
    await escalate(bench.given, 'INC-1', 'exhausted');
    expect((await bench.answers()).filter((said) => /UNANSWERED/.test(said))).toHaveLength(1);
  });
});

describe('rounds of checks', () => {
  test('a job that runs again after a crash asks only what has not answered', async () => {
    await declareIll();
    const before = (await bench.store.events('INC-1')).length;
    await runChecks(bench.given, 'INC-1', 1);
    expect((await bench.store.events('INC-1')).length).toBe(before);
  });

  test('a check that the runbook no longer has ends as unknown, and the round ends', async () => {
    await bench.desk.command('incident latency', bench.asks('U0RITA'));
    const procedures = bench.given.library.procedures.map((one) => ({
      ...one,
      checks: one.checks.filter((check) => check.id !== 'cpu'),
    }));
    await runChecks({ ...bench.given, library: { ...bench.given.library, procedures } }, 'INC-1', 1);
    expect(await typesOf(bench.store)).toContain('checks-finished');
    expect((await view()).checks.find(({ id }) => id === 'cpu')?.observation?.verdict).toBe('unknown');
  });

  test('reopening asks all checks again', async () => {
    await declareIll();
    await bench.desk.resolve('INC-1', { as: 'resolved', reason: 'over' }, bench.asks('U0RITA'));
    await bench.desk.reopen('INC-1', 'it is back', bench.asks('U0RITA'));
    expect((await view()).progress).toMatchObject({ round: 2, done: 0 });
  });
});

describe('one incident a runbook and scope', () => {
  test('reopening beside another open one is refused with its name', async () => {
    await declareIll();
    await bench.desk.resolve('INC-1', { as: 'resolved', reason: 'over' }, bench.asks('U0RITA'));
    await bench.desk.command('incident latency', bench.asks('U0LENA'));
    expect(await bench.desk.whyNot('reopen', 'INC-1', person('U0RITA'))).toMatchObject({ code: 'another-is-open' });
    await bench.answers();
    await bench.desk.reopen('INC-1', 'again', bench.asks('U0RITA'));
    expect(await bench.answers()).toContain('refusal another-is-open');
    expect((await view()).status).toBe('resolved');
  });

  test('twenty declarations at once open one incident', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => bench.desk.command('incident latency', bench.asks(`U0P${index}`))),
    );
    expect(await bench.store.countIncidents({})).toBe(1);
    expect((await typesOf(bench.store)).filter((type) => type === 'declared-again')).toHaveLength(19);
  });
});

describe('people in a hurry', () => {
  test('two acknowledge at once: one does, the other is told', async () => {
    await declareIll();
    await bench.answers();
    await Promise.all(['U0RITA', 'U0LENA'].map((who) => bench.desk.acknowledge('INC-1', bench.asks(who))));
    expect((await typesOf(bench.store)).filter((type) => type === 'acknowledged')).toHaveLength(1);
    expect(await bench.answers()).toContain('refusal already-acknowledged');
  });

  test('a command inside the incident is answered, because not everybody sees the card', async () => {
    await declareIll();
    await bench.answers();
    await bench.desk.command('ack', bench.asks('U0RITA'));
    expect((await bench.answers()).join()).toMatch(/You acknowledged INC-1/);
  });
});

describe('a message of a conversation', () => {
  test('is noted at the time it was written, by its author, once; a second person hears who pinned it', async () => {
    await declareIll();
    await bench.answers();
    const writtenAt = bench.now - 120_000;
    const message = { text: 'restarted it', writtenAt, author: person('U0LENA'), source: 'C1/1.2' };
    await bench.desk.pin('INC-1', message, bench.asks('U0RITA'));
    expect((await bench.answers()).join()).toMatch(
      /Noted in the record of INC-1, at the time it was written: 02:12 UTC/,
    );
    await bench.desk.pin('INC-1', message, bench.asks('U0OMAR'));
    expect(await bench.answers()).toContain('refusal already-pinned');
    const noted = (await bench.store.events('INC-1')).filter(({ event }) => event.type === 'noted');
    expect(noted).toMatchObject([
      { actor: person('U0RITA'), event: { happenedAt: writtenAt, pinned: { author: person('U0LENA') } } },
    ]);
    const [entry] = timelineOf(noted);
    expect(entry).toMatchObject({ at: writtenAt, actor: person('U0LENA'), pinnedBy: person('U0RITA'), text: 'wrote' });
    expect(await bench.store.verify('INC-1')).toEqual({ ok: true });
  });
});

describe('a room that is gone', () => {
  test('F28: is on record, the card is posted anew, and whoever declared the incident is told by a direct message', async () => {
    await declareIll();
    await bench.answers();
    await bench.desk.roomLost('INC-1', 'the channel is archived', { card: '' });
    const answers = await bench.answers();
    expect(answers.join()).toMatch(
      /The channel of INC-1 cannot be used any more: the channel is archived\. INC-1 goes on/,
    );
    expect(answers).toContain('post-card');
    expect((await view()).setupFailures.channel).toBe('the channel is archived');
    await bench.desk.acknowledge('INC-1', bench.asks('U0RITA'));
    expect(await typesOf(bench.store)).toEqual(expect.arrayContaining(['setup-failed', 'acknowledged']));
  });
});

describe('the report', () => {
  test('the same record gives the same draft, which is not posted again', async () => {
    await declareIll();
    await bench.desk.redraft('INC-1', bench.asks('U0RITA'));
    expect(await bench.answers()).toContain('report');
    await bench.desk.redraft('INC-1', bench.asks('U0RITA'));
    const said = await bench.answers();
    expect(said).not.toContain('report');
    expect(said.join()).toMatch(/has not changed/);
  });

  test('its worst value is the worst that was measured, and an unacknowledged incident says so', async () => {
    await declareIll();
    bench.values.set('p99', 400);
    await watch(2);
    await bench.desk.resolve('INC-1', { as: 'resolved', reason: 'by [hand](http://x)' }, bench.asks('U0RITA'));
    await bench.desk.redraft('INC-1', bench.asks('U0RITA'));
    const report = await bench.desk.report((await view()).report?.id ?? '');
    expect(report).toMatch(/P99 latency: 400 ms/);
    expect(report).toContain('Acknowledgement: not acknowledged');
    expect(report).toContain('\\[hand\\]');
    for (const line of report?.split('\n').filter((one) => one.startsWith('- Acknow') || one.startsWith('- Resol')) ??
      [])
      expect(line).toMatch(/not acknowledged|\[#\d+\]/);
  });
});

test('the incident that is named is meant; named in the channel of another one, nothing is done', async () => {
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  await bench.desk.command('incident latency separately', bench.asks('U0RITA'));
  await bench.store.transact((tx) => tx.setFaceRefs('INC-2', { channel: 'C0ROOM2' }));
  const inRoom = { ...bench.asks('U0RITA'), to: { person: 'U0RITA', place: 'C0ROOM2' } };
  await bench.answers();
  await bench.desk.command('ack INC-1', inRoom);
  expect(await bench.answers()).toContain('refusal other-incident');
  expect((await bench.store.incident('INC-1'))?.acknowledged).toBeUndefined();
  await bench.desk.command('ack inc-1', bench.asks('U0RITA'));
  await bench.desk.command('ack 2', inRoom);
  expect((await bench.store.incident('INC-1'))?.acknowledged).toBeDefined();
  expect((await bench.store.incident('INC-2'))?.acknowledged).toBeDefined();
});
