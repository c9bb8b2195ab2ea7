// One Socket Mode connection as Slack's end sees it: hello, pings both ways, the announced end, and what networks do to it.
import type { WebSocket } from 'ws';
import type { SlackObject } from './records.ts';

export interface SocketLife {
  /** How long a connection lives until Slack refreshes it; Slack's is an hour and more. */
  readonly lifeMs?: number;
  /** How long before the refresh the `warning` comes; Slack's: about 10 s. */
  readonly warningMs?: number;
  /** How long after `refresh_requested` the connection is closed; it gets no new envelopes meanwhile. */
  readonly closeAfterMs?: number;
  readonly pingEveryMs?: number;
}

/** What a test or the page sees of a connection, and can do to it. */
export interface SocketConnection {
  /** Counts from 1 in the workspace. */
  readonly id: number;
  /** `leaving`: told to reconnect, about to be closed. `stalled`: nothing answers although TCP stays. */
  readonly state: 'open' | 'leaving' | 'stalled' | 'closed';
  /** Slack's routine, now: `warning`, `refresh_requested`, close. Resolves when it is closed. */
  refresh(): Promise<void>;
  /** `disconnect` with this reason at once, then close. */
  dismiss(reason: string): void;
  /** The network breaks: no close frame, the TCP connection is gone. */
  cut(): void;
  /** Half open: nothing is read or sent any more, and nobody is told. */
  stall(): void;
}

export interface ServedConnection extends SocketConnection {
  send(frame: SlackObject): void;
}

const slackLife = { lifeMs: 3_600_000, warningMs: 10_000, closeAfterMs: 1_000, pingEveryMs: 10_000 };

/** Says hello on a new WebSocket and keeps it by Slack's rules until it is closed. */
export function serveConnection(
  socket: WebSocket,
  given: {
    readonly id: number;
    readonly life: SocketLife;
    readonly hello: SlackObject;
    /** Every frame goes out so much later. */
    readonly delayMs: () => number;
    readonly onFrame: (text: string, from: ServedConnection) => void;
    /** The state changed. */
    readonly onChange: (connection: ServedConnection) => void;
  },
): ServedConnection {
  const life = { ...slackLife, ...given.life };
  const timers = new Set<NodeJS.Timeout>();
  const closed = Promise.withResolvers<void>();
  let state: SocketConnection['state'] = 'open';
  let answered = true;

  const become = (next: SocketConnection['state']): void => {
    if (state === next || state === 'closed') return;
    state = next;
    given.onChange(connection);
  };
  const later = (ms: number, what: () => void): void => {
    timers.add(setTimeout(what, ms).unref());
  };
  const write = (text: string): void => {
    if (state !== 'stalled' && socket.readyState === socket.OPEN) socket.send(text);
  };
  const leave = (reason: string): void => {
    connection.send({ type: 'disconnect', reason, debug_info: { host: 'applink-pretend' } });
    if (state !== 'stalled') become('leaving');
    later(life.closeAfterMs, () => socket.close());
  };
  const warn = (): void => {
    connection.send({ type: 'disconnect', reason: 'warning', debug_info: { host: 'applink-pretend' } });
    later(life.warningMs, () => leave('refresh_requested'));
  };
  const ping = (): void => {
    // A peer that does not answer is gone; of a stalled one nothing can be heard.
    if (!answered) socket.terminate();
    else if (state !== 'stalled') socket.ping();
    answered = false;
  };

  const connection: ServedConnection = {
    id: given.id,
    get state() {
      return state;
    },
    send(frame) {
      const text = JSON.stringify(frame);
      const ms = given.delayMs();
      if (ms === 0) write(text);
      else later(ms, () => write(text));
    },
    refresh() {
      warn();
      return closed.promise;
    },
    dismiss: leave,
    cut: () => socket.terminate(),
    stall() {
      become('stalled');
      socket.pause();
    },
  };

  socket.on('message', (data) => given.onFrame(String(data), connection));
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    for (const timer of timers) clearTimeout(timer);
    clearInterval(pinging);
    become('closed');
    closed.resolve();
  });
  const pinging = setInterval(ping, life.pingEveryMs).unref();
  later(Math.max(0, life.lifeMs - life.warningMs), warn);
  connection.send(given.hello);
  return connection;
}
