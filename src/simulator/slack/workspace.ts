// A strict, stateful pretend Slack workspace on loopback: the Web API, the people, and signed deliveries to the app.
import type { PretendFaults } from './faults.ts';
import type { PeopleActions } from './people.ts';
import type {
  PretendCanvas,
  PretendChannel,
  PretendFile,
  PretendGroup,
  PretendMessage,
  PretendPerson,
  PretendView,
  RecordedCall,
  WorkspaceChange,
} from './records.ts';
import { type Mount, serveWorkspace } from './server.ts';
import type { SocketLife } from './socket-connection.ts';
import type { PretendSocketMode } from './socket-mode.ts';

export type * from './records.ts';

export interface PretendSlackOptions {
  readonly botToken?: string;
  readonly signingSecret?: string;
  readonly appToken?: string;
  /** Scopes of the app-level token; default `connections:write`. */
  readonly appScopes?: readonly string[];
  /** Present: Socket Mode is on from the start, with connections that live like this. */
  readonly socketMode?: SocketLife;
  /** Where commands, interactivity and events are POSTed; `deliverTo` sets it later. */
  readonly requestUrl?: string;
  /** The bot's granted scopes; default `defaultScopes`. */
  readonly scopes?: readonly string[];
  /** Records hygiene findings; default true. What Slack refuses is refused either way. */
  readonly strict?: boolean;
  /** `slack` (default): the floors of Slack's tiers; `generous`: no limit. */
  readonly rateLimits?: 'slack' | 'generous';
  readonly people?: readonly PretendPerson[];
  readonly groups?: readonly PretendGroup[];
  /** Channels that exist from the start; default #general and #incidents, the bot being a member of #incidents. */
  readonly channels?: readonly StartingChannel[];
  /** The workspace's clock in ms: message ts, trigger expiry, rate limits. Default: the machine's. */
  readonly now?: () => number;
  /** The clock of request signatures in ms; the app compares it with the machine's clock. Default: the machine's. */
  readonly signatureNow?: () => number;
  /** Bot events the app subscribed to; default `defaultEvents`. */
  readonly events?: readonly string[];
  /** Waits before each redelivery of an unanswered event; Slack's: 0, 1 min, 5 min. */
  readonly eventRetryDelaysMs?: readonly number[];
  /** Hosts from which Slack could download the image of an image block; default none. */
  readonly reachableImageHosts?: readonly string[];
  /** How many calls still answer `channel_not_found` after a create, `user_not_in_channel` after an invite. */
  readonly eventualConsistency?: { readonly afterCreate?: number; readonly afterInvite?: number };
  /** How long an uploaded file stays unusable in `slack_file` after it was completed; default 0. */
  readonly fileProcessingMs?: number;
  /** Port to listen on; default a free one. */
  readonly port?: number;
}

export interface StartingChannel {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly isPrivate?: boolean;
  readonly botIsMember?: boolean;
}

/** The pretend workspace. Channels and people are named by id or by name (`rita`, `U0RITA`, `#incidents`). */
export interface PretendSlack extends PeopleActions {
  /** `http://127.0.0.1:PORT`; the Web API is at `${url}/api/`. */
  readonly url: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly appToken: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly teamId: string;
  readonly appId: string;
  deliverTo(requestUrl: string): void;

  channels(): readonly PretendChannel[];
  /** @throws when there is no such channel */
  channel(nameOrId: string): PretendChannel;
  /** Top level, oldest first, system messages included (those have `subtype`). */
  messages(channel: string): readonly PretendMessage[];
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): readonly PretendMessage[];
  ephemerals(user: string): readonly PretendMessage[];
  /** Top of that person's stack of modals. */
  openView(user: string): PretendView | undefined;
  home(user: string): PretendView | undefined;
  files(): readonly PretendFile[];
  fileBytes(id: string): Uint8Array;
  canvases(): readonly PretendCanvas[];
  /** Every Web API call, oldest first. */
  calls(method?: string): readonly RecordedCall[];
  /** Hygiene findings: what Slack lets pass but people or rate limits would not forgive. Empty when all is well. */
  readonly findings: readonly string[];

  readonly faults: PretendFaults;
  readonly socketMode: PretendSocketMode;
  /** @returns a function that ends the listening */
  on(listener: (change: WorkspaceChange) => void): () => void;
  /** All that the page of that person shows, as JSON. */
  snapshot(user: string): object;
  /** Offers requests outside the workspace's own paths to a handler; it returns true when it takes one. */
  mount(handler: Mount): void;
  /** Resolves when no delivery of an event is under way any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a workspace on a loopback port. Stop it when done: `await slack.stop()`. */
export async function startPretendSlack(options: PretendSlackOptions = {}): Promise<PretendSlack> {
  return serveWorkspace(options);
}
