// What the record promises: order, types, one open incident, projections, and all or nothing.

import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { NewEvent } from '../../../src/core/event.ts';
import { incidentFrom } from '../../../src/core/incident.ts';
import { StaleStream, StoreUnavailable } from '../../../src/core/ports.ts';
import { declare, declared, noted, onEveryEngine } from './engines.ts';

const observed: NewEvent = {
  at: 1_795_479_262_371,
  actor: { kind: 'system', name: 'prometheus' },
  event: {
    type: 'observed',
    round: 1,
    observation: {
      check: 'p99',
      title: 'P99 – «überall» 🚀 \u202e',
      verdict: 'critical',
      measurement: { value: 0.1 + 0.2, unit: 'ms', low: 5e-324, high: 1.7976931348623157e308 },
      limits: [{ level: 'critical', breachedWhen: 'above', bound: -0.000001, source: 'runbook', outcome: 'breached' }],
      summary: '"quotes" \\ backslash \n newline \t tab',
      rows: Array.from({ length: 2_000 }, (_, row) => ({
        label: `service-${row}`,
        verdict: 'ok' as const,
        note: 'x'.repeat(50),
      })),
      notes: [],
      facts: { open: 0, big: 9_007_199_254_740_991, yes: true, no: false, empty: '' },
      source: { system: 'prometheus', query: 'histogram_quantile(0.99, sum by (le) (rate(x[5m])))' },
      observedAt: 1_795_479_262_000,
      tookMs: 12.5,
    },
  },
};

onEveryEngine('the record', (bench) => {
  it('gives events back as they were appended, in order, with the same JavaScript types', async () => {
    const { store } = bench();
    const id = await declare(store, { note: { private: 'since the deploy' } });
    const appended = await store.transact((tx) => tx.append(id, 1, [observed, noted('second'), noted('third')]));

    const events = await store.events(id);
    expect(events.slice(1)).toEqual(appended);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
    expect(events[1]).toEqual({
      ...observed,
      stream: id,
      seq: 2,
      recordedAt: expect.any(Number),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(events[0]?.actor).toEqual({ kind: 'person', id: 'U0RESPONDER' });
    expect(events[0]?.event).toMatchObject({ note: { private: 'since the deploy' } });
  });

  it('has no events for a stream nobody wrote to', async () => {
    expect(await bench().store.events('INC-0')).toEqual([]);
    expect(await bench().store.incident('INC-0')).toBeUndefined();
  });

  it('stores characters that PostgreSQL refuses as the replacement character instead of failing', async () => {
    const { store } = bench();
    const id = await declare(store, {
      title: 'nul \u0000 half \ud800 end',
      note: { private: 'nul \u0000 half \udfff' },
    });
    const [event] = await store.events(id);
    expect(event?.event).toMatchObject({
      title: 'nul \ufffd half \ufffd end',
      note: { private: 'nul \ufffd half \ufffd' },
    });
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  it('refuses an append after a sequence number that is not the last one', async () => {
    const { store } = bench();
    const id = await declare(store);
    const stale = store.transact((tx) => tx.append(id, 0, [noted('too early')]));
    await expect(stale).rejects.toBeInstanceOf(StaleStream);
    await expect(store.transact((tx) => tx.append(id, 7, [noted('a hole')]))).rejects.toBeInstanceOf(StaleStream);
    expect(await store.events(id)).toHaveLength(1);
  });

  it('lets exactly one of 20 concurrent appends after the same event win', async () => {
    const { store } = bench();
    const id = await declare(store);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => store.transact((tx) => tx.append(id, 1, [noted(`note ${n}`)]))),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StaleStream);
    expect(await store.events(id)).toHaveLength(2);
  });

  it('lets all of 20 concurrent transactions in that read before they append', async () => {
    const { store } = bench();
    const id = await declare(store);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.transact(async (tx) => tx.append(id, (await tx.events(id)).length, [noted(`note ${n}`)])),
      ),
    );
    const events = await store.events(id);
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  it('lets one in that reads slowly, while quicker ones never stop coming', async () => {
    const { store } = bench();
    const id = await declare(store);
    const write = (words: string, afterMs: number) =>
      store.transact(async (tx) => {
        const { length } = await tx.events(id);
        if (afterMs > 0) await pause(afterMs);
        await tx.append(id, length, [noted(words)]);
      });
    let done = false;
    const quick = Array.from({ length: 3 }, async () => {
      while (!done) await write('quick', 0);
    });
    const slow = write('slow', 60).finally(() => {
      done = true;
    });
    await Promise.all([slow, ...quick]);
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  it('opens exactly one incident for a runbook and scope, however many declare it at once', async () => {
    const { store } = bench();
    const scope = `one-of-many-${Math.random()}`;
    const declareOrJoin = () =>
      store.transact(async (tx) => {
        const [open] = await tx.incidents({ status: 'open', runbook: 'latency', scope });
        if (open !== undefined) {
          await tx.append(open.id, open.seq, [{ ...noted(''), event: { type: 'declared-again' } }]);
          return open.id;
        }
        const number = await tx.nextIncidentNumber();
        await tx.append(`INC-${number}`, 0, [declared(number, { scope })]);
        return `INC-${number}`;
      });
    const ids = await Promise.all(Array.from({ length: 10 }, declareOrJoin));
    expect(new Set(ids).size).toBe(1);
    expect(await store.countIncidents({ scope })).toBe(1);
    expect(await store.events(ids[0] ?? '')).toHaveLength(10);
  });

  it('lets a separate incident stand beside the open one, and a new one follow a resolved one', async () => {
    const { store } = bench();
    const scope = `again-${Math.random()}`;
    const first = await declare(store, { scope });
    await declare(store, { scope, separate: true });
    await expect(declare(store, { scope })).rejects.toBeInstanceOf(StaleStream);
    const resolved: NewEvent = {
      ...noted(''),
      event: { type: 'resolved', as: 'resolved', reason: { private: 'it is over' } },
    };
    await store.transact((tx) => tx.append(first, 1, [resolved]));
    await declare(store, { scope });
    expect(await store.countIncidents({ scope, status: 'open' })).toBe(2);
  });

  it('numbers incidents without gaps, also when transactions fail in between', async () => {
    const { store } = bench();
    const numberOf = (id: string) => Number(id.slice('INC-'.length));
    const before = numberOf(await declare(store));
    const failing = store.transact(async (tx) => {
      await tx.nextIncidentNumber();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const ids = await Promise.all(Array.from({ length: 8 }, () => declare(store)));
    expect(ids.map(numberOf).sort((a, b) => a - b)).toEqual(Array.from({ length: 8 }, (_, n) => before + 1 + n));
  });

  it('shows an incident as the fold of its events, and rebuilds it equal', async () => {
    const { store, engine } = bench();
    const id = await declare(store, { note: { private: 'a note' } });
    await store.transact((tx) =>
      tx.append(id, 1, [{ ...noted(''), event: { type: 'acknowledged' } }, observed, noted('more')]),
    );
    const shown = await store.incident(id);
    expect(shown).toEqual(incidentFrom(await store.events(id)));
    expect(shown?.acknowledged?.by).toEqual({ kind: 'person', id: 'U0RESPONDER' });

    const all = await store.incidents({ limit: 1_000 });
    await sql`update incident set state = '{"wrong": true}', status = 'resolved'`.execute(engine.db);
    await sql`
      insert into incident (stream, number, runbook, scope, status, separate, seq, state)
      values ('INC-ghost', -1, 'latency', 'nowhere', 'open', false, 1, '{}')`.execute(engine.db);
    expect(await store.rebuildProjections()).toBe(all.length);
    expect(await store.incidents({ limit: 1_000 })).toEqual(all);
  });

  it('lists incidents newest first, by status, runbook and scope, at most as many as asked', async () => {
    const { store } = bench();
    const runbook = `runbook-${Math.random()}`;
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await declare(store, { runbook }));
    const idsOf = async (filter: object) =>
      (await store.incidents({ runbook, ...filter })).map((incident) => incident.id);
    expect(await idsOf({})).toEqual(ids.toReversed());
    expect(await idsOf({ limit: 2 })).toEqual(ids.toReversed().slice(0, 2));
    expect(await idsOf({ status: 'resolved' })).toEqual([]);
    expect(await store.countIncidents({ runbook, status: 'open' })).toBe(3);
    expect(await store.countIncidents({ runbook, scope: 'elsewhere' })).toBe(0);
  });

  it('keeps evidence byte for byte, with the same digest for the same bytes', async () => {
    const { store } = bench();
    const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    const keep = () => store.transact((tx) => tx.keep({ kind: 'chart', mediaType: 'image/png', body }));
    const [one, two] = [await keep(), await keep()];
    expect(one.digest).toBe(two.digest);
    const kept = await store.evidence(one.id);
    expect(kept).toEqual({ ...one, kind: 'chart', mediaType: 'image/png', body });
    expect(kept?.body.constructor).toBe(Uint8Array);
    expect(await store.evidence('nothing')).toBeUndefined();
  });

  it('counts a scrape once, however often it is polled, and gives samples back in time order', async () => {
    const { store } = bench();
    const id = await declare(store);
    const sample = (at: number, value: number | null) => ({ signal: 'p99', at, value, verdict: 'ok' as const });
    for (const next of [sample(3_000, 1.5), sample(1_000, null), sample(2_000, 0.1), sample(3_000, 9)]) {
      await store.transact((tx) => tx.keepSample(id, next));
    }
    expect(await store.samples(id, 2_000)).toEqual([sample(2_000, 0.1), sample(3_000, 1.5)]);
    expect(await store.samples(id, 0)).toHaveLength(3);
  });

  it('remembers what a face shows, and finds the subject again', async () => {
    const { store } = bench();
    const value = `C${Math.random()}`;
    await store.transact((tx) => tx.setFaceRefs('INC-9001', { channel: 'C-old' }));
    await store.transact((tx) => tx.setFaceRefs('INC-9001', { channel: value }));
    expect(await store.faceRef('INC-9001', 'channel')).toBe(value);
    expect(await store.subjectOf('channel', value)).toBe('INC-9001');
    expect(await store.faceRef('INC-9001', 'card')).toBeUndefined();
    expect(await store.subjectOf('channel', 'C-old')).toBeUndefined();
  });

  it('gives back all that a face remembers under keys that begin alike, also what several added at once', async () => {
    const { store } = bench();
    const subject = await declare(store);
    const add = (key: string) => store.transact((tx) => tx.setFaceRefs(subject, { [key]: `at ${key}` }));
    await Promise.all(['found:b', 'found:a', 'found', 'other:found:'].map(add));
    expect(await store.faceRefs(subject, 'found:')).toEqual(['at found:a', 'at found:b']);
    expect(await store.faceRefs(subject, 'found_')).toEqual([]);
    expect(await store.faceRefs('INC-nothing', 'found:')).toEqual([]);
  });

  it('rolls everything back together when the work fails', async () => {
    const { store } = bench();
    const id = await declare(store);
    await store.inbox.take({ key: 'roll-back', kind: 'command', payload: 1, receivedAt: Date.now() });
    const ran: string[] = [];
    const stop = await store.work(async (job) => {
      ran.push(job.kind);
    });
    const failing = store.transact(async (tx) => {
      await tx.append(id, 1, [noted('never')]);
      await tx.send({ lane: id, notice: { kind: 'redraw-card', incident: id } });
      await tx.schedule({ job: { kind: 'draft-postmortem', incident: id } });
      await tx.keepSample(id, { signal: 'p99', at: 1, value: 1, verdict: 'ok' });
      await tx.setFaceRefs(id, { card: 'ts' });
      await tx.settle('roll-back', 'done');
      expect(await tx.events(id)).toHaveLength(2);
      throw new TypeError('a bug of ours');
    });
    await expect(failing).rejects.toThrow(TypeError);

    expect(await store.events(id)).toHaveLength(1);
    expect((await store.incident(id))?.seq).toBe(1);
    expect(await store.outbox.claim(10)).toEqual([]);
    expect(await store.samples(id, 0)).toEqual([]);
    expect(await store.faceRef(id, 'card')).toBeUndefined();
    expect((await store.inbox.backlog()).waiting).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(ran).toEqual([]);
    await stop();
  });

  it('rolls everything back together when what was left for the end cannot be written', async () => {
    const { store } = bench();
    const id = await declare(store);
    const failing = store.transact(async (tx) => {
      await tx.append(id, 1, [noted('never')]);
      await tx.send({ lane: id, notice: { kind: 'redraw-card', incident: id } });
      await tx.schedule({ job: { kind: 'run-checks', incident: id, round: 1n as unknown as number } });
    });
    await expect(failing).rejects.toThrow(TypeError);
    expect(await store.events(id)).toHaveLength(1);
    expect(await store.outbox.claim(10)).toEqual([]);
  });

  it('appends twice in one transaction: the second follows the first, and nothing else does', async () => {
    const { store } = bench();
    const id = await declare(store);
    await store.transact(async (tx) => {
      await tx.append(id, 1, [noted('one'), noted('two')]);
      await tx.append(id, 3, [noted('three')]);
    });
    expect(await store.events(id)).toHaveLength(4);
    expect((await store.incident(id))?.seq).toBe(4);
    expect(await store.verify(id)).toEqual({ ok: true });
    await expect(
      store.transact(async (tx) => {
        await tx.append(id, 4, [noted('five')]);
        await tx.append(id, 4, [noted('another five')]);
      }),
    ).rejects.toThrow(StaleStream);
    expect(await store.events(id)).toHaveLength(4);
  });

  it('reads inside the transaction what it appended, in several streams and between two appends', async () => {
    const { store } = bench();
    const id = await declare(store);
    await store.transact(async (tx) => {
      const [one] = await tx.append(id, 1, [noted('one')]);
      expect((await tx.events(id)).at(-1)).toEqual(one);
      await tx.append(id, 2, [noted('two')]);
      await tx.append('gaps', 0, [noted('beside it')]);
      expect(await tx.incident(id)).toEqual(incidentFrom(await tx.events(id)));
      expect((await tx.head(id))?.seq).toBe(3);
      const [beside] = await tx.events('gaps');
      expect(beside?.event).toMatchObject({ text: { private: 'beside it' } });
      await tx.append(id, 3, [noted('three')]);
    });
    expect((await store.events(id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  it('reads evidence inside the transaction that keeps it', async () => {
    const { store } = bench();
    const body = new TextEncoder().encode('{"a":1}');
    const kept = await store.transact(async (tx) => {
      const reference = await tx.keep({ kind: 'series', mediaType: 'application/json', body });
      expect(await tx.evidence(reference.id)).toEqual({
        ...reference,
        kind: 'series',
        mediaType: 'application/json',
        body,
      });
      return reference;
    });
    expect(await store.evidence(kept.id)).toMatchObject({ ...kept, body });
  });

  it('remembers several references of a face at once, the newer ones in the place of the older', async () => {
    const { store } = bench();
    await store.setFaceRefs('INC-9002', { card: 'old', channel: 'C1' });
    await store.setFaceRefs('INC-9002', { card: 'new\0', topic: 't' });
    expect(await store.faceRefsAt('INC-9002', ['card', 'channel', 'topic'])).toEqual({
      card: 'new\ufffd',
      channel: 'C1',
      topic: 't',
    });
    await store.setFaceRefs('INC-9002', {});
    await expect(store.transact(() => store.setFaceRefs('INC-9002', { card: 'x' }))).rejects.toThrow(
      'inside an open transaction',
    );
  });

  it('says so at once when the store is asked from inside an open transaction', async () => {
    const { store } = bench();
    await expect(store.transact(() => store.events('INC-1'))).rejects.toThrow('inside an open transaction');
    await expect(store.transact(() => store.transact(async () => 1))).rejects.toThrow('inside an open transaction');
    await store.transact((tx) => tx.events('INC-1'));
  });

  it('reads beside an open transaction see only what is committed', async () => {
    const { store } = bench();
    const id = await declare(store);
    const appended = Promise.withResolvers<void>();
    const writing = store.transact(async (tx) => {
      await tx.append(id, 1, [noted('soon')]);
      appended.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    await appended.promise;
    const beside = await store.events(id);
    await writing;
    // The embedded engine lets the read wait for the commit, PostgreSQL shows the state before it.
    expect(bench().engine.kind === 'embedded' ? [2] : [1]).toContain(beside.length);
    expect(await store.events(id)).toHaveLength(2);
  });

  it('reports what the database refuses as unavailable, without the values in question', async () => {
    const { store } = bench();
    const secret = 'xoxb-very-secret';
    const failing = store.transact((tx) => tx.setFaceRefs(null as unknown as string, { card: secret }));
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailable);
    const cause = (error as Error).cause as Error;
    expect(cause).toMatchObject({ code: '23502' });
    expect(`${(error as Error).stack}${cause.stack}${JSON.stringify(cause)}`).not.toContain(secret);
  });

  it('never commits half of it when the work goes on after a refused query', async () => {
    const { store } = bench();
    const id = await declare(store);
    const goingOn = store.transact(async (tx) => {
      await tx.append(id, 1, [noted('before')]);
      await tx.setFaceRefs(null as unknown as string, { card: 'ts' }).catch(() => {});
      return 'all is well';
    });
    await expect(goingOn).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.events(id)).toHaveLength(1);
    await store.transact((tx) => tx.append(id, 1, [noted('the connection is fine')]));
  });

  it('answers a ping', async () => {
    await bench().store.ping();
  });
});
