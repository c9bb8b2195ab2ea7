// The store: what the bot remembers, on PostgreSQL or on the embedded engine, with one code above both.

import type { Store } from '../core/ports.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { type Given, storeOver } from './store.ts';

/** `path` is a directory that is made when it is missing, or `:memory:`. */
export type StoreOptions =
  | { readonly kind: 'embedded'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

export { openForErasing, openForReading, openForWork } from './for-operators.ts';

/** Opens the store and brings its schema up to date. Rejects with `StoreUnavailable`; messages never carry the address. */
export async function openStore(options: StoreOptions, given: Given): Promise<Store> {
  const engine =
    options.kind === 'embedded' ? await openEmbedded(options.path, given.log) : openPostgres(options.url, given.log);
  return storeOver(engine, given);
}
