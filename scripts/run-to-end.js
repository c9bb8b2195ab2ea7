// Runs a program in the place of this one: same terminal, same signals, same exit code.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { root } from './install.js';

/**
 * Never returns: ends this process when the program has ended.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env] what our own environment does not say already
 * @returns {Promise<never>}
 */
export async function runToEnd(program, args, env = {}) {
  // Compiling the packages anew at each start costs a third of it.
  const given = { NODE_COMPILE_CACHE: resolve(root, 'node_modules/.cache/node-compile'), ...env, ...process.env };
  const child = spawn(program, args, { stdio: 'inherit', env: given });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group; sent on once more it would look like an impatient second one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise(() => {
    child.on('error', (error) => {
      process.stderr.write(`${program} cannot be started: ${error.message}\n`);
      process.exit(2);
    });
    child.on('exit', (code, signal) => {
      process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
