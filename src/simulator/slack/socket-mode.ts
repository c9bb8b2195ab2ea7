// Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode): tickets, at most ten connections, each payload over any one of them.
import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { AppAnswer } from './app-requests.ts';
import type { FaultBook } from './faults.ts';
import { type ServedConnection, type SocketConnection, type SocketLife, serveConnection } from './socket-connection.ts';
import { createEnvelopeDesk, type Envelope } from './socket-envelopes.ts';
import { secret, type WorkspaceState } from './state.ts';

export interface SocketFaults {
  /** Tickets are still given, but nobody gets through with one. */
  readonly refused: boolean;
  /** Every frame to the app is late by so much. */
  readonly delayMs: number;
  /** Each envelope goes over all connections at once instead of one. */
  readonly doubled: boolean;
  /** So many of the ten connections are held by others with the same token. */
  readonly occupied: number;
}

/** The switch of the app's settings and the faults of its connections. */
export interface PretendSocketMode {
  /** On: nothing is delivered over HTTP any more. Off: every connection is told `link_disabled` and closed. */
  turn(on: boolean): void;
  isOn(): boolean;
  /** Oldest first, without the closed ones. */
  connections(): readonly SocketConnection[];
  /** How many were opened since the start. */
  opened(): number;
  /** Changes faults from now on; the others stay as they are. */
  suffer(faults: Partial<SocketFaults>): void;
  /** Changes the life of connections that are opened from now on. */
  live(life: SocketLife): void;
  /** Spans in ms without a connection that could take an envelope, since the first hello; one that lasts is counted up to now. */
  gaps(): readonly number[];
}

/** What the rest of the workspace uses. */
export interface SocketTransport {
  isOn(): boolean;
  /** The address for `apps.connections.open`, good for one connection. */
  issueUrl(): string;
  send(envelope: Envelope): Promise<AppAnswer>;
}

export interface SocketModeServer {
  readonly transport: SocketTransport;
  readonly controls: PretendSocketMode;
  /** For the HTTP server's `upgrade`. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  stop(): void;
}

/** https://docs.slack.dev/apis/events-api/using-socket-mode#connections */
const mostConnections = 10;
/** Slack names no time; short, so that nobody keeps tickets. */
const ticketLifeMs = 30_000;

export function createSocketMode(state: WorkspaceState, faults: FaultBook): SocketModeServer {
  const sockets = new WebSocketServer({ noServer: true });
  const envelopes = createEnvelopeDesk((text) => state.finding(text));
  const tickets = new Map<string, number>();
  const gaps: number[] = [];
  let connections: ServedConnection[] = [];
  let on = state.options.socketMode !== undefined;
  let life = state.options.socketMode ?? {};
  let ills: SocketFaults = { refused: false, delayMs: 0, doubled: false, occupied: 0 };
  let opened = 0;
  let gapSince: number | undefined;

  /** A stalled one is chosen like any other: Slack does not know yet. */
  const reachable = () => connections.filter((one) => one.state === 'open' || one.state === 'stalled');

  const noteGap = (): void => {
    const isLive = connections.some((one) => one.state === 'open');
    if (!isLive) gapSince ??= performance.now();
    else if (gapSince !== undefined) {
      gaps.push(Math.round(performance.now() - gapSince));
      gapSince = undefined;
    }
  };

  const takeTicket = (url: URL): boolean => {
    const ticket = url.searchParams.get('ticket') ?? '';
    const issuedAt = tickets.get(ticket);
    tickets.delete(ticket);
    return issuedAt !== undefined && performance.now() - issuedAt < ticketLifeMs;
  };

  const turnedAway = (): string | undefined => {
    if (!on) return 'link_disabled';
    return connections.length + ills.occupied >= mostConnections ? 'too_many_websockets' : undefined;
  };

  const hello = () => ({
    type: 'hello',
    num_connections: connections.length + 1 + ills.occupied,
    connection_info: { app_id: state.app.id },
    debug_info: {
      host: 'applink-pretend',
      build_number: 1,
      approximate_connection_time: (life.lifeMs ?? 3_600_000) / 1_000,
    },
  });

  return {
    transport: {
      isOn: () => on,
      issueUrl() {
        const ticket = secret(32);
        tickets.set(ticket, performance.now());
        return `${state.url.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${state.app.id}`;
      },
      send(envelope) {
        const able = reachable();
        const one = able.length === 0 ? undefined : able[randomInt(able.length)];
        return envelopes.send(envelope, ills.doubled || one === undefined ? able : [one]);
      },
    },

    controls: {
      turn(next) {
        on = next;
        if (!on) for (const one of connections) one.dismiss('link_disabled');
      },
      isOn: () => on,
      connections: () => connections,
      opened: () => opened,
      suffer(changes) {
        ills = { ...ills, ...changes };
      },
      live(next) {
        life = next;
      },
      gaps: () => (gapSince === undefined ? gaps : [...gaps, Math.round(performance.now() - gapSince)]),
    },

    upgrade(request, stream, head) {
      const url = new URL(request.url ?? '/', state.url);
      if (faults.isDown() || ills.refused) return void stream.destroy();
      if (url.pathname !== '/link/' || !takeTicket(url)) {
        return void stream.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      }
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const reason = turnedAway();
        if (reason !== undefined) {
          socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-pretend' } }));
          return socket.close();
        }
        opened += 1;
        const connection = serveConnection(socket, {
          id: opened,
          life,
          hello: hello(),
          delayMs: () => ills.delayMs,
          onFrame: envelopes.receive,
          onChange(changed) {
            if (changed.state === 'closed') {
              connections = connections.filter((one) => one !== changed);
              envelopes.lost(changed);
            }
            noteGap();
          },
        });
        connections = [...connections, connection];
        noteGap();
      });
    },

    stop() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
