// Reads the options of one command of the terminal.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUse } from './wrong-use.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Throws `WrongUse` for what the command does not know. */
export function readOptions<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? `${error.message.split(/[.\n]/)[0]}.` : String(error));
  }
}
