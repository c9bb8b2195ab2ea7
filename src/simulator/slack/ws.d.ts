// The part of the package ws that the pretend Slack and its tests use; the package brings no types of its own.
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  /** Events: `open`, `message` (data), `ping`, `pong`, `close`, `error` (error). */
  export class WebSocket extends EventEmitter {
    static readonly OPEN: number;
    static readonly CLOSED: number;
    readonly OPEN: number;
    readonly readyState: number;
    constructor(address: string, options?: { readonly autoPong?: boolean });
    send(data: string): void;
    ping(): void;
    /** Stops reading: nothing that arrives is seen any more. */
    pause(): void;
    close(): void;
    /** Destroys the TCP connection without a close frame. */
    terminate(): void;
  }

  export class WebSocketServer {
    readonly clients: ReadonlySet<WebSocket>;
    constructor(options: { readonly noServer: true });
    handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer, done: (socket: WebSocket) => void): void;
    close(): void;
  }
}
