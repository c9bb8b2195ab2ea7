// What people do about incidents: declare, acknowledge, take command, note, close, reopen, look; twice, late, and once more.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Intent } from '../../src/response/views.ts';
import { actionIds, fieldIds, menuValue } from '../../src/slack/ids.ts';
import type { Chance } from './chance.ts';
import { type Hand, isDrawn, type Pressed, type Target } from './hand.ts';
import { countsAsRepeat, type What } from './ledger.ts';
import type { Scene } from './people.ts';
import type { Room } from './rooms.ts';
import { privateWords } from './secrets.ts';

/** Slack refuses signatures older than five minutes. */
const replayableMs = 200_000;

export function actsOnIncidents({ slack, rooms, ledger }: Scene, hand: Hand, chance: Chance) {
  /** One of these rooms with its card, now and then as a phone that slept still shows it. */
  const someCard = (some: readonly Room[]): Target | undefined => {
    const room = some[chance.between(0, some.length - 1)];
    if (room?.card === undefined) return undefined;
    const message = (chance.happens(0.15) ? room.earlier : undefined) ?? room.card;
    return { channel: room.channel, incident: room.incident, message };
  };

  const inRoom = async (what: What, { channel, incident }: Target, text: string, marker?: string): Promise<void> => {
    slack.join(hand.who, channel);
    await hand.command(what, channel, text, { incident, ...(marker === undefined ? {} : { marker }) });
  };

  const form = async (what: Intent & What, target: Target, field: string): Promise<void> => {
    await hand.throughForm(what, target, buttonOrEntry(target, what), (words) => ({ [field]: words }));
  };

  return {
    async declare() {
      const marker = ledger.marker();
      const separately = chance.happens(0.85) ? ' separately' : '';
      await hand.command('declare', '#incidents', `incident latency${separately} ${marker} ${privateWords}`, {
        marker,
      });
    },

    async workOn() {
      const target = someCard(rooms.open());
      if (target === undefined) return;
      const what = chance.weighted({ acknowledge: 44, recheck: 5, 'take-command': 14, note: 22, status: 6 });
      const byCommand = chance.happens(0.35);
      if (what === 'status') return inRoom('look', target, 'status');
      if (what === 'note') {
        if (!byCommand) return form('note', target, fieldIds.text);
        const marker = ledger.marker();
        return inRoom('note', target, `timeline add ${marker} ${privateWords}`, marker);
      }
      if (byCommand && what !== 'take-command') return inRoom(what, target, what === 'acknowledge' ? 'ack' : 'checks');
      const pressed = buttonOrEntry(target, what);
      if (!chance.happens(0.2)) return void (await hand.press(what, target, pressed));
      // A double click: two deliveries of their own, a moment apart.
      const apartMs = chance.between(0, 50);
      const second = sleep(apartMs).then(() => hand.press(what, target, pressed));
      await Promise.all([hand.press(what, target, pressed), second]);
    },

    async close() {
      const target = someCard(rooms.open());
      if (target === undefined) return;
      const what = chance.weighted({ resolve: 75, 'false-alarm': 25 });
      if (what === 'false-alarm' || chance.happens(0.5)) return form(what, target, fieldIds.reason);
      const marker = ledger.marker();
      return inRoom('resolve', target, `resolve ${marker} ${privateWords}`, marker);
    },

    async revisit() {
      const target = someCard(rooms.closed());
      if (target === undefined) return;
      const what = chance.weighted({ redraft: 40, reopen: 30, note: 30 });
      if (what === 'redraft') return void (await hand.press(what, target, buttonOrEntry(target, what)));
      return form(what, target, what === 'note' ? fieldIds.text : fieldIds.reason);
    },

    async look() {
      const asked = ['incident list', 'incident list all', 'oncall', 'help', 'healht', 'incident show INC-1'] as const;
      await hand.command('look', '#incidents', chance.pick(asked));
    },

    async health() {
      await hand.command('health', '#incidents', 'health');
    },

    /** The very same signed request once more, as a broken proxy would send it. */
    async replay() {
      const known = ledger.entries.filter((entry) => countsAsRepeat(entry) && Date.now() - entry.sentAt < replayableMs);
      const of = known[chance.between(0, known.length - 1)];
      if (of !== undefined) ledger.replayed(of, await of.delivery.replay());
    },
  };
}

/** A button by itself, or an entry of the menu. */
function buttonOrEntry({ message, incident }: Target, intent: Intent): Pressed {
  const action = actionIds.intent(intent);
  return isDrawn(message, action) ? { action } : { action: actionIds.more, option: menuValue(intent, incident) };
}
