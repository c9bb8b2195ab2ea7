// A store between the bot and the real one that can be switched to hang or to refuse everything.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Store, StoreUnavailable } from '../../src/core/ports.ts';

export interface Trouble {
  mode: 'well' | 'hangs' | 'refuses';
}

/** Wraps every method, also those of inbox, outbox and jobs, except closing and subscribing. */
export function troubled(store: Store, trouble: Trouble): Store {
  return wrapped(store, trouble);
}

const untouched: ReadonlySet<string> = new Set(['close', 'onWake', 'work']);

function wrapped<T extends object>(target: T, trouble: Trouble): T {
  const entries = Object.entries(target).map(([name, member]) => {
    if (typeof member === 'object' && member !== null) return [name, wrapped(member, trouble)];
    if (typeof member !== 'function' || untouched.has(name)) return [name, member];
    return [
      name,
      async (...args: unknown[]) => {
        // What hangs ends with the trouble, as a connection that is given up: it never had its effect.
        const hung = trouble.mode === 'hangs';
        while (trouble.mode === 'hangs') await sleep(20);
        if (hung || trouble.mode === 'refuses') throw new StoreUnavailable('The store is away.');
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      },
    ];
  });
  return Object.fromEntries(entries) as T;
}
