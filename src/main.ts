// The bot as a process: reads its configuration, starts the app, and turns signals into stop().

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

// Compiling everything anew costs a third of a start. What was compiled is kept beside the packages and not in the machine's temporary
// folder, where others could lay code for us; where this process may not write, nothing is kept. It serves what is loaded from here on.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node-compile'));
const { loadConfig } = await import('./config.ts');
const { StoreUnavailable } = await import('./core/ports.ts');
const { createLog } = await import('./log.ts');
const { createApp, FaultyRunbooks } = await import('./app.ts');

/** The app stops by its own deadline of 9 s; this is for an app that does not. */
const exitWithinMs = 9_500;

const loaded = loadConfig(configPath());
if (!loaded.ok) {
  process.stderr.write(
    `The configuration has ${loaded.problems.length} problem${loaded.problems.length === 1 ? '' : 's'}:\n`,
  );
  for (const problem of loaded.problems) process.stderr.write(`  ${problem}\n`);
  process.exit(2);
}
const log = createLog({ level: loaded.config.logLevel });
const app = createApp(loaded.config, log);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({}, 'the app did not stop in time and was cut off');
      process.exit(0);
    }, exitWithinMs).unref();
    void app.stop().then(() => process.exit(0));
  });
}
process.on('unhandledRejection', (reason) => {
  // One failed handler must not take the other incidents down with it and the process lives on (F64).
  log.error({ error: reason instanceof Error ? reason.stack : String(reason) }, 'unhandled rejection');
});

try {
  await app.start();
} catch (error) {
  if (error instanceof FaultyRunbooks) {
    process.stderr.write(`The runbooks have faults:\n${error.message}\n`);
    process.exit(2);
  }
  // A start that a signal interrupts fails in the middle of something; the signal decides how the process ends.
  if (!stopping) {
    // Where the store says what is wrong, our own stack is noise around it.
    const said = error instanceof StoreUnavailable ? error.message : error instanceof Error ? error.stack : error;
    log.error({ error: said }, 'could not start');
    process.exit(1);
  }
}

function configPath(): string | undefined {
  try {
    return parseArgs({ options: { config: { type: 'string' } } }).values.config;
  } catch (error) {
    const why = error instanceof Error ? error.message.split(/[.\n]/)[0] : String(error);
    process.stderr.write(`${why}. The only option is --config FILE.\n`);
    process.exit(2);
  }
}
