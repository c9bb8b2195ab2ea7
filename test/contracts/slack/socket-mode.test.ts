// Two connections to Slack: refreshed, cut, half open, refused, doubled and stopped, without a moment in which Slack cannot reach us.

import { afterEach, describe, expect, it } from 'vitest';
import { type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import type { Delivery } from '../../../src/simulator/slack/workspace.ts';
import { anIncident } from '../../support/face-views.ts';
import { type SlackStage, type StageOptions, startSlackStage, until } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

const start = async (options: StageOptions = {}) => {
  stage = await startSlackStage({ transport: 'socket', ...options });
  return stage;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const connections = () => stage.slack.socketMode.connections();
const statuses = () => stage.face.status().connections ?? [];
const bothOpen = () => statuses().every(({ state }) => state === 'open') && openOnes().length === 2;
const openOnes = () => connections().filter(({ state }) => state === 'open');
const worked = () => stage.desk.asked.map((one) => String(one.with[0]));

const typists = ['rita', 'omar', 'lena', 'sam'];

/** People type without a pause until told to stop; gives what came of each command, by its words. */
function typing(): { readonly end: () => Promise<ReadonlyMap<string, Delivery>> } {
  const results = new Map<string, Promise<Delivery>>();
  let typing = true;
  const typed = (async () => {
    for (let n = 1; typing; n += 1) {
      results.set(`note ${n}`, stage.slack.command(typists[n % typists.length] ?? '', '#incidents', `note ${n}`));
      await pause(40);
    }
  })();
  return {
    async end() {
      typing = false;
      await typed;
      return new Map(await Promise.all([...results].map(async ([words, result]) => [words, await result] as const)));
    },
  };
}

/**
 * What Slack was told is accepted was worked, once each, and nothing else was. Where a connection breaks, an acknowledgement can get
 * lost on its way: then more is worked than Slack knows of, but nothing twice.
 */
async function expectEachAcceptedOnce(
  results: ReadonlyMap<string, Delivery>,
  { acksGetLost = false } = {},
): Promise<void> {
  const accepted = [...results]
    .filter(([, { outcome, body }]) => outcome === 'ok' && body === '')
    .map(([words]) => words);
  const isWorked = (): boolean => {
    const done = new Set(worked());
    return accepted.every((words) => done.has(words));
  };
  await until('the accepted commands', isWorked, 40_000);
  await pause(100);
  if (!acksGetLost) expect(worked().toSorted()).toEqual(accepted.toSorted());
  expect(worked()).toEqual(expect.arrayContaining(accepted));
  expect(worked().filter((words, n, all) => all.indexOf(words) !== n)).toEqual([]);
}

/** Does something that costs connections, and waits until two others are open. */
async function mended(lost: number, breaking: () => void): Promise<void> {
  const before = stage.slack.socketMode.opened();
  breaking();
  await until('two connections again', () => stage.slack.socketMode.opened() >= before + lost && bothOpen(), 20_000);
}

function slowStore(ms: number) {
  return (store: Store): Store => ({
    ...store,
    inbox: { ...store.inbox, take: (one) => pause(ms).then(() => store.inbox.take(one)) },
  });
}

describe('a refresh', () => {
  it('F30: of each connection again and again loses no delivery and leaves no moment without a connection', {
    timeout: 60_000,
  }, async () => {
    await start({ slack: { socketMode: { lifeMs: 2_500, warningMs: 700, closeAfterMs: 1_000 } } });
    let most = 0;
    const looking = setInterval(() => {
      most = Math.max(most, connections().length);
    }, 5);
    const people = typing();
    await until('ten connections in turn', () => stage.slack.socketMode.opened() >= 10, 40_000);
    const results = await people.end();
    clearInterval(looking);
    expect([...results.values()].filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    await expectEachAcceptedOnce(results);
    expect(stage.slack.socketMode.gaps()).toEqual([]);
    expect(most).toBeLessThanOrEqual(6);
    expect(stage.complaints).toEqual([]);
    expect(stage.slack.findings).toEqual([]);
  });

  it('F30: of both in the same moment leaves none either', { timeout: 40_000 }, async () => {
    await start({ slack: { socketMode: { warningMs: 2_000, closeAfterMs: 100 } } });
    const people = typing();
    await Promise.all(connections().map((one) => one.refresh()));
    await until('two new connections', bothOpen);
    const results = await people.end();
    expect([...results.values()].filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    await expectEachAcceptedOnce(results);
    expect(stage.slack.socketMode.gaps()).toEqual([]);
  });

  it('F30: without a warning is covered by the other connection', { timeout: 40_000 }, async () => {
    await start({ slack: { socketMode: { closeAfterMs: 0 } } });
    const people = typing();
    for (let n = 0; n < 3; n += 1) {
      await mended(1, () => connections()[0]?.dismiss('refresh_requested'));
    }
    await expectEachAcceptedOnce(await people.end(), { acksGetLost: true });
    expect(stage.slack.socketMode.gaps()).toEqual([]);
  });

  it('lets what is in hand be acknowledged before the close', async () => {
    await start({ around: slowStore(800), slack: { socketMode: { warningMs: 100, closeAfterMs: 1_500 } } });
    const inHand = Array.from({ length: 6 }, (_, n) =>
      stage.slack.command(typists[n % typists.length] ?? '', '#incidents', `note ${n}`),
    );
    await Promise.all(connections().map((one) => one.refresh()));
    expect((await Promise.all(inHand)).map(({ outcome }) => outcome)).toEqual(Array(6).fill('ok'));
    await until('the work', () => worked().length === 6);
    expect(stage.complaints).toEqual([]);
  });

  it('comes at different times to the two, also when they began together', { timeout: 40_000 }, async () => {
    const lifeMs = 4_000;
    await start({ slack: { socketMode: { lifeMs, warningMs: 500, closeAfterMs: 100 } } });
    const opened: number[] = [];
    let seen = stage.slack.socketMode.opened();
    await until(
      'some refreshes',
      () => {
        const now = stage.slack.socketMode.opened();
        for (; seen < now; seen += 1) opened.push(performance.now());
        return opened.length >= 5;
      },
      30_000,
    );
    // The first is the one that sets them apart.
    const between = opened.slice(1).map((at, n) => at - (opened[n] ?? 0));
    expect(Math.min(...between)).toBeGreaterThan(lifeMs / 8);
  });
});

describe('a network', () => {
  it('F31: that is half open is noticed, and the connection replaced, in less than 10 s; nothing acknowledged is lost', {
    timeout: 60_000,
  }, async () => {
    await start();
    const people = typing();
    await pause(300);
    const begun = performance.now();
    connections()[0]?.stall();
    await until('two that answer', () => openOnes().length === 2, 20_000);
    expect(performance.now() - begun).toBeLessThan(10_000);
    await expectEachAcceptedOnce(await people.end(), { acksGetLost: true });
    expect(stage.slack.socketMode.gaps()).toEqual([]);
    expect(stage.complaints).toHaveLength(1);
    expect(stage.complaints[0]).toMatch(/broke; opening another.*pong/);
  });

  it('that cuts one connection is covered by the other, and the connection is opened again at once', async () => {
    await start();
    const people = typing();
    for (let n = 0; n < 5; n += 1) {
      await mended(1, () => connections()[0]?.cut());
      await pause(1_100);
    }
    await expectEachAcceptedOnce(await people.end(), { acksGetLost: true });
    expect(stage.slack.socketMode.gaps()).toEqual([]);
    expect(connections()).toHaveLength(2);
    const since = Date.parse(statuses()[0]?.since ?? '');
    expect(Date.now() - since).toBeLessThan(30_000);
  }, 60_000);

  it('that cuts both is mended within a second or so', async () => {
    await start();
    await pause(1_100);
    await mended(2, () => [...connections()].map((one) => one.cut()));
    const gaps = stage.slack.socketMode.gaps();
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toBeLessThan(5_000);
    expect((await stage.slack.command('rita', '#incidents', 'help')).outcome).toBe('ok');
  });

  it('that lets nobody through, or answers nothing, is tried again until it does', { timeout: 60_000 }, async () => {
    stage = await startSlackStage({ transport: 'socket', start: false });
    stage.slack.socketMode.suffer({ refused: true });
    await stage.face.start();
    await until('the complaint', () => stage.complaints.some((line) => line.includes('cannot be opened')));
    expect(stage.face.status()).toMatchObject({ connected: false, detail: expect.stringContaining('cannot reach us') });
    stage.slack.socketMode.suffer({ refused: false, delayMs: 500 });
    await until('two connections', bothOpen, 20_000);
  });
});

describe('when Slack', () => {
  it('F32: answers apps.connections.open with 500 for a while, the bot lives, and is connected 5 s after it is back', {
    timeout: 90_000,
  }, async () => {
    stage = await startSlackStage({ transport: 'socket', start: false });
    stage.slack.faults.fail('apps.connections.open', { kind: 'http', status: 500 }, Number.POSITIVE_INFINITY);
    await stage.face.start();
    await pause(15_000);
    const asked = stage.slack.calls('apps.connections.open').map(({ at }) => at);
    expect(statuses().map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    // It slows down, and its two connections do not ask in step.
    expect(asked.length).toBeLessThan(24);
    expect(new Set(asked.slice(-6)).size).toBeGreaterThan(3);
    stage.slack.faults.clear();
    const back = performance.now();
    await until('a connection', () => openOnes().length > 0, 20_000);
    expect(performance.now() - back).toBeLessThan(5_000);
    await until('two connections', bothOpen);
    expect(stage.complaints.filter((line) => line.includes('cannot be opened'))).toHaveLength(1);
  });

  it('F32: grants no more connections, the bot lives, and is connected 5 s after there is room', {
    timeout: 60_000,
  }, async () => {
    stage = await startSlackStage({ transport: 'socket', start: false });
    stage.slack.socketMode.suffer({ occupied: 10 });
    await stage.face.start();
    await pause(6_000);
    expect(statuses()[0]).toMatchObject({ state: 'waiting', detail: expect.stringContaining('too_many_websockets') });
    stage.slack.socketMode.suffer({ occupied: 9 });
    const back = performance.now();
    // Slack has it open a moment before we have read its hello.
    await until('one connection', () => openOnes().length === 1 && stage.face.status().connected, 20_000);
    expect(performance.now() - back).toBeLessThan(5_000);
    stage.slack.socketMode.suffer({ occupied: 0 });
    await until('the other', bothOpen, 20_000);
    expect(stage.complaints).toHaveLength(1);
  });

  it.each([
    [{ slack: { appToken: 'xapp-real', socketMode: {} } }, 'invalid_auth'],
    [{ slack: { appScopes: [], socketMode: {} } }, 'connections:write'],
  ] as const)(
    'refuses the token, one line says so, readiness too, and it is tried again slowly %#',
    async (options, code) => {
      stage = await startSlackStage({ transport: 'socket', start: false, ...options });
      // The face was given the token that the workspace has; from now on it has another one.
      if (code === 'invalid_auth') {
        stage.slack.faults.fail('apps.connections.open', { kind: 'error', error: code }, Number.POSITIVE_INFINITY);
      }
      await stage.face.start();
      await until('the complaint', () => stage.complaints.length > 0);
      await pause(3_000);
      expect(stage.complaints).toHaveLength(1);
      expect(stage.complaints[0]).toContain(code);
      expect(stage.complaints[0]).toContain('SLACK_APP_TOKEN');
      expect(stage.slack.calls('apps.connections.open')).toHaveLength(2);
      expect(statuses()).toMatchObject([{ state: 'refused' }, { state: 'refused' }]);
      expect(stage.face.status()).toMatchObject({ connected: false, detail: expect.stringContaining(code) });
    },
  );

  it('has Socket Mode switched off, one line says so, and it is tried again slowly', async () => {
    await start({ slack: { socketMode: { closeAfterMs: 100 } } });
    stage.slack.socketMode.turn(false);
    await until('refusals', () => statuses().every(({ state }) => state === 'refused'));
    await pause(1_000);
    expect(stage.complaints.filter((line) => line.includes('link_disabled'))).toHaveLength(1);
    expect(stage.slack.calls('apps.connections.open')).toHaveLength(4);
  });

  it('sends an envelope over both connections, it is worked once and acknowledged on each', async () => {
    await start();
    stage.slack.socketMode.suffer({ doubled: true });
    for (let n = 0; n < 10; n += 1) {
      expect(await stage.slack.command('rita', '#incidents', `note ${n}`)).toMatchObject({ outcome: 'ok', body: '' });
    }
    await until('the work', () => worked().length >= 10);
    await pause(300);
    expect(worked()).toHaveLength(10);
    expect(stage.slack.findings).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });
});

describe('an event', () => {
  const eventsAgain = { eventRetryDelaysMs: [100, 100, 100], socketMode: {} };
  const pins = () => stage.desk.asked.filter(({ what }) => what === 'pin');

  /** Rita pins a message in the room of an incident. */
  async function pin(): Promise<void> {
    await stage.desk.declare(anIncident(), ['U0RITA']);
    await stage.quiet();
    await until('the identity', () => stage.face.status().connected);
    const channel = stage.room() ?? '';
    stage.slack.join('rita', channel);
    await stage.slack.say('rita', channel, 'the gateway was restarted');
    const written = stage.slack.messages(channel).findLast(({ text }) => text.includes('gateway'));
    await stage.slack.react('rita', { channel, ts: written?.ts ?? '' }, 'pushpin');
  }

  it('F02: that could not be stored is not acknowledged, comes again over any connection, and is worked once', {
    timeout: 60_000,
  }, async () => {
    let refusals = 1;
    const lying = (store: Store): Store => ({
      ...store,
      inbox: {
        ...store.inbox,
        async take(one) {
          // Stored, but the store could not say so.
          const outcome = await store.inbox.take(one);
          if (one.kind !== 'pin' || refusals === 0) return outcome;
          refusals -= 1;
          throw new StoreUnavailable('the connection broke');
        },
      },
    });
    await start({ around: lying, slack: eventsAgain });
    await pin();
    await until('the pin', () => pins().length > 0, 40_000);
    await stage.slack.settled();
    expect(refusals).toBe(0);
    expect(pins()).toHaveLength(1);
  });

  it('F02: over both connections at once is worked once', async () => {
    await start({ slack: eventsAgain });
    stage.slack.socketMode.suffer({ doubled: true });
    await pin();
    await until('the pin', () => pins().length > 0);
    await pause(500);
    expect(pins()).toHaveLength(1);
    expect(stage.slack.findings).toEqual([]);
  });
});

describe('stopping', () => {
  it('while envelopes arrive acknowledges what it took, works that, takes nothing more and hangs up', {
    timeout: 60_000,
  }, async () => {
    await start({ around: slowStore(200) });
    const people = typing();
    await until('some work', () => worked().length > 3);
    const begun = performance.now();
    await stage.face.stop();
    expect(performance.now() - begun).toBeLessThan(5_500);
    await until('no connection', () => connections().length === 0);
    const doneAtStop = worked().length;
    await pause(500);
    const results = await people.end();
    expect(worked()).toHaveLength(doneAtStop);
    await expectEachAcceptedOnce(results);
    expect([...results.values()].some(({ outcome }) => outcome === 'dispatch_failed')).toBe(true);
  });

  it('while a connection is being opened leaves none behind', { timeout: 60_000 }, async () => {
    for (const delayMs of [0, 20, 300]) {
      stage = await startSlackStage({ transport: 'socket', start: false });
      stage.slack.faults.fail('apps.connections.open', { kind: 'delay', ms: delayMs }, Number.POSITIVE_INFINITY);
      stage.slack.socketMode.suffer({ delayMs });
      await stage.face.start();
      await pause(delayMs * 1.5);
      const begun = performance.now();
      await stage.face.stop();
      expect(performance.now() - begun).toBeLessThan(5_000);
      await pause(delayMs * 3);
      await until('no connection', () => connections().length === 0);
      await stage.stop();
    }
    stage = await startSlackStage({ transport: 'socket', start: false });
  });

  it('with a half-open connection does not wait for it', { timeout: 40_000 }, async () => {
    await start();
    for (const one of connections()) one.stall();
    const begun = performance.now();
    await stage.face.stop();
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
