// The bot as the process that operators start: spawned, watched, killed, and its output kept in a file.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { botArguments, botEnvironment } from '../../scripts/bot-process.js';

const root = join(import.meta.dirname, '../..');

/** One life of the bot, from its start to its end. */
export interface Life {
  readonly pid: number | undefined;
  /** Its address once it takes requests; undefined when it ended before that. */
  readonly ready: Promise<string | undefined>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
}

export function startBot(given: {
  readonly config: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}): Life {
  const bot: ChildProcess = spawn(process.execPath, botArguments('--config', given.config), {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...botEnvironment, ...given.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A rig that fails must leave nothing behind.
  const notWithoutUs = (): void => void bot.kill('SIGKILL');
  process.once('exit', notWithoutUs);
  const ended = once(bot, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const ready = Promise.withResolvers<string | undefined>();
  let said = '';
  const hear = (data: Buffer): void => {
    appendFileSync(given.logFile, data);
    said = (said + data.toString()).slice(-4_000);
    const url = /"url":"(http:[^"]+)".*"ready"/.exec(said)?.[1];
    if (url !== undefined) ready.resolve(url);
  };
  bot.stdout?.on('data', hear);
  bot.stderr?.on('data', hear);
  void ended.then(() => {
    process.off('exit', notWithoutUs);
    ready.resolve(undefined);
  });
  return { pid: bot.pid, ready: ready.promise, ended, kill: (signal) => void bot.kill(signal) };
}
