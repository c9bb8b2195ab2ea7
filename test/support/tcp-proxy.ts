// A TCP proxy on loopback in front of any server, with faults to switch on and off while connections are open.

import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What may go wrong with the bytes of one direction. Counted and matched for each connection by itself. */
export interface FlowFault {
  /** Nothing flows while TCP stays up (half-open); what was held flows when the fault is gone. */
  readonly pause?: boolean;
  /** One byte in so many milliseconds. */
  readonly trickleMs?: number;
  /** Every piece comes so many milliseconds later. */
  readonly delayMs?: number;
  /** The lowest bit of every nth byte is flipped. */
  readonly corruptEvery?: number;
  /** So many bytes pass, then the connection is cut. */
  readonly cutAfterBytes?: number;
  /** The connection is cut when this text has passed, in whatever pieces it came. */
  readonly cutAt?: string;
}

export interface ProxyFaults {
  /** New connections: `refuse` closes the port; `hang` accepts, and the server never hears of it, not even later. */
  readonly connections?: 'refuse' | 'hang';
  /** Only the first so many new connections meet the faults of the flow and of the answer; absent: all, and open ones too. */
  readonly first?: number;
  /** More connections than this at once are cut as they come. */
  readonly atMost?: number;
  readonly toServer?: FlowFault;
  readonly toClient?: FlowFault;
  /** When this text has gone to the server and the server has answered, the answer is dropped and the connection cut. */
  readonly loseAnswerTo?: string;
}

export interface Passed {
  readonly bytes: number;
  /** The latest bytes (1 MB at most), one character a byte. */
  readonly text: string;
}

export interface TcpProxy {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** These faults and no others from now on, on open connections too; `{}` heals. */
  set(faults: ProxyFaults): Promise<void>;
  /** Cuts (RST) every open connection now. */
  cut(): void;
  /** Connections that were accepted so far. */
  readonly accepted: number;
  /** Connections that are open now. */
  readonly open: number;
  /** What went through to the server. */
  readonly toServer: Passed;
  /** What went through to clients. */
  readonly toClient: Passed;
  stop(): Promise<void>;
}

type Direction = 'toServer' | 'toClient';

interface Pair {
  readonly client: Socket;
  readonly server: Socket | undefined;
  /** Number of this connection since the faults were set; 0: it was open before. */
  number: number;
  answerIsLost: boolean;
}

const keptBytes = 1_000_000;
// Below the range from which systems give ports to whoever asks for any, so that a refused port is free to come back.
const ports = { from: 20_000, to: 32_000 };

/**
 * Starts the proxy in front of a server on loopback, without faults. The port may be told later, or change when the server does.
 * `heard` gets every piece as it goes to the server.
 */
export async function startTcpProxy(
  upstreamPort: number | (() => number),
  heard: (piece: Buffer) => void = () => undefined,
): Promise<TcpProxy> {
  let faults: ProxyFaults = {};
  let accepted = 0;
  let sinceSet = 0;
  const pairs = new Set<Pair>();
  const changes = new EventEmitter().setMaxListeners(0);
  const passed = { toServer: new Tape(), toClient: new Tape() };

  const accept = (client: Socket) => {
    accepted += 1;
    client.on('error', () => client.destroy());
    if (pairs.size >= (faults.atMost ?? Number.POSITIVE_INFINITY)) return void client.resetAndDestroy();
    const server =
      faults.connections === 'hang'
        ? undefined
        : connect({
            port: typeof upstreamPort === 'number' ? upstreamPort : upstreamPort(),
            host: '127.0.0.1',
            allowHalfOpen: true,
          });
    sinceSet += 1;
    const pair: Pair = { client, server, number: sinceSet, answerIsLost: false };
    pairs.add(pair);
    client.once('close', () => {
      pairs.delete(pair);
      server?.destroySoon();
      changes.emit('change');
    });
    if (server === undefined) return void client.resume().on('end', () => client.end());
    server.on('error', () => client.resetAndDestroy());
    pump(pair, client, server, 'toServer');
    pump(pair, server, client, 'toClient');
  };

  /** Carries one direction until its end, one piece after the other, so that a held piece holds its sender back. */
  async function pump(pair: Pair, from: Socket, to: Socket, direction: Direction): Promise<void> {
    const seen = new Matcher();
    const lost = new Matcher();
    let count = 0;
    try {
      for await (const piece of from.iterator({ destroyOnReturn: false })) {
        let rest: Buffer = piece;
        while (rest.length > 0) {
          const active = isSpared(pair, faults) ? {} : faults;
          const fault = active[direction] ?? {};
          if (fault.pause === true) {
            await once(changes, 'change');
            if (pair.client.destroyed) return;
            continue;
          }
          if (direction === 'toClient' && pair.answerIsLost) return cut(pair);
          if (fault.delayMs !== undefined) await sleep(fault.delayMs);
          const allowed = (fault.cutAfterBytes ?? Number.POSITIVE_INFINITY) - count;
          const step = Math.min(fault.trickleMs === undefined ? rest.length : 1, allowed);
          const cutAt = fault.cutAt === undefined ? undefined : seen.endOf(fault.cutAt, rest.subarray(0, step));
          const now = corrupted(rest.subarray(0, cutAt ?? step), count, fault.corruptEvery);
          rest = rest.subarray(now.length);
          if (direction === 'toServer' && active.loseAnswerTo !== undefined)
            pair.answerIsLost ||= lost.endOf(active.loseAnswerTo, now) !== undefined;
          count += now.length;
          passed[direction].add(now);
          if (direction === 'toServer') heard(now);
          if (!to.write(now)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
          if (cutAt !== undefined || now.length === allowed) return cut(pair);
          if (fault.trickleMs !== undefined) await sleep(fault.trickleMs);
          if (to.destroyed) return;
        }
      }
      to.end();
    } catch {
      pair.client.destroy();
    }
  }

  const listening = async (port: number): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, accept);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  const { server: first, port } = await onFreePort(listening);
  let listener: Server | undefined = first;
  return {
    port,
    address: `127.0.0.1:${port}`,
    async set(next) {
      faults = next;
      sinceSet = 0;
      for (const pair of pairs) pair.number = 0;
      if (next.connections === 'refuse') {
        listener?.close();
        listener = undefined;
      } else listener ??= await listening(port);
      changes.emit('change');
    },
    cut() {
      for (const pair of pairs) cut(pair);
    },
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    get toServer() {
      return passed.toServer.read();
    },
    get toClient() {
      return passed.toClient.read();
    },
    async stop() {
      listener?.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server?.destroy();
      }
      changes.emit('change');
    },
  };
}

function isSpared({ number }: Pair, { first }: ProxyFaults): boolean {
  return first !== undefined && (number === 0 || number > first);
}

/** The client sees a reset; the server is still given what was already sent to it. */
function cut({ client, server }: Pair): void {
  client.resetAndDestroy();
  server?.destroySoon();
}

function corrupted(piece: Buffer, before: number, every: number | undefined): Buffer {
  if (every === undefined) return piece;
  return Buffer.from(piece.map((byte, index) => ((before + index + 1) % every === 0 ? byte ^ 1 : byte)));
}

async function onFreePort(listening: (port: number) => Promise<Server>): Promise<{ server: Server; port: number }> {
  for (;;) {
    const port = ports.from + Math.floor(Math.random() * (ports.to - ports.from));
    try {
      return { server: await listening(port), port };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}

/** Finds a text that may come in several pieces. */
class Matcher {
  #tail = '';

  /** The number of bytes of `piece` up to the end of the text, if it ends there. */
  endOf(text: string, piece: Buffer): number | undefined {
    const all = this.#tail + piece.toString('latin1');
    const at = all.indexOf(text);
    const end = at + text.length - this.#tail.length;
    this.#tail = at === -1 ? all.slice(Math.max(0, all.length - text.length + 1)) : '';
    return at === -1 ? undefined : end;
  }
}

/** Counts what passed, and keeps the latest of it. */
class Tape {
  #bytes = 0;
  #text = '';

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    this.#text += piece.subarray(-keptBytes).toString('latin1');
    if (this.#text.length > 2 * keptBytes) this.#text = this.#text.slice(-keptBytes);
  }

  read(): Passed {
    return { bytes: this.#bytes, text: this.#text.slice(-keptBytes) };
  }
}
