// Notices when code inside a transaction asks the store itself instead of the transaction.

import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * On the embedded engine such a call would wait for ever, because the one connection is taken by the transaction that waits for it;
 * on PostgreSQL it would silently run beside the transaction. With this both say so at once.
 */
export class OneTransaction {
  readonly #current = new AsyncLocalStorage<{ open: boolean }>();

  /** Runs `work`; `refuse` throws inside of it until it has settled. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const mark = { open: true };
    try {
      return await this.#current.run(mark, work);
    } finally {
      mark.open = false;
    }
  }

  /** Throws when called inside an open transaction. `called` is the method's name. */
  refuse(called: string): void {
    if (this.#current.getStore()?.open !== true) return;
    throw new Error(
      `store.${called} was called inside an open transaction: use the transaction that was handed to the work`,
    );
  }
}
