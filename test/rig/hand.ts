// What one person can do with a phone: type a command, press a button, fill a form; each is written into the ledger.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PretendMessage, PretendPerson, PretendSlack } from '../../src/simulator/slack/workspace.ts';
import type { Chance } from './chance.ts';
import type { Entry, Ledger, What } from './ledger.ts';
import { privateWords } from './secrets.ts';

export interface Target {
  readonly channel: string;
  readonly incident: string;
  readonly message: PretendMessage;
}

export interface Pressed {
  readonly action: string;
  /** Which of several buttons with this action. */
  readonly value?: string;
  /** The entry of a menu. */
  readonly option?: string;
}

export interface Hand {
  readonly who: string;
  command(what: What, channel: string, text: string, about?: Partial<Entry>): Promise<Entry>;
  press(what: What, target: Target, pressed: Pressed): Promise<Entry>;
  /**
   * Presses what opens a form, fills it and sends it off; now and then the person changes their mind. `fill` gets the form as
   * text and words that no other delivery carries. Resolves with the form that was sent off, if one was.
   */
  throughForm(
    what: What,
    target: Target,
    pressed: Pressed,
    fill: (words: string, form: string) => Readonly<Record<string, string>>,
  ): Promise<Entry | undefined>;
}

const formWithinMs = 3_500;

export function handOf(
  person: PretendPerson,
  given: { readonly slack: PretendSlack; readonly ledger: Ledger; readonly chance: Chance },
): Hand {
  const { slack, ledger, chance } = given;
  const who = person.name;
  /** The form that opens for this person belongs to what they pressed last. */
  let asked: Entry | undefined;
  slack.on((change) => {
    if (change.kind !== 'view' || change.user !== person.id || change.closed !== undefined) return;
    if (asked !== undefined) asked.formOpened = true;
  });

  const press = async (what: What, target: Target, { action, ...choice }: Pressed): Promise<Entry> => {
    slack.join(who, target.channel);
    const sentAt = Date.now();
    const ref = { channel: target.channel, ts: target.message.ts };
    const delivery = await slack.click(who, ref, action, { ...choice, stale: target.message });
    const { incident } = target;
    const key = `click ${delivery.triggerId}`;
    return ledger.write({ what, how: 'click', who, incident, key, sentAt, delivery, ...decisionIn(action, choice) });
  };

  const formAfter = async (before: string | undefined) => {
    const end = Date.now() + formWithinMs;
    while (Date.now() < end) {
      const view = slack.openView(who);
      if (view !== undefined && view.id !== before) return view;
      await sleep(40);
    }
    return undefined;
  };

  return {
    who,
    press,

    async command(what, channel, text, about = {}) {
      const sentAt = Date.now();
      const delivery = await slack.command(who, channel, text);
      const key = `command ${delivery.triggerId}`;
      return ledger.write({ what, how: 'command', who, key, sentAt, delivery, ...about });
    },

    async throughForm(what, target, pressed, fill) {
      const before = slack.openView(who)?.id;
      asked = await press('open-form', target, pressed);
      const view = await formAfter(before);
      if (view === undefined) return undefined;
      asked.formOpened = true;
      if (chance.happens(0.1)) {
        await slack.close(who, view.id);
        return undefined;
      }
      const marker = ledger.marker();
      const sentAt = Date.now();
      const delivery = await slack.submit(who, view.id, fill(`${marker} ${privateWords}`, JSON.stringify(view.blocks)));
      const key = `submission ${view.id} ${view.hash}`;
      const { incident } = target;
      const about = { incident, marker, ...decisionIn(pressed.action, pressed) };
      const sent = ledger.write({ what, how: 'submission', who, key, sentAt, delivery, ...about });
      if (slack.openView(who)?.id === view.id) await slack.close(who, view.id);
      return sent;
    },
  };
}

function decisionIn(action: string, { value }: Pick<Pressed, 'value'>): Partial<Entry> {
  return value === undefined ? {} : { action: value, pressed: action };
}

/** What nobody could do in a client is no delivery: a button that is gone, a form that is closed. */
export function isImpossible(error: unknown): boolean {
  const said = error instanceof Error ? error.message : '';
  return /no element|no option|has no view|sees no message|is required/.test(said);
}

export function isDrawn(message: PretendMessage, action: string): boolean {
  return JSON.stringify(message.blocks ?? []).includes(`"${action}"`);
}
