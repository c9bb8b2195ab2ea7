// The Events API: envelopes to the subscribed app, with Slack's three retries.
import { sendToApp, sign } from './app-requests.ts';
import { defaultEvents } from './defaults.ts';
import type { FaultBook } from './faults.ts';
import type { SlackObject } from './records.ts';
import { secret, type WorkspaceState } from './state.ts';

type Event = SlackObject & { readonly type: string };

interface EventQueue {
  /** Delivers when the app subscribed and may see it; resolves after the first attempt. */
  raise(event: Event): Promise<void>;
  settled(): Promise<void>;
  stop(): void;
}

/** Slack retries at once, after one minute and after five (https://docs.slack.dev/apis/events-api#retries). */
const slackRetryDelaysMs = [0, 60_000, 300_000];

export function createEventQueue(state: WorkspaceState, faults: FaultBook): EventQueue {
  const subscribed = new Set(state.options.events ?? defaultEvents);
  const delays = state.options.eventRetryDelaysMs ?? slackRetryDelaysMs;
  const underway = new Set<Promise<unknown>>();
  const waiting = new Set<{ readonly timer: NodeJS.Timeout; readonly skip: () => void }>();
  let stopped = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const entry = { timer: setTimeout(done, ms), skip: done };
      function done(): void {
        clearTimeout(entry.timer);
        waiting.delete(entry);
        resolve();
      }
      waiting.add(entry);
    });

  async function attempt(body: string, retry: number, reason: string): Promise<string | undefined> {
    if (state.socket.isOn()) return attemptOverSocket(body, retry, reason);
    const headers = retry === 0 ? {} : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': reason };
    const answer = await sendToApp(state, sign(state, faults, body, 'application/json', headers));
    if (answer.status >= 200 && answer.status < 300) return undefined;
    if (answer.headers['x-slack-no-retry'] === '1') return undefined;
    if (answer.outcome === 'operation_timeout') return 'http_timeout';
    return answer.status === 0 ? 'connection_failed' : 'http_error';
  }

  async function attemptOverSocket(body: string, attempt: number, reason: string): Promise<string | undefined> {
    const payload = JSON.parse(body) as SlackObject;
    const { outcome } = await state.socket.send({ type: 'events_api', payload, retry: { attempt, reason } });
    return outcome === 'ok' ? undefined : 'timeout';
  }

  async function retryLater(body: string, firstReason: string): Promise<void> {
    let reason: string | undefined = firstReason;
    for (const [index, delay] of delays.entries()) {
      await pause(delay);
      if (stopped || reason === undefined) return;
      reason = await attempt(body, index + 1, reason);
    }
  }

  function track<Result>(work: Promise<Result>): Promise<Result> {
    underway.add(work);
    const forget = (): boolean => underway.delete(work);
    void work.then(forget, forget);
    return work;
  }

  return {
    async raise(event) {
      if (stopped || !isReachable(state) || !wanted(state, subscribed, event)) return;
      const body = JSON.stringify(envelope(state, event));
      const reason = await track(attempt(body, 0, ''));
      if (reason !== undefined) void track(retryLater(body, reason));
    },
    async settled() {
      while (underway.size > 0) await Promise.allSettled([...underway]);
    },
    stop() {
      stopped = true;
      for (const one of [...waiting]) one.skip();
    },
  };
}

const isReachable = (state: WorkspaceState): boolean => state.socket.isOn() || state.requestUrl !== undefined;

const scopeOf: { readonly [event: string]: string } = {
  app_mention: 'app_mentions:read',
  channel_archive: 'channels:read',
  member_joined_channel: 'channels:read',
  reaction_added: 'reactions:read',
};

/** Subscribed, scope granted, and the bot is where it happened. Messages are subscribed per kind of channel. */
function wanted(state: WorkspaceState, subscribed: ReadonlySet<string>, event: Event): boolean {
  const name = event.type === 'message' ? messageSubscription(event) : event.type;
  const scope = event.type === 'message' ? messageScope(event) : scopeOf[event.type];
  if (!subscribed.has(name) || (scope !== undefined && !state.app.scopes.has(scope))) return false;
  const item = event.item as { readonly channel?: string } | undefined;
  const channel = state.channels.get(String(event.channel ?? item?.channel));
  return channel === undefined || channel.members.has(state.app.botUserId);
}

const plural: { readonly [kind: string]: string } = { channel: 'channels', group: 'groups' };
const messageSubscription = (event: Event): string =>
  `message.${plural[String(event.channel_type)] ?? event.channel_type}`;
const messageScope = (event: Event): string => `${plural[String(event.channel_type)] ?? event.channel_type}:history`;

function envelope(state: WorkspaceState, event: Event): SlackObject {
  const { team, app } = state;
  return {
    token: 'deprecated',
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event: { event_ts: state.nextTs(), ...event },
    type: 'event_callback',
    event_id: state.newId('Ev'),
    event_time: Math.floor(state.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${secret(16)}`,
  };
}
