// The room of an incident: who is invited when it opens, however late that is, and what comes in which order.

import { beforeEach, expect, test } from 'vitest';
import { escalate } from '../../../src/response/escalate.ts';
import { runChecks } from '../../../src/response/run-checks.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  return () => bench.store.close();
});

const room = { room: 'C0ROOM', name: 'inc-20261124-1-latency' };

const kinds = async () => (await bench.sent()).map(({ notice }) => notice.kind);
const invited = async () =>
  (await bench.sent()).flatMap(({ notice }) => (notice.kind === 'invite' ? [notice.people] : []));

test('whoever declared and whoever was told is invited once, when there is a room', async () => {
  expect(await kinds()).toEqual(expect.arrayContaining(['open-room', 'post-card', 'announce', 'call']));
  await bench.desk.roomOpened('INC-1', room);
  expect(await invited()).toEqual([['U0RITA', 'S0ONCALL', 'U0LENA']]);
  await bench.desk.roomOpened('INC-1', room);
  expect(await bench.sent()).toEqual([]);
});

test('a room that opens late has who was called meanwhile', async () => {
  await escalate(bench.given, 'INC-1', 'L3');
  await bench.sent();
  await bench.desk.roomOpened('INC-1', room);
  expect(await invited()).toEqual([['U0RITA', 'S0ONCALL', 'U0LENA', 'U0OMAR']]);
});

test("invitations stand in nobody's way, and the topic comes behind the first verdict on the card", async () => {
  await bench.desk.roomOpened('INC-1', room);
  await runChecks(bench.given, 'INC-1', 1);
  const ofCard = (await bench.sent()).filter(({ lane }) => lane === 'INC-1').map(({ notice }) => notice.kind);
  expect(ofCard).toEqual(['open-room', 'post-card', 'redraw-card', 'pin-card', 'set-topic']);
});

test('an incident that is closed before its checks have answered has its pin and its topic', async () => {
  await bench.desk.roomOpened('INC-1', room);
  await bench.desk.resolve('INC-1', { as: 'false-alarm', reason: 'a test' }, bench.asks('U0RITA'));
  await runChecks(bench.given, 'INC-1', 1);
  expect(await kinds()).toEqual(expect.arrayContaining(['pin-card', 'set-topic']));
});
