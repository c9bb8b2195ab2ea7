// What must hold after every fault, whatever it was: looked at from outside, through the store and the workspace.

import { expect } from 'vitest';
import type { Recorded } from '../../src/core/event.ts';
import type { Observation } from '../../src/core/observation.ts';
import type { Store } from '../../src/core/ports.ts';
import type { PretendMessage, PretendSlack } from '../../src/simulator/slack/workspace.ts';
import { ackWithinMs, wasHeldUp, watchBreath } from '../rig/starvation.ts';
import { unlawfulActions } from './lawful-actions.ts';
import { until } from './story.ts';

/** What a checker can see of a bot that runs, or ran. */
export interface Seen {
  readonly store: Pick<Store, 'incidents' | 'events' | 'verify' | 'inbox' | 'outbox' | 'subjectOf'>;
  readonly slack: PretendSlack;
  /** Lines of the bot's log. */
  readonly lines: readonly string[];
}

export interface Witness {
  /** Asserts the invariants I1 to I7. Ask when the fault is over: it waits for what is due, and then nothing may be left. */
  assertAll(): Promise<void>;
}

const settledWithinMs = 40_000;

/** Begin before the fault: acknowledgements are measured from here on. */
export function bearWitness(seen: Seen): Witness {
  const acks: { readonly kind: string; readonly at: number; readonly outcome: string }[] = [];
  const breath = watchBreath();
  seen.slack.on((change) => {
    if (change.kind !== 'delivery' || typeof change.ackMs !== 'number') return;
    acks.push({ kind: String(change.delivery), at: Date.now(), outcome: String(change.outcome) });
  });
  return {
    async assertAll() {
      await until('an empty inbox and outbox', () => isSettled(seen.store), settledWithinMs);
      expect(await unlawfulActions(seen.store), 'I1: actions ran at most once, with every right').toEqual([]);
      const accepted = acks.filter((ack) => ack.kind === 'command' && ack.outcome === 'ok').length;
      expect(answersIn(seen.slack), 'I2: every accepted command has an answer').toBeGreaterThanOrEqual(accepted);
      expect(await unfoundedGreens(seen), 'I3: nothing is green without an observation').toEqual([]);
      // By the workspace's own clock, which is the one that shows people an error.
      const late = acks.filter((ack) => ack.outcome === 'operation_timeout');
      breath.stop();
      // As in the rig: where the machine did not let this process run, lateness says nothing about the bot.
      const ours = late.filter(({ at }) => !wasHeldUp(breath, at - ackWithinMs, at));
      expect(ours, 'I4: acknowledged within 3 s').toEqual([]);
      expect(await brokenChains(seen.store), 'I5: the chain of every incident verifies').toEqual([]);
      expect(secretsIn(seen), 'I6: no secret in any line or message').toEqual([]);
      await stillAnswers(seen);
    },
  };
}

/** I2: nothing that was accepted is left, and nothing that people should see. */
export async function isSettled(store: Pick<Store, 'inbox' | 'outbox'>): Promise<boolean> {
  const [inbox, outbox] = await Promise.all([store.inbox.backlog(), store.outbox.backlog()]);
  return inbox.waiting === 0 && outbox.waiting === 0;
}

/** I3: checks and incidents that were shown as OK, and that no measurement on record held against its limits. */
export async function unfoundedGreens({ store, slack }: Pick<Seen, 'store' | 'slack'>): Promise<readonly string[]> {
  const founded = new Set<string>();
  for (const { id, headline } of await store.incidents({ limit: 1_000 })) {
    for (const observation of (await store.events(id)).flatMap(observationsIn).filter(isFoundedGreen)) {
      founded.add(observation.title);
      if (observation.check === headline) founded.add(id);
    }
  }
  const greens = messagesOf(slack).filter((message) => greensIn(message).length > 0);
  for (const { channel, ts } of greens) {
    const review = await store.subjectOf('message', `${channel}/${ts}`);
    const events = review === undefined ? [] : await store.events(review);
    for (const { title } of events.flatMap(observationsIn).filter(isFoundedGreen)) founded.add(title);
  }
  return [...new Set(greens.flatMap(greensIn))].filter((name) => !founded.has(name));
}

function observationsIn({ event }: Recorded): readonly Observation[] {
  return event.type === 'observed' || event.type === 'review-observed' ? [event.observation] : [];
}

/** Where there is no limit, something must at least have been read. */
function isFoundedGreen({ verdict, limits, rows, measurement }: Observation): boolean {
  if (verdict !== 'ok') return false;
  return (
    limits.some(({ outcome }) => outcome === 'held') || (limits.length === 0 && (measurement ?? rows[0]) !== undefined)
  );
}

/** `🟢 OK INC-1 …` of a list, `🟢 OK · …` above `INC-1 …` on a card, `🟢 OK Hit rate: …` of a check. */
function greensIn({ text }: PretendMessage): readonly string[] {
  const named = [...text.matchAll(/🟢 OK (INC-\d+|[^·:\n]+(?=: ))/gu), ...text.matchAll(/^🟢 OK · .*\n(INC-\d+)/gu)];
  return named.map(([, name = '']) => name.trim());
}

/** I5. */
export async function brokenChains(store: Pick<Store, 'incidents' | 'verify'>): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { id } of await store.incidents({ limit: 1_000 })) {
    const verified = await store.verify(id);
    if (!verified.ok) broken.push(`${id} #${verified.seq}: ${verified.why}`);
  }
  return broken;
}

/** I6: where a secret of this workspace, or anything that looks like one of Slack's, stands in the open. */
export function secretsIn({ slack, lines }: Pick<Seen, 'slack' | 'lines'>): readonly string[] {
  const secret = (text: string) =>
    text.includes(slack.botToken) ||
    text.includes(slack.signingSecret) ||
    /xox[abp]-\w|xapp-\w|Bearer (?!\[masked\])/.test(text);
  const files = slack.files().map((file) => Buffer.from(slack.fileBytes(file.id)).toString('utf8'));
  const messages = messagesOf(slack).map((message) => `${message.text} ${JSON.stringify(message.blocks ?? [])}`);
  return [...lines, ...messages, ...files, ...slack.channels().map((channel) => channel.topic)].filter(secret);
}

/** I7: somebody who only wants to look is answered. */
async function stillAnswers({ slack }: Pick<Seen, 'slack'>): Promise<void> {
  const before = answersIn(slack);
  const delivery = await slack.command('lena', '#incidents', 'incident list');
  expect(delivery.status, 'I7: read-only commands work').toBe(200);
  await until('I7: an answer to somebody who only looks', () => answersIn(slack) > before);
}

/** Messages of the bot that people see outside of incident channels. */
function answersIn(slack: PretendSlack): number {
  const open = slack.channels().filter((channel) => !channel.name.startsWith('inc-'));
  const posted = open.flatMap((channel) => channel.messages).filter((message) => message.botId !== undefined);
  return posted.length + ephemeralsOf(slack).length;
}

function messagesOf(slack: PretendSlack): readonly PretendMessage[] {
  return [...slack.channels().flatMap((channel) => channel.messages), ...ephemeralsOf(slack)];
}

function ephemeralsOf(slack: PretendSlack): readonly PretendMessage[] {
  const people = new Set(slack.channels().flatMap((channel) => channel.members));
  return [...people].filter((id) => id !== slack.botUserId).flatMap((id) => slack.ephemerals(id));
}
