// What the store promises when several replicas share one PostgreSQL, and when that PostgreSQL goes away.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { AlreadySettled, type Job, type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import { openStore } from '../../../src/store/index.ts';
import { openPostgres } from '../../../src/store/postgres.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { declare, declared, noted, onPostgres, until } from './engines.ts';

onPostgres('replicas', (server) => {
  const open = (url: string): Promise<Store> => openStore({ kind: 'postgres', url }, givenToStore());
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('may start and migrate at the same moment', async () => {
    const url = await server().freshDatabase();
    const stores = await Promise.all([open(url), open(url), open(url)]);
    const [one, two] = stores;
    if (one === undefined || two === undefined) throw new Error('no stores');
    const id = await declare(one);
    expect(await two.events(id)).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('F38, F61: measure deadlines by the clock of the database, whatever theirs say', async () => {
    const given = givenToStore();
    const offMs = 3_600_000;
    const store = await openStore(
      { kind: 'postgres', url: await server().freshDatabase() },
      { ...given, clock: { now: () => Date.now() - offMs } },
    );
    const times = await store.transact(async (tx) => {
      const first = await tx.now();
      await pause(50);
      return [first, await tx.now()];
    });
    const [first = 0, second = 0] = times;
    expect(Math.abs(first - Date.now())).toBeLessThan(60_000);
    // The time of the decision, and not that at which its transaction began.
    expect(second - first).toBeGreaterThanOrEqual(45);
    await store.close();
  });

  it('run each job exactly once between them', async () => {
    const url = await server().freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    const ran = new Map<string, string[]>();
    const handlerOf = (replica: string) => async (job: Job) => {
      if (job.kind !== 'escalate') return;
      await pause(20);
      ran.set(job.level, [...(ran.get(job.level) ?? []), replica]);
    };
    await Promise.all([one.work(handlerOf('one')), two.work(handlerOf('two'))]);
    const total = 60;
    await one.transact(async (tx) => {
      for (let n = 0; n < total; n += 1) {
        await tx.schedule({
          job: { kind: 'escalate', incident: 'INC-1', level: `L${n}` },
          afterMs: n % 2 === 0 ? 0 : 500,
        });
      }
    });
    await until(() => ran.size === total, 25_000);
    await pause(1_000);
    expect([...ran.values()].filter((replicas) => replicas.length !== 1)).toEqual([]);
    expect(new Set([...ran.values()].flat())).toEqual(new Set(['one', 'two']));
    await Promise.all([one.close(), two.close()]);
  });

  it('add a job with one key once, also when both do it before either commits', async () => {
    const url = await server().freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    const ran: Job[] = [];
    await one.work(async (job) => {
      ran.push(job);
    });
    const request = { job: { kind: 'watch-recovery', incident: 'INC-1' }, once: 'INC-1', afterMs: 100 } as const;
    const scheduled = Promise.withResolvers<void>();
    const first = one.transact(async (tx) => {
      await tx.schedule(request);
      scheduled.resolve();
      await pause(200);
    });
    await scheduled.promise;
    await Promise.all([first, two.transact((tx) => tx.schedule(request))]);
    await until(() => ran.length > 0);
    await pause(1_200);
    expect(ran).toHaveLength(1);
    await Promise.all([one.close(), two.close()]);
  });

  it('take over the job of a replica that was killed, within half a minute', { timeout: 60_000 }, async () => {
    const url = await server().freshDatabase();
    const moduleOf = (path: string) => pathToFileURL(join(import.meta.dirname, path)).href;
    const script = `
      import { openStore } from '${moduleOf('../../../src/store/index.ts')}';
      import { givenToStore } from '${moduleOf('../../support/prepared-store.ts')}';
      const store = await openStore({ kind: 'postgres', url: ${JSON.stringify(url)} }, givenToStore());
      await store.work(() => { console.log('started'); return new Promise(() => {}); });
      await store.transact((tx) => tx.schedule({ job: { kind: 'draft-postmortem', incident: 'INC-1' } }));`;
    const doomed = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(doomed.stdout, 'data');
    const survivor = await open(url);
    const ran: Job[] = [];
    await survivor.work(async (job) => {
      ran.push(job);
    });
    doomed.kill('SIGKILL');
    await until(() => ran.length > 0, 30_000);
    expect(ran).toEqual([{ kind: 'draft-postmortem', incident: 'INC-1' }]);
    await survivor.close();
  });

  it('hear of notices that another replica committed, and lease each of them once', async () => {
    const url = await server().freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    let heardAt = 0;
    two.outbox.onWake(() => {
      heardAt ||= performance.now();
    });
    // The regular look every 5 s must not be mistaken for the notification.
    await until(() => heardAt > 0, 6_000);
    heardAt = 0;
    const started = performance.now();
    await one.transact(async (tx) => {
      for (let n = 0; n < 10; n += 1)
        await tx.send({ lane: `L${n}`, notice: { kind: 'announce', incident: `INC-${n}` } });
    });
    await until(() => heardAt > 0, 4_000);
    expect(heardAt - started).toBeLessThan(1_000);
    const claims = await Promise.all([one.outbox.claim(10), two.outbox.claim(10), one.outbox.claim(10)]);
    expect(claims.flat()).toHaveLength(10);
    expect(new Set(claims.flat().map((row) => row.id)).size).toBe(10);
    await Promise.all([one.close(), two.close()]);
  });

  it('settle a race for one delivery and for one incident', async () => {
    const url = await server().freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    const key = 'trigger';
    const take = (store: Store) => store.inbox.take({ key, kind: 'command', payload: null, receivedAt: 1 });
    expect((await Promise.all([take(one), take(two)])).sort()).toEqual(['duplicate', 'taken']);
    const scope = 'the same scope';
    const race = await Promise.allSettled([declare(one, { scope }), declare(two, { scope })]);
    expect(race.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await one.countIncidents({ scope })).toBe(1);
    await Promise.all([one.close(), two.close()]);
  });

  it('F62: go on taking deliveries and turns while a newer one alters their tables', async () => {
    const url = await server().freshDatabase();
    const [older, newer] = [await open(url), openPostgres(url, givenToStore().log)];
    const take = (key: string) => older.inbox.take({ key, kind: 'command', payload: null, receivedAt: 1 });
    const turn = () => older.turns.take([{ key: 'a method', calls: 100, windowMs: 60_000 }], 0);
    for (let n = 0; n < 10; n += 1) expect([await take(`before ${n}`), await turn()]).toEqual(['taken', 0]);
    await sql`alter table inbox alter column key type varchar(500)`.execute(newer.db);
    await sql`alter table turn alter column key type varchar(500)`.execute(newer.db);
    for (let n = 0; n < 10; n += 1) expect([await take(`after ${n}`), await turn()]).toEqual(['taken', 0]);
    expect(await take('before 1')).toBe('duplicate');
    await Promise.all([older.close(), newer.close()]);
  });

  it('let one delivery take effect once, although both of them work it', async () => {
    const url = await server().freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    const key = 'trigger';
    await one.inbox.take({ key, kind: 'command', payload: null, receivedAt: 1 });
    expect(await two.inbox.leftOver(10)).toEqual([]);
    const work = (store: Store, scope: string) =>
      store.transact(async (tx) => {
        const number = await tx.nextIncidentNumber();
        await tx.append(`INC-${number}`, 0, [declared(number, { scope })]);
        await tx.send({ lane: `INC-${number}`, notice: { kind: 'announce', incident: `INC-${number}` } });
        await pause(50);
        await tx.settle(key, 'declared');
      });
    const race = await Promise.allSettled([work(one, 'declared by one'), work(two, 'declared by two')]);
    const losers = race.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(losers).toEqual([expect.any(AlreadySettled)]);
    expect(await one.countIncidents({})).toBe(1);
    expect((await one.outbox.backlog()).waiting).toBe(1);
    await expect(work(two, 'declared late')).rejects.toBeInstanceOf(AlreadySettled);
    await Promise.all([one.close(), two.close()]);
  });

  it('say that the store is unavailable while the server is away, and go on by themselves when it is back', async () => {
    const url = await server().freshDatabase();
    const store = await open(url);
    const id = await declare(store);
    const ran: Job[] = [];
    await store.work(async (job) => {
      ran.push(job);
    });
    const inTheMiddle = store.transact(async (tx) => {
      await tx.append(id, 1, [noted('lost')]);
      await server().restart();
      return tx.append(id, 2, [noted('lost too')]);
    });
    await expect(inTheMiddle).rejects.toBeInstanceOf(StoreUnavailable);
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(await store.events(id)).toHaveLength(1);
    await store.transact(async (tx) => {
      await tx.append(id, 1, [noted('after')]);
      await tx.schedule({ job: { kind: 'draft-postmortem', incident: id } });
    });
    await until(() => ran.length === 1);
    expect(await store.verify(id)).toEqual({ ok: true });
    await store.close();
  });

  it('never show the address or the password of the database in an error', async () => {
    const secret = 'hunter2secret';
    const addresses = [
      `postgres://someone:${secret}@127.0.0.1:1/acgs`,
      `postgres://someone:${secret}@no-such-host.invalid/acgs`,
      `postgres://someone:${secret}@127.0.0.1:port/acgs`,
      server().url.replace('postgres@', `nobody:${secret}@`),
    ];
    for (const url of addresses) {
      const error: unknown = await open(url).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StoreUnavailable);
      const { cause, stack, message } = error as Error;
      const everything = [
        message,
        stack,
        String(cause),
        (cause as Error | undefined)?.stack,
        JSON.stringify([error, cause]),
      ];
      expect(everything.join('\n')).not.toContain(secret);
    }
  });
});
