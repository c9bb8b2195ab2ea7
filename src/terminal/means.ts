// What the commands of the terminal are given by the program that starts them.

import type { Writable } from 'node:stream';
import type { Eraser, Head, RecordReader } from '../core/audit.ts';

export interface Means {
  /** Opens the record that the configuration names: the file of `--config`, or what ACGS_CONFIG names. */
  openRecord(config: string | undefined): Promise<RecordReader>;
  /** Asks the bot that runs on the embedded store, which nobody else can open meanwhile; undefined where none runs. */
  askBot(
    config: string | undefined,
    asked: { readonly audit: readonly Head[] },
  ): Promise<{ readonly text: string; readonly exitCode: number } | undefined>;
  openEraser(config: string | undefined): Promise<Eraser>;
  /** Who sits here, as the operating system knows them. */
  readonly operator: string;
  /** Asks the person; undefined where nobody can answer. */
  ask(question: string): Promise<string | undefined>;
  /** Where the answer goes. */
  readonly out: (text: string) => void;
  /** Where what is not the answer goes. */
  readonly complain: (text: string) => void;
  /** The same place as `out`, for much at once. */
  output(): Writable;
}
