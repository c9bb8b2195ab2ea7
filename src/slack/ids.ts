// The names that Slack hands back to us: actions, modals, inputs, and what we remember of our own messages.

import type { Move } from '../response/actions/action-view.ts';
import type { Intent } from '../response/views.ts';

const prefix = 'acgs.';

/** The intents of the card, also the closed list against which a click is checked. */
export const intents = [
  'acknowledge',
  'recheck',
  'resolve',
  'take-command',
  'note',
  'false-alarm',
  'reopen',
  'redraft',
] as const satisfies readonly Intent[];

export const actionIds = {
  intent: (intent: Intent): string => `${prefix}${intent}`,
  /** The overflow menu of the card. */
  more: `${prefix}more`,
  acceptGap: `${prefix}accept-gap`,
  /** The message shortcut; manifest.yml names it too. */
  addToIncident: `${prefix}add-to-incident`,
  /** Something that may happen to one action; the value is the action's opaque id. */
  move: (move: Move): string => `${prefix}action.${move}`,
  /** Begins an action of the runbook: `INC-1 scale-out`. */
  propose: `${prefix}propose`,
  /** The list of all actions. */
  choose: `${prefix}choose`,
  /** A button that only opens an address; Slack reports its click all the same. */
  open: `${prefix}open`,
} as const;

export const modalIds = {
  resolve: `${prefix}resolve`,
  falseAlarm: `${prefix}false-alarm`,
  reopen: `${prefix}reopen`,
  note: `${prefix}note`,
  acceptGap: `${prefix}accept-gap`,
  requestAction: `${prefix}request-action`,
  keepAction: `${prefix}keep-action`,
  chooseAction: `${prefix}choose-action`,
} as const;

/** Inputs of the modals: block_id and action_id are the same word. */
export const fieldIds = {
  reason: 'reason',
  text: 'text',
  when: 'when',
  gap: 'gap',
  until: 'until',
  typed: 'typed',
  action: 'action',
} as const;

/** Keys of face references. `channel` also answers which incident a channel belongs to. */
export const refKeys = {
  channel: 'channel',
  /** The channel, once it can no longer be used; `channel` keeps telling whose it was. */
  lostRoom: 'lost-room',
  card: 'card',
  announcement: 'announcement',
  /** The message of a review or of an action. */
  message: 'message',
  /** The direct messages that ask for an approval. */
  asked: 'asked',
  /** That an answer was given; what is left of its row is the file with the whole of it. */
  answered: 'answered',
  /** Messages of an action that nobody remembered until a button of theirs was pressed: a key each, so that two people at once add both. */
  found: 'found:',
  /** Digest of what a message shows, so that an edit that changes nothing costs no call. */
  drawn: (key: string): string => `drawn:${key}`,
  /** An uploaded file, by the evidence it shows. */
  file: (evidence: string): string => `file:${evidence}`,
} as const;

/** Kept in place of a channel: this incident was set up without one, and stays so when the configuration changes. */
export const noRoom = 'none';

/** Metadata of every post, by which an ambiguous one is found again. */
export const outboxEvent = 'acgs_outbox';

/** `resolve INC-42`: an entry of the overflow menu. */
export function menuValue(intent: Intent, incident: string): string {
  return `${intent} ${incident}`;
}

export function readMenuValue(value: string): { readonly intent: Intent; readonly incident: string } | undefined {
  const [word, incident] = value.split(' ', 2);
  const intent = intents.find((known) => known === word);
  return intent === undefined || incident === undefined ? undefined : { intent, incident };
}

/** Where a message of ours stands. */
export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}

export function writeRef(ref: MessageRef): string {
  return `${ref.channel}/${ref.ts}`;
}

export function readRef(value: string | undefined): MessageRef | undefined {
  const [channel, ts] = value?.split('/', 2) ?? [];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}
