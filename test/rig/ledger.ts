// The ledger: every delivery that people made, what they were told, and what they saw come of it.

import type { Delivery } from '../../src/simulator/slack/workspace.ts';
import { notAccepted } from '../../src/slack/taking.ts';

export type What =
  | 'declare'
  | 'acknowledge'
  | 'recheck'
  | 'take-command'
  | 'redraft'
  | 'note'
  | 'resolve'
  | 'false-alarm'
  | 'reopen'
  | 'health'
  /** Asks for the preview of an action. */
  | 'propose'
  /** Confirms, approves, rejects, cancels, puts back or keeps. */
  | 'decide'
  /** Asks for a form; the form's submission is an entry of its own. */
  | 'open-form'
  /** Reads only: list, show, status, on call, help. */
  | 'look';

/** What the delivery itself was answered: stored, told to be not stored, refused inside the form, or nothing at all. */
export type Told = 'accepted' | 'not accepted' | 'form errors' | 'nothing';

export interface Entry {
  readonly what: What;
  readonly how: 'command' | 'click' | 'submission';
  readonly who: string;
  /** Under which the bot's inbox must know it. */
  readonly key: string;
  /** Words that no other delivery carries. */
  readonly marker?: string;
  readonly incident?: string;
  /** Epoch ms. */
  readonly sentAt: number;
  readonly delivery: Delivery;
  readonly told: Told;
  /** A form opened because of it. */
  formOpened: boolean;
  /** When the first answer through its response URL was seen; looked for a few times a second. */
  answeredAt?: number;
}

export interface Ledger {
  readonly entries: readonly Entry[];
  /** Identical signed requests that were sent again, and what they were answered. */
  readonly replays: readonly { readonly of: Entry; readonly again: Delivery }[];
  write(entry: Omit<Entry, 'told' | 'formOpened'>): Entry;
  replayed(of: Entry, again: Delivery): void;
  marker(): string;
}

export function openLedger(slackTellsNow: () => number = Date.now): Ledger {
  const entries: Entry[] = [];
  const replays: { of: Entry; again: Delivery }[] = [];
  let markers = 0;
  return {
    entries,
    replays,
    write(fresh) {
      const entry: Entry = { ...fresh, told: toldBy(fresh.delivery), formOpened: false };
      entries.push(entry);
      return entry;
    },
    replayed: (of, again) => void replays.push({ of, again }),
    marker() {
      markers += 1;
      return `rig-${slackTellsNow().toString(36)}-${markers}x`;
    },
  };
}

function toldBy({ outcome, body }: Delivery): Told {
  if (outcome !== 'ok') return 'nothing';
  if (body.includes(notAccepted)) return 'not accepted';
  return body.includes('"response_action":"errors"') ? 'form errors' : 'accepted';
}
