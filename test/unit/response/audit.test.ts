// What the audit needs of the bot: heads are posted outside, and an incident whose words were erased can still be shown.

import { beforeEach, expect, test } from 'vitest';
import { actionsOf } from '../../../src/core/action/in-incident.ts';
import { type Actor, person } from '../../../src/core/actor.ts';
import { headsIn, spellHead } from '../../../src/core/audit.ts';
import { previewAction } from '../../../src/response/actions/preview-action.ts';
import { draftPostmortem } from '../../../src/response/draft-postmortem.ts';
import { noteHeads } from '../../../src/response/note-heads.ts';
import { performAction } from '../../../src/response/perform-action.ts';
import { runChecks } from '../../../src/response/run-checks.ts';
import { actionMessage } from '../../../src/slack/blocks/action.ts';
import { incidentCard, incidentShown } from '../../../src/slack/blocks/card.ts';
import { headMessage, headsMessage } from '../../../src/slack/blocks/talk.ts';
import { eraserOver } from '../../../src/store/erasing.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';
import { problemsOfBlocks } from '../../support/slack-blocks.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  return () => bench.store.close();
});

const incident = 'INC-1';
const named = (actor: Actor): string => (actor.kind === 'person' ? actor.id : actor.kind);

/** Proposes, previews and requests an action of the runbook, and runs it. */
async function act(reason: string): Promise<string> {
  await bench.desk.proposeAction(incident, 'scale-out', bench.asks('U0RITA'));
  const id = actionsOf((await bench.store.incident(incident)) ?? never()).at(-1)?.id ?? never();
  await previewAction(bench.given, incident, id);
  await bench.desk.decideOn(id, { kind: 'request', typed: 'PULL one', reason }, bench.asks('U0RITA'));
  await performAction(bench.given, incident, id);
  return id;
}

function never(): never {
  throw new Error('it is there');
}

test('F60: the head goes outside when somebody acknowledges, when an action has ended, and with the report', async () => {
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  expect(await bench.answers()).not.toContain('head');
  await bench.desk.acknowledge(incident, bench.asks('U0RITA'));
  expect(await bench.answers()).toContain('head');
  await act('because');
  expect((await bench.answers()).filter((one) => one === 'head')).toHaveLength(1);
  await bench.desk.command('resolve over', bench.asks('U0RITA'));
  await draftPostmortem(bench.given, incident);
  expect(await bench.answers()).toContain('head');
});

test('F60: the posted lines and the report can be given to the audit as they are', async () => {
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  const head = (await bench.desk.head(incident)) ?? never();
  const lines = [headMessage(head), headsMessage('2026-11-25', 3, head)];
  expect(lines.flatMap(({ blocks }) => problemsOfBlocks(blocks))).toEqual([]);
  expect(lines.flatMap(({ text }) => headsIn(text))).toEqual([head, head]);
  expect(headsIn(`quoted “${spellHead(head)}”.`)).toEqual([head]);
  await draftPostmortem(bench.given, incident);
  const report = await bench.desk.report((await bench.store.incident(incident))?.report?.id ?? '');
  expect(headsIn(report ?? '')).toEqual([head]);
});

test('once a day the heads of all streams that went on are noted, and one line stands for them', async () => {
  await bench.desk.command('incident latency', bench.asks('U0RITA'));
  await bench.desk.command('health', bench.asks('U0RITA'));
  await bench.answers();
  await noteHeads(bench.given);
  const [noted] = await bench.store.events('heads');
  const heads = noted?.event.type === 'heads-noted' ? noted.event.heads : [];
  expect(heads.map(({ stream }) => stream)).toEqual([incident, expect.stringMatching(/^review-/)]);
  expect(heads[0]).toEqual(await bench.store.head(incident));
  expect(await bench.answers()).toEqual(['heads']);

  await noteHeads(bench.given);
  expect(await bench.answers()).toEqual([]);
  await bench.desk.acknowledge(incident, bench.asks('U0RITA'));
  await bench.answers();
  await noteHeads(bench.given);
  expect((await bench.store.events('heads'))[1]).toMatchObject({ event: { heads: [{ stream: incident }] } });
  expect(await bench.store.verify('heads')).toEqual({ ok: true });
});

test('an incident whose words and people were erased is shown everywhere without them', async () => {
  const secret = 'she was at the doctor';
  await bench.desk.command(`incident latency ${secret}`, bench.asks('U0RITA'));
  await bench.desk.command(`incident latency ${secret}`, bench.asks('U0OMAR'));
  await runChecks(bench.given, incident, 1);
  await bench.desk.acknowledge(incident, bench.asks('U0RITA'));
  await bench.desk.note(incident, secret, bench.now, bench.asks('U0RITA'));
  const message = { text: secret, writtenAt: bench.now, author: person('U0RITA'), source: 'C1/1.1' };
  await bench.desk.pin(incident, message, bench.asks('U0OMAR'));
  bench.lever.risk = 'destructive';
  const action = await act(secret);
  await bench.desk.decideOn(action, { kind: 'reject', reason: secret }, bench.asks('U0OMAR'));
  await bench.desk.resolve(incident, { as: 'resolved', reason: secret }, bench.asks('U0RITA'));
  await draftPostmortem(bench.given, incident);
  const shown = async () => {
    const view = (await bench.desk.incidentView(incident)) ?? never();
    const acted = (await bench.desk.actionView(incident, action)) ?? never();
    const report = await bench.desk.report((await bench.store.incident(incident))?.report?.id ?? '');
    const drawn = [incidentCard(view, named), incidentShown(view, named, undefined), actionMessage(acted, named)];
    expect(drawn.flatMap(({ blocks }) => problemsOfBlocks(blocks))).toEqual([]);
    return JSON.stringify([drawn, report, await bench.store.events(incident)]);
  };
  expect(await shown()).toContain(secret);

  const eraser = eraserOver(bench.engine, givenToStore());
  for (const { seq } of await bench.store.events(incident)) {
    await eraser.erase({ kind: 'words', stream: incident, seq }, person('os:operator'));
  }
  for (const id of ['U0RITA', 'U0OMAR']) await eraser.erase({ kind: 'person', id }, person('os:operator'));

  // The old draft is gone with its words; a new one says what is missing and who took it out.
  expect(await bench.desk.report((await bench.store.incident(incident))?.report?.id ?? '')).toBeUndefined();
  await draftPostmortem(bench.given, incident);
  const after = await shown();
  expect(after).not.toContain(secret);
  expect(after).not.toMatch(/U0RITA|U0OMAR/);
  expect(after).toContain('(erased)');
  expect(after).toContain('erased person');
  expect(after).toContain('erased words of');
  expect(after).toContain("erased a person's id in");
  expect(after).not.toMatch(/undefined|\[object/);
  expect(await bench.store.verify(incident)).toEqual({ ok: true });
  expect(await bench.answers()).toEqual(expect.arrayContaining(['redraw-card', 'head']));
});
