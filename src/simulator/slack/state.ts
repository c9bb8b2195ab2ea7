// The one mutable state of a pretend workspace: who and what is there, its clock, its ids, and who is told of changes.
import { randomBytes } from 'node:crypto';
import { defaultChannels, defaultGroups, defaultPeople, defaultScopes } from './defaults.ts';
import type {
  ChannelRecord,
  PretendCanvas,
  PretendFile,
  PretendGroup,
  PretendMessage,
  PretendPerson,
  PretendView,
  RecordedCall,
  SlackObject,
  WorkspaceChange,
} from './records.ts';
import type { SocketTransport } from './socket-mode.ts';
import type { PretendSlackOptions } from './workspace.ts';

interface UploadTicket {
  readonly fileId: string;
  readonly filename: string;
  readonly length: number;
  used: boolean;
}

export interface FileRecord {
  file: PretendFile;
  readonly bytes: Uint8Array;
  completed: boolean;
  /** From when on blocks may show it. */
  usableAt: number;
}

export interface ResponseUrl {
  readonly path: string;
  readonly user: string;
  readonly channel: string;
  readonly issuedAt: number;
  /** The message whose element was clicked, or the last one posted through this URL. */
  target: { readonly ts: string; readonly ephemeral: boolean } | undefined;
  uses: number;
  /** The texts that the app has posted through it. */
  readonly said: string[];
}

export interface Trigger {
  readonly user: string;
  readonly issuedAt: number;
  /** The view in which the person acted; `views.push` stacks on it. */
  readonly viewId?: string;
  used: boolean;
}

export interface WorkspaceState {
  readonly url: string;
  readonly options: PretendSlackOptions;
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly app: {
    readonly id: string;
    readonly botId: string;
    readonly botUserId: string;
    readonly name: string;
    readonly token: string;
    readonly signingSecret: string;
    readonly scopes: ReadonlySet<string>;
    /** The app-level token, with scopes of its own. */
    readonly appToken: string;
    readonly appScopes: readonly string[];
  };
  requestUrl: string | undefined;
  readonly people: Map<string, PretendPerson>;
  readonly groups: Map<string, PretendGroup>;
  readonly channels: Map<string, ChannelRecord>;
  ephemerals: PretendMessage[];
  readonly views: Map<string, PretendView>;
  /** Open modals of each person, the top one last. */
  readonly stacks: Map<string, string[]>;
  readonly homes: Map<string, string>;
  readonly tickets: Map<string, UploadTicket>;
  readonly files: Map<string, FileRecord>;
  readonly canvases: Map<string, PretendCanvas>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly calls: RecordedCall[];
  readonly findings: string[];
  readonly listeners: Set<(change: WorkspaceChange) => void>;
  /** Socket Mode; off unless the options say otherwise. */
  socket: SocketTransport;
  /** Hands an event to the Events API; resolves when its first delivery is over. */
  raise: (event: SlackObject & { readonly type: string }) => Promise<void>;
  now(): number;
  /** A message ts: unique and increasing in the whole workspace. */
  nextTs(): string;
  newId(prefix: string): string;
  emit(change: WorkspaceChange): void;
  finding(text: string): void;
}

/** Stands in until the workspace is composed. */
const noSocket: SocketTransport = {
  isOn: () => false,
  issueUrl: () => '',
  send: async () => ({ status: 0, ackMs: 0, body: '', headers: {}, outcome: 'dispatch_failed' }),
};

export function createState(options: PretendSlackOptions, url: string): WorkspaceState {
  const people = options.people ?? defaultPeople;
  const now = options.now ?? Date.now;
  const app = {
    id: 'A0ACGSAPP',
    botId: 'B0ACGSBOT',
    botUserId: 'U0ACGSBOT',
    name: 'acgs',
    token: options.botToken ?? 'xoxb-pretend',
    signingSecret: options.signingSecret ?? 'pretend-signing-secret',
    scopes: new Set(options.scopes ?? defaultScopes),
    appToken: options.appToken ?? 'xapp-pretend',
    appScopes: options.appScopes ?? ['connections:write'],
  };
  const bot: PretendPerson = { id: app.botUserId, name: app.name, realName: 'ACGS Incident', isBot: true };
  let lastMicros = 0;
  let ids = 0;
  const state: WorkspaceState = {
    url,
    options,
    team: { id: 'T0PRETEND', name: 'Pretend', domain: 'pretend' },
    app,
    requestUrl: options.requestUrl,
    people: new Map([...people, bot].map((person) => [person.id, person])),
    groups: new Map((options.groups ?? defaultGroups).map((group) => [group.id, group])),
    channels: new Map(),
    ephemerals: [],
    views: new Map(),
    stacks: new Map(),
    homes: new Map(),
    tickets: new Map(),
    files: new Map(),
    canvases: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    calls: [],
    findings: [],
    listeners: new Set(),
    socket: noSocket,
    raise: async () => {},
    now,
    nextTs() {
      lastMicros = Math.max(Math.floor(now()) * 1000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
    },
    newId(prefix) {
      ids += 1;
      return `${prefix}0${ids.toString(36).toUpperCase().padStart(8, '0')}`;
    },
    emit(change) {
      for (const listener of state.listeners) listener(change);
    },
    finding(text) {
      if (options.strict === false || state.findings.includes(text)) return;
      state.findings.push(text);
      state.emit({ kind: 'finding', text });
    },
  };
  for (const channel of options.channels ?? defaultChannels(people)) {
    const members = [...channel.members, ...(channel.botIsMember ? [app.botUserId] : [])];
    addChannel(state, { ...channel, members, creator: channel.members[0] ?? app.botUserId });
  }
  return state;
}

/** Puts a new channel or direct message in place; who posts about it is the caller's business. */
export function addChannel(
  state: WorkspaceState,
  channel: {
    readonly id: string;
    readonly name: string;
    readonly members: readonly string[];
    readonly creator: string;
    readonly isPrivate?: boolean;
    readonly im?: string;
  },
): ChannelRecord {
  const record: ChannelRecord = {
    id: channel.id,
    name: channel.name,
    topic: '',
    purpose: '',
    isArchived: false,
    isPrivate: channel.isPrivate ?? false,
    ...(channel.im === undefined ? {} : { im: channel.im }),
    creator: channel.creator,
    createdAt: state.now(),
    members: new Set(channel.members),
    pins: [],
    bookmarks: [],
    messages: [],
    callsUntilVisible: 0,
    callsUntilMember: new Map(),
  };
  state.channels.set(record.id, record);
  return record;
}

/** Random text of Slack's alphabets for things that nobody may guess: trigger ids, response URLs, block ids, hashes. */
export function secret(length: number): string {
  return randomBytes(length).toString('hex').slice(0, length);
}

/** @throws when nobody has that id or name: the test or page asked for the wrong person */
export function personNamed(state: WorkspaceState, who: string): PretendPerson {
  const wanted = who.replace(/^@/, '');
  const found = state.people.get(wanted) ?? [...state.people.values()].find((person) => person.name === wanted);
  if (found) return found;
  const known = [...state.people.values()].map((person) => `${person.name} (${person.id})`).join(', ');
  throw new Error(`nobody is called "${who}" in this workspace; there are ${known}`);
}

/** @throws when there is no such channel: the test or page asked for the wrong one */
export function channelNamed(state: WorkspaceState, nameOrId: string): ChannelRecord {
  const wanted = nameOrId.replace(/^#/, '');
  const found = state.channels.get(wanted) ?? [...state.channels.values()].find((channel) => channel.name === wanted);
  if (found) return found;
  const known = [...state.channels.values()].map((channel) => `#${channel.name} (${channel.id})`).join(', ');
  throw new Error(`no channel "${nameOrId}" in this workspace; there are ${known}`);
}
