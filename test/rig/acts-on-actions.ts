// What people do about actions: ask for a preview, confirm, approve, reject, put back, keep, and say how an unknown one ended.

import type { PretendMessage } from '../../src/simulator/slack/workspace.ts';
import { actionIds, fieldIds } from '../../src/slack/ids.ts';
import type { Chance } from './chance.ts';
import type { Hand, Pressed, Target } from './hand.ts';
import type { Scene } from './people.ts';

/** The ones of the latency runbook that change the pretend Redis. */
const offered = { 'volatile-lru': 55, 'clear-cache-prefixes': 20, 'flush-database': 25 };

/** How likely each button of an action's message is pressed. What only a person can know is left to the bot to find out. */
const eagerness: Readonly<Record<string, number>> = {
  [actionIds.move('request')]: 40,
  [actionIds.move('approve')]: 40,
  [actionIds.move('undo')]: 20,
  [actionIds.move('reject')]: 4,
  [actionIds.move('cancel')]: 4,
  [actionIds.move('keep')]: 8,
};

export function actsOnActions({ slack, rooms }: Scene, hand: Hand, chance: Chance) {
  return {
    async propose() {
      const open = rooms.open();
      const room = open[chance.between(0, open.length - 1)];
      if (room === undefined) return;
      slack.join(hand.who, room.channel);
      const about = { incident: room.incident };
      await hand.command('propose', room.channel, `do ${chance.weighted(offered)}`, about);
    },

    async decide() {
      const choices = rooms
        .open()
        .flatMap((room) => [...room.actions.values()].flatMap((message) => movesOn(room, message)));
      if (choices.length === 0) return;
      const weights = Object.fromEntries(
        choices.map((one, index) => [String(index), eagerness[one.pressed.action] ?? 0]),
      );
      if (Object.values(weights).every((weight) => weight === 0)) return;
      const chosen = choices[Number(chance.weighted(weights))];
      if (chosen === undefined) return;
      const { target, pressed, opensForm } = chosen;
      if (!opensForm) {
        await hand.press('decide', target, pressed);
        // The same decision once more, at once: a thumb that trembles.
        if (chance.happens(0.1)) await hand.press('decide', target, pressed);
        return;
      }
      await hand.throughForm('decide', target, pressed, (words, form) => {
        const typed = /Type (FLUSHDB [^"\\]+)"/.exec(form)?.[1];
        return { [fieldIds.reason]: words, ...(typed === undefined ? {} : { [fieldIds.typed]: typed }) };
      });
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
