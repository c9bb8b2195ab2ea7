// The ledger: every delivery that people made, what they were told, and what they saw come of it.

import type { Delivery } from '../../src/simulator/slack/workspace.ts';
import { actionIds } from '../../src/slack/ids.ts';
import { formProblemOf, notAccepted, notCertain } from '../../src/slack/taking.ts';

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

/**
 * What the delivery itself was answered: stored, told to be not stored or to be not certain, refused inside the form, or nothing at all.
 * `looked`: who only looks is answered at once while nothing can be stored.
 */
export type Told = 'accepted' | 'looked' | 'not accepted' | 'not certain' | 'form errors' | 'nothing';

export interface Entry {
  readonly what: What;
  readonly how: 'command' | 'click' | 'submission';
  readonly who: string;
  /** Under which the bot's inbox must know it. */
  readonly key: string;
  /** Words that no other delivery carries. */
  readonly marker?: string;
  readonly incident?: string;
  /** Of a decision: the action that it is about, and what was pressed. */
  readonly action?: string;
  readonly pressed?: string;
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
  /** Declarations that were accepted, joined ones included. */
  declared(): number;
  /** Actions whose confirmation was accepted. */
  confirmed(): number;
  write(entry: Omit<Entry, 'told' | 'formOpened'>): Entry;
  replayed(of: Entry, again: Delivery): void;
  marker(): string;
}

const request = actionIds.move('request');

export function openLedger(slackTellsNow: () => number = Date.now): Ledger {
  const entries: Entry[] = [];
  const replays: { of: Entry; again: Delivery }[] = [];
  const confirmed = new Set<string>();
  let markers = 0;
  let declared = 0;
  return {
    entries,
    replays,
    declared: () => declared,
    confirmed: () => confirmed.size,
    write(fresh) {
      const entry: Entry = { ...fresh, told: toldBy(fresh.delivery), formOpened: false };
      entries.push(entry);
      if (entry.told !== 'accepted') return entry;
      if (entry.what === 'declare') declared += 1;
      if (entry.what === 'decide' && entry.pressed === request && entry.action !== undefined)
        confirmed.add(entry.action);
      return entry;
    },
    replayed: (of, again) => void replays.push({ of, again }),
    marker() {
      markers += 1;
      return `rig-${slackTellsNow().toString(36)}-${markers}x`;
    },
  };
}

/** A click that was not stored is told by a message before it is acknowledged; sent again it would be a first time. */
export function countsAsRepeat({ told, how, delivery }: Entry): boolean {
  return told === 'accepted' && !(how === 'click' && delivery.answers() > 0);
}

function toldBy({ outcome, body }: Delivery): Told {
  if (outcome !== 'ok') return 'nothing';
  if (body.includes(notAccepted)) return 'not accepted';
  if ([notCertain, formProblemOf('uncertain') ?? notCertain].some((said) => body.includes(said))) return 'not certain';
  if (body.includes('"response_action":"errors"')) return 'form errors';
  return body.includes('"response_type":"ephemeral"') ? 'looked' : 'accepted';
}
