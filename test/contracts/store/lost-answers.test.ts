// What the store says when the database's answer got lost: whether it may have happened all the same, so that nobody repeats or denies it.

import { expect, it } from 'vitest';
import { AlreadySettled, type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import { openStore } from '../../../src/store/index.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { declared, noted, onEveryEngine, onPostgres } from './engines.ts';

const delivery = (key: string) => ({ key, kind: 'command', payload: { text: 'incident latency' }, receivedAt: 1 });

onPostgres('lost answers', (server) => {
  /** A store whose every word passes the proxy, and one that goes straight to the same database. */
  async function behindProxy(): Promise<{ store: Store; straight: Store; proxy: TcpProxy; close(): Promise<void> }> {
    const url = await server().freshDatabase();
    const proxy = await startTcpProxy(Number(new URL(url).port));
    const through = new URL(url);
    through.port = String(proxy.port);
    const straight = await openStore({ kind: 'postgres', url }, givenToStore());
    const store = await openStore({ kind: 'postgres', url: through.href }, givenToStore());
    return {
      store,
      straight,
      proxy,
      async close() {
        await proxy.set({});
        await Promise.all([store.close(), straight.close()]);
        await proxy.stop();
      },
    };
  }
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('F57: a commit without an answer is doubtful; what it settled is found settled and is not done again', async () => {
    const { store, straight, proxy, close } = await behindProxy();
    await store.inbox.take(delivery('one'));
    const work = (at: Store) =>
      at.transact(async (tx) => {
        await tx.append('INC-1', 0, [declared(1)]);
        await tx.settle('one', 'declared INC-1');
      });
    await proxy.set({ loseAnswerTo: 'commit' });
    expect(await failureOf(work(store))).toMatchObject({ name: 'StoreUnavailable', doubtful: true });
    await proxy.set({});
    expect(await straight.events('INC-1')).toHaveLength(1);
    await store.inbox.release(['one']);
    expect(await store.inbox.leftOver(10)).toEqual([]);
    await expect(store.transact((tx) => tx.settle('one', 'again'))).rejects.toBeInstanceOf(AlreadySettled);
    await close();
  });

  it('F57: a connection that dies before the commit is not doubtful: nothing happened', async () => {
    const { store, straight, proxy, close } = await behindProxy();
    await proxy.set({ toServer: { cutAt: 'insert into event' } });
    const failure = await failureOf(store.transact((tx) => tx.append('INC-1', 0, [declared(1)])));
    expect(failure).toMatchObject({ name: 'StoreUnavailable', doubtful: false });
    await proxy.set({});
    expect(await straight.events('INC-1')).toEqual([]);
    await close();
  });

  it('F57: a delivery whose taking was not answered is known by its key: taken when it is there', async () => {
    const { store, proxy, close } = await behindProxy();
    await proxy.set({ loseAnswerTo: 'insert into inbox' });
    expect(await failureOf(store.inbox.take(delivery('one')))).toMatchObject({ doubtful: true });
    await proxy.set({});
    expect(await store.inbox.refuse('one')).toBe('taken');
    await close();
  });

  it('F57: a delivery that was never sent, because no connection could be had, is surely not there', async () => {
    const { store, straight, proxy, close } = await behindProxy();
    await proxy.set({ connections: 'refuse' });
    proxy.cut();
    const failures = await Promise.all(
      ['one', 'two', 'three'].map((key) => failureOf(store.inbox.take(delivery(key)))),
    );
    expect(failures.map((failure) => failure instanceof StoreUnavailable)).toEqual([true, true, true]);
    expect(await failureOf(store.inbox.take(delivery('four')))).toMatchObject({ doubtful: false });
    expect((await straight.inbox.backlog()).waiting).toBe(0);
    await close();
  });
});

onEveryEngine('a closed key', (bench) => {
  it('F57: takes nothing any more, also not what was sent before and arrives after', async () => {
    const { inbox } = bench().store;
    expect(await inbox.refuse('late')).toBe('refused');
    expect(await inbox.refuse('late')).toBe('refused');
    expect(await inbox.take(delivery('late'))).toBe('duplicate');
    expect(await inbox.leftOver(10)).toEqual([]);
    expect((await inbox.backlog()).waiting).toBe(0);
  });

  it('F57: of a delivery that is there is not closed, and it is worked like any other', async () => {
    const { store } = bench();
    await store.inbox.take(delivery('there'));
    expect(await store.inbox.refuse('there')).toBe('taken');
    await store.transact(async (tx) => {
      await tx.append('INC-900', 0, [declared(900), noted('worked')]);
      await tx.settle('there', 'done');
    });
    expect(await store.inbox.refuse('there')).toBe('taken');
  });
});
