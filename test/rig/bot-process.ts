// The bot as the process that operators start: spawned, watched, killed, and its output kept in a file.

import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnBot } from '../support/spawn-bot.ts';

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
  const bot = spawnBot(['--config', given.config], given.environment, root);
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
  bot.stdout.on('data', hear);
  bot.stderr.on('data', hear);
  void ended.then(() => {
    process.off('exit', notWithoutUs);
    ready.resolve(undefined);
  });
  return { pid: bot.pid, ready: ready.promise, ended, kill: (signal) => void bot.kill(signal) };
}
