// Two people, or one in a hurry: opposite decisions race, and steps come out of order. One wins; the others are told who and when.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MessageRef } from '../../src/simulator/slack/people.ts';
import { bearWitness, type Witness } from '../support/invariants.ts';
import { allText, type Story, startStory, until } from '../support/story.ts';

let story: Story;
let witness: Witness;
beforeAll(async () => {
  story = await startStory();
  // The first command of a process is slower than all others on a machine that has much to do.
  await story.slack.command('rita', '#incidents', 'help');
  witness = bearWitness(story);
});
afterAll(() => story.stop());

/** A fresh incident for each test, with rita, lena and omar in its channel; returns its id and the old card. */
let incident: string;
let card: Awaited<ReturnType<Story['card']>>;
beforeEach(async () => {
  const before = await story.store.countIncidents({});
  await story.slack.command('rita', '#incidents', 'incident latency separately');
  const declared = await until('the incident', async () => {
    // Counted first: an incident that is declared between the two looks must not pass off the last one as new.
    if ((await story.store.countIncidents({})) === before) return undefined;
    return (await story.store.incidents({ limit: 1 }))[0];
  });
  incident = declared.id;
  card = await until('its card in its channel', async () => {
    const now = await story.card();
    const channel = story.slack.channel(now.channel);
    return channel.name.includes(`-${declared.number}-`) && now;
  });
  for (const who of ['rita', 'lena', 'omar']) story.slack.join(who, card.channel);
});

const typesOf = async () => (await story.store.events(incident)).map(({ event }) => event.type);

/**
 * Opens a form and returns its id. Earlier ones stay open until somebody closes them, and on a slow machine Slack's three
 * seconds for opening can be over: then the bot offers the same choice again.
 */
const seen = new Set<string>();
async function open(who: string, from: MessageRef, action: string, option?: string): Promise<string> {
  const offers = () => story.slack.ephemerals(who).filter((one) => /Please press again/.test(one.text));
  const offered = offers().length;
  await story.slack.click(who, from, action, { ...(option === undefined ? {} : { option }) });
  const result = await until('the form, or the offer to press again', () => {
    const top = story.slack.openView(who);
    if (top !== undefined && !seen.has(top.id)) return top.id;
    return offers()[offered];
  });
  if (typeof result !== 'string')
    return open(who, result, `acgs.${option?.split(' ')[0] ?? action.slice('acgs.'.length)}`);
  seen.add(result);
  return result;
}

const told = (who: string, pattern: RegExp) =>
  until(`${who} to be told`, () =>
    story.slack
      .ephemerals(who)
      .map(allText)
      .findLast((text) => pattern.test(text)),
  );

const audited = (person: string, why: string) =>
  until(`the line about ${person}`, () =>
    story.lines.some((line) => line.includes(`"person":"${person}"`) && line.includes(`"why":"${why}"`)),
  );

describe('a race', () => {
  test('F06: two acknowledge at the same moment; one is the responder, the other hears who and when', async () => {
    const clicks = ['rita', 'lena'].map((who) => story.slack.click(who, card, 'acgs.acknowledge', { stale: card }));
    for (const click of await Promise.all(clicks)) expect(click.status).toBe(200);
    await until('the acknowledgement', async () => (await typesOf()).includes('acknowledged'));
    const state = await story.store.incident(incident);
    const winner = state?.acknowledged?.by;
    expect(winner?.kind).toBe('person');
    const [won, lost] = winner?.kind === 'person' && winner.id === 'U0RITA' ? ['rita', 'lena'] : ['lena', 'rita'];
    await told(lost, new RegExp(`(?:by ${won} at|${won} acknowledged ${incident} at) \\d\\d:\\d\\d UTC`));
    expect((await typesOf()).filter((type) => type === 'acknowledged')).toHaveLength(1);
    expect(state?.roles.responder).toEqual(winner);
    await until('the refusal in the log', () =>
      story.lines.some((line) => line.startsWith('refused') && line.includes(`U0${lost.toUpperCase()}`)),
    );
    await witness.assertAll();
  });

  test('F06: resolve against false alarm; the first is on record, the second hears who and when in the form', async () => {
    const resolve = await open('rita', card, 'acgs.resolve');
    const falseAlarm = await open('lena', card, 'acgs.more', `false-alarm ${incident}`);
    const [first, second] = await Promise.all([
      story.slack.submit('rita', resolve, { reason: 'the cache is warm again' }),
      story.slack.submit('lena', falseAlarm, { reason: 'a load test' }),
    ]);
    expect([first.status, second.status]).toEqual([200, 200]);
    const closed = await until('the end', async () => (await story.store.incident(incident))?.resolved);
    const [won, lost, form] = closed.as === 'resolved' ? ['rita', 'lena', second] : ['lena', 'rita', first];
    const refusal = new RegExp(`already .*, by ${won} at \\d\\d:\\d\\d UTC`);
    // Both forms may have been checked before either was done; then the answer comes beside them.
    if (form.errors === undefined) await told(lost, refusal);
    else expect(JSON.stringify(form.errors)).toMatch(refusal);
    expect((await typesOf()).filter((type) => type === 'resolved')).toHaveLength(1);
    await witness.assertAll();
  });
});

describe('a step that is not due', () => {
  test('F10: resolve, acknowledge and reopen in the wrong order are refused with the step that is open', async () => {
    const late = await open('lena', card, 'acgs.resolve');
    await story.slack.command('rita', card.channel, 'resolve the cache is warm again');
    await until('the end', async () => (await story.store.incident(incident))?.status === 'resolved');

    // A form that was opened before, an old card, a word: each is refused, and none is recorded.
    const form = await story.slack.submit('lena', late, { reason: 'it is over' });
    expect(JSON.stringify(form.errors)).toMatch(
      /already resolved, by rita at \d\d:\d\d UTC\. Its open step is: post-mortem/,
    );
    await story.slack.click('omar', card, 'acgs.acknowledge', { stale: card });
    await told('omar', new RegExp(`${incident} was resolved by rita at .* Its open step is: post-mortem`));
    await audited('U0OMAR', 'too-late');
    await story.slack.command('lena', card.channel, 'ack');
    await told('lena', /already resolved, by rita at \d\d:\d\d UTC\. Its open step is: post-mortem/);
    await audited('U0LENA', 'already-resolved');
    expect(await typesOf()).not.toContain('acknowledged');
  });

  test('F10: reopening twice happens once, and the second hears by whom', async () => {
    await story.slack.command('rita', card.channel, 'resolve over');
    const closed = await until('the closed card', async () => {
      const now = await story.card();
      return /RESOLVED/.test(now.text) && now;
    });
    const forms: string[] = [];
    for (const who of ['lena', 'omar']) forms.push(await open(who, closed, 'acgs.reopen'));
    await story.slack.submit('lena', forms[0] ?? '', { reason: 'it came back' });
    await until('the reopening', async () => (await typesOf()).includes('reopened'));
    const second = await story.slack.submit('omar', forms[1] ?? '', { reason: 'it came back' });
    expect(JSON.stringify(second.errors)).toMatch(/already reopened, by lena at \d\d:\d\d UTC\. Its open step is: /);
    expect((await typesOf()).filter((type) => type === 'reopened')).toHaveLength(1);
    await witness.assertAll();
  });
});
