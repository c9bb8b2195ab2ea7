// The embedded engine as its users see it: a thread of its own that is asked one thing at a time, so that no statement holds up the process.

import { readFile } from 'node:fs/promises';
import { createRequire, getCompileCacheDir } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

export type Opening =
  /** Synced to disk. */
  | { readonly kind: 'directory'; readonly path: string }
  /** The copy of a data directory, which nobody else knows: without syncing. */
  | { readonly kind: 'copy'; readonly path: string }
  | { readonly kind: 'memory' };

export interface Rows<T> {
  readonly rows: T[];
  readonly affectedRows?: number;
}

/** What the thread is asked, and what it tells. */
export type Ask =
  | { readonly kind: 'open'; readonly opening: Opening; readonly code: WebAssembly.Module }
  | { readonly kind: 'query'; readonly text: string; readonly values: readonly unknown[] }
  | { readonly kind: 'exec'; readonly text: string }
  | { readonly kind: 'listen'; readonly channel: string }
  | { readonly kind: 'close' };

export interface Request {
  readonly id: number;
  readonly ask: Ask;
}

export type Reply =
  | { readonly id: number; readonly given: unknown }
  | { readonly id: number; readonly fault: EngineFault }
  | { readonly heard: string; readonly payload: string };

/** An error on its way between the threads, where it would lose all but its message. */
export interface EngineFault {
  readonly message: string;
  readonly name?: string;
  readonly stack?: string;
  readonly severity?: string;
  readonly code?: string;
  readonly constraint?: string;
}

export interface ThreadData {
  readonly compileCache: string | undefined;
}

interface Waiting {
  readonly resolve: (given: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly late: NodeJS.Timeout | undefined;
}

export interface ThreadOptions {
  /** Called once when the thread ends without having been closed. */
  readonly lost: (error: Error) => void;
  /** A statement that takes longer will never end: the engine stands still for ever on a full disk, for example. */
  readonly answerWithinMs?: number;
}

/** The longest statements there are read the whole record at a start, or clear a large table. */
const answerWithinMs = 120_000;
const stalledMs = 1_000;

export class PgliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (payload: string) => void>();
  readonly #options: Required<ThreadOptions>;
  #asked = 0;
  #ended: Error | undefined;
  #closing = false;

  private constructor(options: ThreadOptions) {
    this.#options = { answerWithinMs, ...options };
    const data: ThreadData = { compileCache: getCompileCacheDir() };
    // How this process was started (with code of the command line, for example) is not how the thread is.
    const file = new URL('./engine-thread.ts', import.meta.url);
    this.#worker = new Worker(file, { workerData: data, execArgv: [] });
    // A process may end with its engine open; while an answer is awaited it may not.
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#hear(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`the thread of the embedded engine ended with ${code}`)));
  }

  /** `durable` tells whether a commit was seen to reach the disk. Rejects with what the engine says. */
  static async open(
    opening: Opening,
    options: ThreadOptions,
  ): Promise<{ readonly pglite: PgliteThread; readonly durable: boolean }> {
    const pglite = new PgliteThread(options);
    try {
      const code = await engineCode();
      return { pglite, durable: (await pglite.#ask({ kind: 'open', opening, code })) === true };
    } catch (error) {
      pglite.#closing = true;
      await pglite.#worker.terminate();
      throw error;
    }
  }

  /** One statement with its values. */
  query<T>(text: string, values: readonly unknown[] = []): Promise<Rows<T>> {
    return this.#ask({ kind: 'query', text, values }) as Promise<Rows<T>>;
  }

  /** Statements without values; the rows of all of them. */
  exec(text: string): Promise<Rows<unknown>> {
    return this.#ask({ kind: 'exec', text }) as Promise<Rows<unknown>>;
  }

  /** One listener a channel. */
  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#listeners.set(channel, heard);
    await this.#ask({ kind: 'listen', channel });
  }

  async close(): Promise<void> {
    this.#closing = true;
    try {
      await this.#ask({ kind: 'close' });
    } finally {
      await this.#worker.terminate();
    }
  }

  #ask(ask: Ask): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#asked += 1;
    const request: Request = { id: this.#asked, ask };
    return new Promise((resolve, reject) => {
      // What is recovered when a store opens takes as long as it takes.
      const late = ask.kind === 'open' ? undefined : this.#giveUpLate(request.id);
      this.#waiting.set(request.id, { resolve, reject, late });
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  #giveUpLate(id: number): NodeJS.Timeout {
    const { answerWithinMs: withinMs } = this.#options;
    const giveUp = () => {
      if (!this.#waiting.has(id)) return;
      this.#end(new Error(`the embedded engine has not answered for ${Math.round(withinMs / 1_000)} s`));
    };
    // Where the whole machine stood still, the answer comes right after the timer.
    return setTimeout(() => setTimeout(giveUp, stalledMs).unref(), withinMs).unref();
  }

  #hear(reply: Reply): void {
    if ('heard' in reply) {
      this.#listeners.get(reply.heard)?.(reply.payload);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    clearTimeout(waiting?.late);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('fault' in reply) waiting?.reject(Object.assign(new Error(reply.fault.message), reply.fault));
    else waiting?.resolve(reply.given);
  }

  /** What was under way may have happened or not; what comes later has not. */
  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    for (const { reject, late } of this.#waiting.values()) {
      clearTimeout(late);
      reject(error);
    }
    this.#waiting.clear();
    void this.#worker.terminate();
    if (!this.#closing) this.#options.lost(error);
  }
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiled once for all threads of this process, while the first of them is still starting. */
function engineCode(): Promise<WebAssembly.Module> {
  compiled ??= compileEngine();
  return compiled;
}

async function compileEngine(): Promise<WebAssembly.Module> {
  // Where V8 frees WebAssembly code while another thread looks the same code up, it ends the whole process: "Check failed:
  // jit_page_->allocations_.erase(addr) == 1" (nodejs/node#64500, seen with Node.js 24). So it frees none before the engine ends.
  setFlagsFromString('--no-wasm-code-gc');
  const file = createRequire(import.meta.url).resolve('@electric-sql/pglite/pglite.wasm');
  return WebAssembly.compile(await readFile(file));
}
