// The bot as a process of its own, started as `npm start` does it.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { botArguments, botEnvironment } from '../../scripts/bot-process.js';

/** Of our own environment it sees the path only. What it says on its two outputs is to be read. */
export function spawnBot(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, botArguments(...args), {
    cwd,
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...botEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
