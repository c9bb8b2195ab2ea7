// What a pretend Slack workspace holds and shows: people, channels, messages, views, files.

/** A block, element or composition object as it came over the wire. */
export type SlackObject = { readonly [property: string]: unknown };

export interface PretendPerson {
  readonly id: string;
  readonly name: string;
  readonly realName?: string;
  readonly email?: string;
  readonly title?: string;
  readonly tz?: string;
  readonly isRestricted?: boolean;
  readonly isBot?: boolean;
  /** The workspace of the account, when it is another one: a person of a shared channel. */
  readonly teamId?: string;
  readonly deleted?: boolean;
}

export interface PretendGroup {
  readonly id: string;
  readonly handle: string;
  readonly users: readonly string[];
}

/** Messages are never changed in place: an edit stores a new object, so what a test took stays what it was. */
export interface PretendMessage {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly SlackObject[];
  readonly attachments?: readonly SlackObject[];
  /** Set for system messages (`channel_join`, `channel_topic`, `pinned_item`, …), tombstones and file shares. */
  readonly subtype?: string;
  readonly botId?: string;
  /** The parent's ts; present on replies and on a parent that has replies. */
  readonly threadTs?: string;
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly files: readonly string[];
  readonly metadata?: { readonly event_type: string; readonly event_payload: SlackObject };
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  /** The only person who sees it. */
  readonly ephemeralFor?: string;
  readonly broadcast?: boolean;
}

export interface PretendBookmark {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  readonly emoji?: string;
}

export interface PretendChannel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly purpose: string;
  readonly isArchived: boolean;
  readonly isPrivate: boolean;
  readonly isIm: boolean;
  readonly creator: string;
  readonly members: readonly string[];
  /** ts of the pinned messages, oldest pin first. */
  readonly pins: readonly string[];
  readonly bookmarks: readonly PretendBookmark[];
  /** Every message with its replies, oldest first. */
  readonly messages: readonly PretendMessage[];
}

/** The mutable record behind a PretendChannel. */
export interface ChannelRecord {
  readonly id: string;
  name: string;
  topic: string;
  purpose: string;
  isArchived: boolean;
  readonly isPrivate: boolean;
  /** The person at the other end of a direct message with the bot. */
  readonly im?: string;
  readonly creator: string;
  readonly createdAt: number;
  readonly members: Set<string>;
  readonly pins: string[];
  bookmarks: PretendBookmark[];
  messages: PretendMessage[];
  /** How many more calls answer as if the channel did not exist yet (Slack is eventually consistent). */
  callsUntilVisible: number;
  readonly callsUntilMember: Map<string, number>;
}

export interface PretendView {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  readonly title: string;
  readonly callbackId: string;
  readonly externalId: string;
  readonly privateMetadata: string;
  readonly hash: string;
  readonly rootViewId: string;
  readonly previousViewId?: string;
  readonly blocks: readonly SlackObject[];
  /** The view as the app sent it, with generated block ids. */
  readonly source: SlackObject;
  /** What the person has entered so far: block_id → action_id → value object. */
  readonly entered: { readonly [blockId: string]: { readonly [actionId: string]: SlackObject } };
  /** Error under each input after a refused submission. */
  readonly errors: { readonly [blockId: string]: string };
}

export interface PretendFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
  readonly createdAt: number;
  /** Channels and messages that show the file; empty when it was only uploaded for a block. */
  readonly shares: readonly { readonly channel: string; readonly ts: string }[];
}

export interface PretendCanvas {
  readonly id: string;
  readonly title: string;
  readonly markdown: string;
  readonly channel?: string;
}

/** One Web API call as the workspace saw it. `error` is Slack's code, or `fault: …` for an injected fault. */
export interface RecordedCall {
  readonly method: string;
  readonly args: SlackObject;
  /** Milliseconds since the epoch, on the workspace's clock. */
  readonly at: number;
  readonly ok: boolean;
  readonly error?: string;
}

/** What came of one signed request to the app. */
export interface Delivery {
  readonly kind:
    | 'command'
    | 'block_actions'
    | 'view_submission'
    | 'view_closed'
    | 'shortcut'
    | 'message_action'
    | 'event';
  /** 0 when the app did not answer. */
  readonly status: number;
  readonly ackMs: number;
  readonly body: string;
  /** What the person sees: nothing wrong, Slack's `operation_timeout` (no answer in 3 s) or `dispatch_failed`. */
  readonly outcome: 'ok' | 'operation_timeout' | 'dispatch_failed';
  readonly triggerId?: string;
  /** How many messages the app has posted through this delivery's response URL so far; 0 where Slack hands out none. */
  readonly answers: () => number;
  /** The texts of those messages; of an acknowledgement's own message it is empty. */
  readonly said: () => readonly string[];
  /** Errors shown under the inputs of a modal, by block_id. */
  readonly errors?: { readonly [blockId: string]: string };
  /** Why Slack could not use the app's answer, in its words. */
  readonly problem?: string;
  /** Sends the very same again, over HTTP the same signed bytes, as an attacker or a broken proxy would; the answer is shown to nobody. */
  replay(): Promise<Delivery>;
}

/** A change of the workspace, told to whoever draws it. */
export interface WorkspaceChange {
  readonly kind: 'message' | 'ephemeral' | 'channel' | 'view' | 'home' | 'file' | 'canvas' | 'delivery' | 'finding';
  readonly [detail: string]: unknown;
}
