// The embedded engine as pg sees a server: a socket whose other end is the thread of the engine.

import { Duplex } from 'node:stream';

/** Takes messages of PostgreSQL's protocol, complete ones, and gives what the engine answers to them. */
export type Say = (messages: Uint8Array) => Promise<Uint8Array>;

/** pg corks what belongs together, so that a statement with its values is one message between the threads. */
export class EngineSocket extends Duplex {
  readonly #say: Say;

  constructor(say: Say) {
    super();
    this.#say = say;
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  /** What pg asks of the socket of a network. What keeps the process alive is the thread, while it is asked something. */
  setNoDelay(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(messages: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(messages);
    done();
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  #send(messages: Uint8Array): void {
    this.#say(messages).then(
      (answer) => {
        // A goodbye is not answered, and nothing may follow it.
        if (answer.byteLength > 0) this.push(answer);
      },
      (error: Error) => this.destroy(error),
    );
  }
}
