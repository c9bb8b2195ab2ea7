// The bot as a process: reads its configuration, starts the app, and turns signals into stop().

import { parseArgs } from 'node:util';
import { createApp, FaultyRunbooks, NotYet } from './app.ts';
import { loadConfig } from './config.ts';
import { createLog } from './log.ts';

const { values } = parseArgs({ options: { config: { type: 'string' } } });
const loaded = loadConfig(values.config);
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
  if (error instanceof NotYet) {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  log.error({ error: error instanceof Error ? error.stack : String(error) }, 'could not start');
  process.exit(1);
}
