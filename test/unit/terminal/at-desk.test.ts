// The terminal as the way without Slack: the same words, the same record, and a clear no where rights cannot be proven.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Head } from '../../../src/core/audit.ts';
import { openDesk } from '../../../src/response/open-desk.ts';
import { runChecks } from '../../../src/response/run-checks.ts';
import type { StoreOptions } from '../../../src/store/index.ts';
import { openForReading, openForWork, openStore } from '../../../src/store/index.ts';
import { askAtDesk } from '../../../src/terminal/at-desk.ts';
import { askRunningBot, listenForTerminals, socketOf } from '../../../src/terminal/socket.ts';
import { onPostgres } from '../../contracts/store/engines.ts';
import { givenToStore, prepareDirectory } from '../../support/prepared-store.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  return () => bench.store.close();
});

const type = (...words: readonly string[]) => askAtDesk(bench.desk, { words, operator: 'rita' });

describe('F11: without Slack', () => {
  test('an incident is declared, seen, acknowledged, noted in and resolved, by the person at the terminal', async () => {
    bench.values.set('p99', 19);
    expect((await type('incident', 'latency', 'users', 'complain')).text).toMatch(/^INC-1 is open\./);
    await runChecks(bench.given, 'INC-1', 1);
    expect((await type('incident', 'list')).text).toMatch(/^INC-1 CRITICAL · High latency · .*19/);
    expect(await type('ack', 'INC-1')).toEqual({
      text: 'You acknowledged INC-1; its escalation clock has stopped.\n',
      exitCode: 0,
    });
    expect((await type('timeline', 'add', 'moved traffic by hand')).text).toBe('Noted in the record of INC-1.\n');
    const { text } = await type('status', 'INC-1');
    expect(text).toMatch(/^CRITICAL · /);
    expect(text).toContain('declared by rita at the terminal');
    expect(text).toContain('“users complain”');
    expect(text).toMatch(/acknowledged by rita at the terminal \d\d:\d\d UTC/);
    expect(text).toMatch(/CRITICAL {2}P99 latency: 19(\.0)? ms \(> 5 ms\)/);
    expect(text).toMatch(/#\d+ rita at the terminal noted: “moved traffic by hand”/);
    expect((await type('resolve', 'INC-1', 'it', 'is', 'over')).exitCode).toBe(0);
    expect((await type('incident', 'show', '1')).text).toMatch(
      /^RESOLVED after .*\n.*\nClosed by rita at the terminal .* “it is over”/,
    );
    expect((await type('debts')).text).toBe('Nothing temporary is in place.\n');

    const events = await bench.store.events('INC-1');
    const acts = events.filter(({ event }) => ['declared', 'acknowledged', 'noted', 'resolved'].includes(event.type));
    expect(acts.map(({ actor }) => actor)).toEqual(acts.map(() => ({ kind: 'person', id: 'os:rita' })));
    // Slack catches up: the card and the calls are in the outbox, and no answer goes there.
    const sent = await bench.answers();
    expect(sent).toEqual(expect.arrayContaining(['open-room', 'post-card', 'redraw-card', 'head']));
    expect(sent.join()).not.toMatch(/You acknowledged|declared/);
  });

  test('Slack is asked to invite people of Slack only', async () => {
    await type('incident', 'latency');
    const notices = (await bench.store.outbox.claim(50)).map(({ notice }) => notice);
    expect(JSON.stringify(notices)).not.toContain('os:rita');
  });

  test('what is not clear or not possible is refused with what to do', async () => {
    expect(await type('ack')).toMatchObject({ exitCode: 1, text: expect.stringContaining('`acgs ack INC-7`') });
    expect(await type('incident', 'show', '9')).toMatchObject({ exitCode: 1, text: expect.stringContaining('INC-9') });
    expect(await type('incident', 'latncy')).toMatchObject({ exitCode: 1, text: expect.stringContaining('latency') });
    expect(await type('reslove')).toMatchObject({ exitCode: 2, text: expect.stringContaining('"resolve"') });
    await type('incident', 'latency');
    await bench.desk.acknowledge('INC-1', bench.asks('U0OMAR'));
    expect((await type('ack')).text).toMatch(/already acknowledged, by U0OMAR at \d\d:\d\d UTC/);
  });

  test('the incident that was named is meant, never the only other one', async () => {
    await type('incident', 'latency');
    expect(await type('ack', 'INC-7')).toMatchObject({ exitCode: 1, text: expect.stringContaining('INC-7') });
    expect((await bench.store.incident('INC-1'))?.acknowledged).toBeUndefined();
  });

  test('what needs rights is refused: they cannot be proven here', async () => {
    await type('incident', 'latency');
    const before = (await bench.store.events('INC-1')).length;
    for (const words of ['do scale-out', 'approve 123', 'reject 123 no']) {
      const { text, exitCode } = await type(...words.split(' '));
      expect(text).toMatch(/^Actions are not started, approved or rejected in the terminal/);
      expect(exitCode).toBe(1);
    }
    expect(await bench.store.events('INC-1')).toHaveLength(before);
  });

  test('what others wrote cannot steer the terminal', async () => {
    await type('incident', 'latency', '\u001b[2J\u202egone\nCRITICAL');
    const { text } = await type('status', 'INC-1');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).toContain('“[2J gone CRITICAL”');
  });
});

test('F11: a bot on an embedded store is asked over its socket, which is its own account only', async () => {
  const path = mkdtempSync(join(tmpdir(), 'acgs-sock-'));
  const { log } = givenToStore();
  expect(await askRunningBot(socketOf({ path }), { words: ['status'], operator: 'rita' })).toBeUndefined();
  const stop = await listenForTerminals(socketOf({ path }), { desk: bench.desk, audit: bench.store.audit }, log);
  expect(statSync(socketOf({ path })).mode & 0o777).toBe(0o600);
  const ask = (...words: string[]) => askRunningBot(socketOf({ path }), { words, operator: 'rita' });
  expect((await ask('incident', 'latency'))?.text).toMatch(/^INC-1 is open/);
  expect(await ask('do', 'scale-out')).toMatchObject({ exitCode: 1 });
  expect((await bench.store.events('INC-1'))[0]?.actor).toEqual({ kind: 'person', id: 'os:rita' });
  const head = { stream: 'INC-1', seq: 99, hash: '0'.repeat(64) };
  const audit = (heads: readonly Head[]) => askRunningBot(socketOf({ path }), { audit: heads });
  expect(await audit([])).toMatchObject({ exitCode: 0, text: expect.stringContaining('in 1 stream, every hash fits') });
  expect(await audit([head])).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('INC-1 #5: the tail is cut'),
  });
  await stop();
  // A dead bot leaves its socket behind.
  await (await listenForTerminals(socketOf({ path }), { desk: bench.desk, audit: bench.store.audit }, log))();
  rmSync(path, { recursive: true, force: true });
});

test('F11: without a bot the terminal opens the store itself, and the bot that starts later finds what was done', async () => {
  const path = mkdtempSync(join(tmpdir(), 'acgs-alone-'));
  await prepareDirectory(path);
  const options: StoreOptions = { kind: 'embedded', path };
  const alone = await openForWork(options, givenToStore());
  const desk = openDesk({ ...bench.given, store: alone });
  expect((await askAtDesk(desk, { words: ['incident', 'latency'], operator: 'rita' })).exitCode).toBe(0);
  expect((await askAtDesk(desk, { words: ['ack'], operator: 'rita' })).exitCode).toBe(0);
  await alone.close();
  const record = await openForReading(options, givenToStore().log);
  expect((await record.verify([])).faults).toEqual([]);
  await record.close();
  const bot = await openStore(options, givenToStore());
  expect((await bot.outbox.claim(50)).map(({ notice }) => notice.kind)).toContain('open-room');
  await bot.close();
  rmSync(path, { recursive: true, force: true });
});

onPostgres('F11: beside a running bot', (server) => {
  test('the terminal records, and the outbox of the bot wakes up', async () => {
    const options: StoreOptions = { kind: 'postgres', url: server().url };
    await expect(openForWork(options, givenToStore())).rejects.toThrow('Start the bot of this release once');
    const bot = await openStore(options, givenToStore());
    const woken = new Promise<void>((resolve) => bot.outbox.onWake(resolve));
    const terminal = await openForWork(options, givenToStore());
    const desk = openDesk({ ...bench.given, store: terminal });
    expect((await askAtDesk(desk, { words: ['incident', 'latency'], operator: 'rita' })).exitCode).toBe(0);
    await woken;
    expect((await bot.incident('INC-1'))?.declaredBy).toEqual({ kind: 'person', id: 'os:rita' });
    expect((await bot.outbox.claim(50)).map(({ notice }) => notice.kind)).toContain('open-room');
    await terminal.close();
    await bot.close();
  });
});
