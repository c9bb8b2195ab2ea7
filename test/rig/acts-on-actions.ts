// What people do about actions: ask for a preview, confirm, approve, reject, put back, keep, and say how an unknown one ended.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PretendMessage } from '../../src/simulator/slack/workspace.ts';
import { actionIds, fieldIds } from '../../src/slack/ids.ts';
import type { Chance } from './chance.ts';
import type { Hand, Pressed, Target } from './hand.ts';
import { countsAsRepeat, type Entry } from './ledger.ts';
import type { Scene } from './people.ts';
import { manyActions } from './rig-runbook.ts';
import type { Room } from './rooms.ts';

/** The ones of the latency runbook that change the pretend Redis. */
const offered: Readonly<Record<string, number>> = {
  'volatile-lru': 55,
  'clear-cache-prefixes': 20,
  'flush-database': 25,
};

const request = actionIds.move('request');
const previewWithinMs = 3_000;

/** How likely each button of an action's message is pressed. What only a person can know is left to the bot to find out. */
const eagerness: Readonly<Record<string, number>> = {
  [request]: 40,
  [actionIds.move('approve')]: 40,
  [actionIds.move('undo')]: 20,
  [actionIds.move('reject')]: 4,
  [actionIds.move('cancel')]: 4,
  [actionIds.move('keep')]: 8,
};

/** Where it is about actions an unknown outcome must not hold its target for minutes: people look at the system, and say what they think. */
const eagernessForMany: Readonly<Record<string, number>> = {
  ...eagerness,
  // Pressed where nothing else can be, they would be the end of everything that waits for a restart.
  [actionIds.move('reject')]: 0,
  [actionIds.move('cancel')]: 0,
  [actionIds.move('took-effect')]: 10,
  [actionIds.move('had-no-effect')]: 10,
};

export function actsOnActions({ slack, rooms, ledger, actions }: Scene, hand: Hand, chance: Chance) {
  const isAboutActions = actions > 0;

  /** The very same signed request again, as a broken proxy would send it. */
  const sendAgain = async (entry: Entry): Promise<void> => {
    if (countsAsRepeat(entry)) ledger.replayed(entry, await entry.delivery.replay());
  };

  /** Where it is about actions every decision arrives twice; else now and then, from a thumb that trembles. */
  const pressTwice = async (target: Target, pressed: Pressed): Promise<void> => {
    if (chance.happens(0.5)) return sendAgain(await hand.press('decide', target, pressed));
    const apartMs = chance.between(0, 300);
    const second = sleep(apartMs).then(() => hand.press('decide', target, pressed));
    await Promise.all([hand.press('decide', target, pressed), second]);
  };

  const choose = async ({ target, pressed, opensForm }: Choice): Promise<void> => {
    if (!opensForm) {
      if (isAboutActions || chance.happens(0.1)) return pressTwice(target, pressed);
      await hand.press('decide', target, pressed);
      return;
    }
    const sent = await hand.throughForm('decide', target, pressed, (words, form) => {
      const typed = /Type (FLUSHDB [^"\\]+)"/.exec(form)?.[1];
      return { [fieldIds.reason]: words, ...(typed === undefined ? {} : { [fieldIds.typed]: typed }) };
    });
    if (isAboutActions && sent !== undefined) await sendAgain(sent);
  };

  /** The button that runs what somebody has just asked for, once its preview is there. */
  const previewIn = async (room: Room, known: ReadonlySet<string>): Promise<Choice | undefined> => {
    const end = Date.now() + previewWithinMs;
    while (Date.now() < end) {
      const fresh = [...room.actions.values()].filter(({ ts }) => !known.has(ts));
      const found = fresh
        .flatMap((message) => movesOn(room, message))
        .find(({ pressed }) => pressed.action === request);
      if (found !== undefined) return found;
      await sleep(40);
    }
    return undefined;
  };

  return {
    async propose() {
      const open = rooms.open();
      const room = open[chance.between(0, open.length - 1)];
      if (room === undefined) return;
      slack.join(hand.who, room.channel);
      const about = { incident: room.incident };
      const named = chance.weighted(isAboutActions ? manyActions : offered);
      const known = new Set(room.actions.keys());
      const { told } = await hand.command('propose', room.channel, `do ${named}`, about);
      if (!isAboutActions || told !== 'accepted') return;
      // Who waits with the confirmation finds that somebody else has changed the target meanwhile.
      const preview = await previewIn(room, known);
      if (preview !== undefined) await choose(preview);
    },

    async decide() {
      const eager = isAboutActions && chance.happens(0.97) ? eagernessForMany : eagerness;
      const choices = rooms
        .open()
        .flatMap((room) => [...room.actions.values()].flatMap((message) => movesOn(room, message)));
      if (choices.length === 0) return;
      const weights = Object.fromEntries(choices.map((one, index) => [String(index), eager[one.pressed.action] ?? 0]));
      if (Object.values(weights).every((weight) => weight === 0)) return;
      const chosen = choices[Number(chance.weighted(weights))];
      if (chosen === undefined) return;
      await choose(chosen);
    },
  };
}

interface Choice {
  readonly target: Target;
  readonly pressed: Pressed;
  readonly opensForm: boolean;
}

function movesOn(
  room: { readonly channel: string; readonly incident: string },
  message: PretendMessage,
): readonly Choice[] {
  const target = { channel: room.channel, incident: room.incident, message };
  return (message.blocks ?? []).flatMap((block) =>
    (Array.isArray(block.elements) ? block.elements : []).flatMap((element: unknown): readonly Choice[] => {
      const {
        action_id: action,
        value,
        text,
      } = element as { action_id?: string; value?: string; text?: { text?: string } };
      if (action === undefined || value === undefined) return [];
      // Three dots at the end of a label say that a form follows.
      return [{ target, pressed: { action, value }, opensForm: text?.text?.endsWith('…') === true }];
    }),
  );
}
