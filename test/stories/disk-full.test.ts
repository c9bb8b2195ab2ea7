// The disk under the record is full: nothing new is accepted and that is said, looking still works, and it goes on by itself when there is room.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Log, type Store, StoreRefusesWrites } from '../../src/core/ports.ts';
import { openStore } from '../../src/store/index.ts';
import { givenToStore, prepareDirectory } from '../support/prepared-store.ts';
import { type RealPostgres, startRealPostgres, whyNoPostgres } from '../support/real-postgres.ts';
import { prepareReplicas, type Replica, type Replicas } from '../support/replicas.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { until } from '../support/story.ts';

const noDisk = whyNoSmallDisk();
const missing = noDisk ?? whyNoPostgres();

describe.skipIf(noDisk !== undefined)(`the embedded store${noDisk === undefined ? '' : ` (${noDisk})`}`, () => {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = mountSmallDisk(200);
  });
  afterAll(() => disk.remove());

  it('F58: refuses writes before its engine would stand still, is read meanwhile, and goes on with all it took', async () => {
    const path = `${disk.path}/data`;
    await prepareDirectory(path);
    const loud: string[] = [];
    const complain: Log['error'] = (_about, message) => void loud.push(message);
    const given = { ...givenToStore(), log: { ...givenToStore().log, warn: complain, error: complain } };
    const store = await openStore({ kind: 'embedded', path }, given);
    const take = (at: Store, key: string) =>
      at.inbox.take({ key, kind: 'command', payload: { text: key.repeat(100) }, receivedAt: 1 });
    expect(await take(store, 'before')).toBe('taken');

    disk.fill(8 * 1024 * 1024);
    await until(
      'the refusal',
      () =>
        take(store, 'probe').then(
          () => false,
          () => true,
        ),
      5_000,
    );
    for (let n = 0; n < 20; n += 1) await expect(take(store, `full ${n}`)).rejects.toMatchObject({ doubtful: false });
    await expect(store.transact((tx) => tx.setFaceRefs('s', { k: 'v' }))).rejects.toBeInstanceOf(StoreRefusesWrites);
    await expect(store.ping()).rejects.toBeInstanceOf(StoreRefusesWrites);
    expect(await store.countIncidents({})).toBe(0);
    expect(loud).toEqual(['the store refuses writes: nothing new is accepted until it has room again']);

    disk.makeRoom();
    await until(
      'writes again',
      () =>
        store.ping().then(
          () => true,
          () => false,
        ),
      20_000,
    );
    expect(loud.at(-1)).toBe('the store takes writes again');
    expect(await take(store, 'after')).toBe('taken');
    const { waiting } = await store.inbox.backlog();
    await store.close();

    const again = await openStore({ kind: 'embedded', path }, givenToStore());
    expect((await again.inbox.backlog()).waiting).toBe(waiting);
    expect(await take(again, 'before')).toBe('duplicate');
    expect(await take(again, 'after')).toBe('duplicate');
    await again.close();
  }, 60_000);
});

describe.skipIf(missing !== undefined)(`PostgreSQL${missing === undefined ? '' : ` (${missing})`}`, () => {
  let disk: SmallDisk;
  let server: RealPostgres;
  let stage: Replicas;
  let bot: Replica;
  beforeAll(async () => {
    disk = mountSmallDisk(300);
    server = await startRealPostgres(disk.path);
    stage = await prepareReplicas(await server.freshDatabase());
    bot = await stage.start();
    stage.spreader.spreadOver(bot.url);
  });
  afterAll(async () => {
    await stage.stop();
    await server.stop();
    disk.remove();
  });
  const ready = async () =>
    (await fetch(`${bot.url}/readyz`)).json() as Promise<{ ready: boolean; store: { state: string } }>;
  const loudLines = () =>
    bot
      .log()
      .split('\n')
      .filter((line) => line.includes('the store refuses writes'));

  it('F58: what is not accepted is told, lists and help are answered, and it goes on without a restart', {
    timeout: 180_000,
  }, async () => {
    await stage.slack.command('rita', '#incidents', 'incident latency');
    const card = await stage.card('INC-1');
    stage.slack.join('lena', card.channel);
    await until('an empty outbox', async () => (await stage.store.outbox.backlog()).waiting === 0, 60_000);
    // Resolved, so that nothing but people's words is written.
    await stage.slack.command('rita', card.channel, 'resolve only a test');
    await until('the report', () => stage.slack.files().some((file) => file.name.endsWith('.md')));

    disk.keepFull();
    const said = new Map<string, string>();
    const note = async () => {
      const text = `${said.size} ${'long words '.repeat(180)}`;
      const { body, outcome } = await stage.slack.command('lena', card.channel, `timeline add ${text}`);
      expect(outcome).toBe('ok');
      said.set(text.trim(), body);
      return body;
    };
    await until('a refusal', async () => (await note()).includes('Not accepted, nothing started'), 60_000);
    expect(await ready()).toMatchObject({ ready: true, store: { state: 'refuses writes' } });
    const list = await stage.slack.command('lena', '#incidents', 'incident list all');
    expect(list.body).toContain('INC-1');
    expect((await stage.slack.command('lena', '#incidents', 'help')).body).toContain('incident list');
    for (let more = 0; more < 3; more += 1) await note();
    expect(loudLines()).toHaveLength(1);

    disk.makeRoom();
    await until('a store that takes writes', async () => (await ready()).store.state === 'reachable');
    expect(await note()).toBe('');
    await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
    const noted = (await stage.store.events('INC-1')).flatMap(({ event }) =>
      event.type === 'noted' ? [event.text.private] : [],
    );
    for (const [text, body] of said) expect(noted.filter((one) => one === text)).toHaveLength(body === '' ? 1 : 0);
    expect(loudLines()).toHaveLength(1);
  });
});
