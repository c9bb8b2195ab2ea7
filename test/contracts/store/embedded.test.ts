// What the embedded engine owes the process in which it lives.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openMemoryStore } from '../../support/prepared-store.ts';

test('many statements at once leave turns to the rest of the process: requests are read, answers leave', async () => {
  const store = await openMemoryStore();
  let turns = 0;
  let done = false;
  const rest = (async () => {
    while (!done) {
      await nextTurn();
      turns += 1;
    }
  })();
  const deliveries = Array.from({ length: 300 }, (_, number) => `command ${number}`);
  await Promise.all(
    deliveries.map((key) => store.inbox.take({ key, kind: 'command', payload: {}, receivedAt: Date.now() })),
  );
  done = true;
  await rest;
  // Without giving way all of it is one turn, however long it takes.
  expect(turns).toBeGreaterThan(5);
  await store.close();
});
