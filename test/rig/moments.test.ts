// Moments that chance hits seldom, hit on purpose: before anything is durable, between a click and its effect, in the middle of an effect.

import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PretendMessage, WorkspaceChange } from '../../src/simulator/slack/workspace.ts';
import { actionIds } from '../../src/slack/ids.ts';
import { whyNoPostgres } from '../support/real-postgres.ts';
import { until } from '../support/story.ts';
import { type Keeper, keepBot } from './keeper.ts';
import type { EngineName } from './memories.ts';
import { type Room, type Rooms, watchRooms } from './rooms.ts';
import { raiseStage, type Stage } from './stage.ts';

const startMs = 120_000;
const withinMs = 240_000;
const waitMs = 90_000;

let stage: Stage;
let keeper: Keeper;
let rooms: Rooms;

async function raise(engine: EngineName): Promise<void> {
  stage = await raiseStage(engine);
  keeper = keepBot(stage, () => false);
  rooms = watchRooms(stage.slack);
  await keeper.start();
}

async function clear(): Promise<void> {
  keeper.kill('the end');
  await keeper.gone();
  await stage.stop();
}

/** Kills the bot at the first change that matches, before Slack's answer is on the wire. */
function killedAt(matches: (change: WorkspaceChange) => boolean): Promise<void> {
  const struck = Promise.withResolvers<void>();
  const stopListening = stage.slack.on((change) => {
    if (!matches(change)) return;
    keeper.kill('on purpose');
    stopListening();
    struck.resolve();
  });
  return struck.promise;
}

async function startAgain(): Promise<void> {
  await keeper.gone();
  await keeper.start();
}

const room = () => until('the card', () => rooms.open()[0], waitMs);

/** The message of an action in the thread of the card, once its first line shows this state. */
function shown({ channel, card }: Room, state: RegExp): Promise<PretendMessage> {
  const find = () =>
    stage.slack.thread(channel, card?.ts ?? '').find((message) => state.test(message.text.split('\n')[0] ?? ''));
  return until(`an action that is ${state}`, find, waitMs);
}

const press = async (at: Room, who: string, state: RegExp, move: Parameters<typeof actionIds.move>[0]) =>
  stage.slack.click(who, await shown(at, state), actionIds.move(move));
const policyWrites = () => stage.redisWrites.count('redis.maxmemory-policy');

describe('on the embedded store', { timeout: withinMs }, () => {
  beforeAll(() => raise('embedded'), startMs);
  afterAll(clear);

  it('F51: kill -9 between a post and our note of it leaves one announcement, one card, one call', async () => {
    const { slack } = stage;
    const isAnnounced = ({ kind, channel }: WorkspaceChange) => kind === 'message' && channel === 'C0INCIDENTS';
    const killed = killedAt(isAnnounced);
    await slack.command('crowd0', '#incidents', 'incident latency');
    await killed;
    await startAgain();
    const { channel } = await room();
    // Where the room takes long, people are called in the main channel.
    const said = (words: string) =>
      [channel, '#incidents'].flatMap((one) => slack.messages(one).filter(({ text }) => text.includes(words)));
    await until('the call', () => said('L1 On-call engineer: ').length > 0, waitMs);
    await until('the pin', () => slack.channel(channel).pins.length === 1, waitMs);
    expect(said('declared by crowd0, not acknowledged')).toHaveLength(1);
    expect(said('L1 On-call engineer: ')).toHaveLength(1);
    expect(slack.channels().filter(({ name }) => name.startsWith('inc-'))).toHaveLength(1);
  });

  it('F48: kill -9 after the confirmation of an action, before its effect, leaves one effect after the restart', async () => {
    const at = await room();
    stage.slack.join('crowd0', at.channel);
    await stage.slack.command('crowd0', at.channel, 'do volatile-lru');
    await shown(at, /PREVIEW · Set maxmemory-policy/);
    const killed = killedAt(({ kind }) => kind === 'delivery');
    await press(at, 'crowd0', /PREVIEW · Set maxmemory-policy/, 'request');
    await killed;
    await startAgain();
    await shown(at, /DONE · Set maxmemory-policy/);
    expect(policyWrites()).toBe(1);
  });

  it('F50: kill -9 after the effect, before its result is known, finds it done and sends nothing again', async () => {
    const at = await room();
    await press(at, 'crowd0', /DONE · Set maxmemory-policy/, 'undo');
    await shown(at, /PREVIEW · Put maxmemory-policy back/);
    const sent = stage.redisWrites.next(waitMs, { holdAnswer: true });
    await press(at, 'crowd0', /PREVIEW · Put maxmemory-policy back/, 'request');
    await sent;
    const redis = new Redis(stage.systems.systems.redis);
    const policy = async () => (await redis.config('GET', 'maxmemory-policy')) as string[];
    await until('the effect', async () => !(await policy()).includes('volatile-lru'));
    redis.disconnect();
    keeper.kill('on purpose');
    await stage.redisWrites.letGo();
    await startAgain();
    await shown(at, /UNDONE · Set maxmemory-policy/);
    expect(policyWrites()).toBe(2);
  });

  it('F49: kill -9 in the middle of a FLUSHDB never sends it again, and asks people how it ended', async () => {
    const { slack } = stage;
    const at = await room();
    for (const who of ['crowd1', 'crowd2', 'crowd3']) slack.join(who, at.channel);
    await slack.command('crowd0', at.channel, 'do flush-database');
    await press(at, 'crowd0', /PREVIEW · Flush/, 'request');
    const form = await until('the form', () => slack.openView('crowd0'), waitMs);
    const typed = /Type (FLUSHDB [^"\\]+)"/.exec(JSON.stringify(form.blocks))?.[1] ?? '';
    await slack.submit('crowd0', form.id, { typed, reason: 'cold cache' });
    const killed = stage.redisWrites.next(waitMs).then(() => keeper.kill('on purpose'));
    await press(at, 'crowd3', /WAITS FOR APPROVAL/, 'approve');
    const approved = async () => (await shown(at, /WAITS FOR APPROVAL/)).text.includes('crowd3');
    await until('the first approval', approved, waitMs);
    await press(at, 'crowd1', /WAITS FOR APPROVAL/, 'approve');
    await killed;
    await startAgain();
    await press(at, 'crowd1', /OUTCOME UNKNOWN · Flush/, 'took-effect');
    await shown(at, /DONE · Flush/);
    expect(stage.redisWrites.count('redis.flushdb')).toBe(1);
  });

  it('F51: kill -9 after the result is on record, before it was told, tells it once after the restart', async () => {
    const { slack } = stage;
    const at = await room();
    await slack.command('crowd0', at.channel, 'do volatile-lru');
    await shown(at, /PREVIEW · Set maxmemory-policy/);
    const takePosts = slack.faults.fail(
      'chat.postMessage',
      { kind: 'reset', applied: false },
      Number.POSITIVE_INFINITY,
    );
    await press(at, 'crowd0', /PREVIEW · Set maxmemory-policy/, 'request');
    await shown(at, /✅ DONE · Set maxmemory-policy/);
    const told = (words: RegExp) => slack.messages(at.channel).filter(({ text }) => words.test(text)).length;
    const before = told(/^DONE · Set/);
    keeper.kill('on purpose');
    takePosts();
    await startAgain();
    await until('the word', () => told(/^DONE · Set/) > before, waitMs);
    expect(told(/^DONE · Set/)).toBe(before + 1);
    expect(told(/^RUNNING · Set/)).toBe(told(/^DONE · Set/));
    expect(policyWrites()).toBe(3);
  });

  it('F52: SIGTERM in the middle of an action ends with 0 in less than 10 s, and the action has one effect and its end', async () => {
    const at = await room();
    await press(at, 'crowd0', /✅ DONE · Set maxmemory-policy/, 'undo');
    await shown(at, /PREVIEW · Put maxmemory-policy back/);
    const stopped = stage.redisWrites.next(waitMs).then(() => keeper.terminate('on purpose'));
    await press(at, 'crowd0', /PREVIEW · Put maxmemory-policy back/, 'request');
    const { code, tookMs } = await stopped;
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    await startAgain();
    const undone = () =>
      stage.slack.thread(at.channel, at.card?.ts ?? '').filter(({ text }) => text.startsWith('↩ UNDONE · Set')).length;
    await until('both are undone', () => undone() === 2, waitMs);
    expect(policyWrites()).toBe(4);
  });
});

const missing = whyNoPostgres();
describe.skipIf(missing !== undefined)(`on PostgreSQL${missing ? ` (${missing})` : ''}`, { timeout: withinMs }, () => {
  beforeAll(() => raise('postgres'), startMs);
  afterAll(clear);

  it('F47: kill -9 before anything is durable is no acknowledgement, and nothing of it is done later', async () => {
    const { slack, memory } = stage;
    // One holds the lock, the other looks: a transaction sees the activity of others as it was at its first look.
    const connect = async () => {
      const client = new pg.Client({ connectionString: memory.environment.DATABASE_URL });
      await client.connect();
      return client;
    };
    const [holder, watcher] = [await connect(), await connect()];
    await holder.query('begin; lock table inbox in exclusive mode');
    const command = slack.command('crowd0', '#incidents', 'incident latency');
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into inbox %'`;
    await until('the insert that waits', async () => (await watcher.query(waiting)).rowCount === 1);
    keeper.kill('on purpose');
    expect((await command).outcome).toBe('dispatch_failed');
    // A server that lost its client in the middle of a statement may finish it, so the row is kept from coming.
    await watcher.query(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`);
    await holder.query('rollback');
    await Promise.all([holder.end(), watcher.end()]);
    await startAgain();
    const asked = await slack.command('crowd0', '#incidents', 'incident list');
    await until('the answer', () => asked.answers() > 0, waitMs);
    expect(slack.channels().filter(({ name }) => name.startsWith('inc-'))).toEqual([]);
  });
});
