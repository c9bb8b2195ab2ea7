// A promise raced with a deadline.

/** Settles as `work` does, or rejects with `message` when the signal aborts first; the work is then left alone. */
export function before<T>(signal: AbortSignal, work: Promise<T>, message: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const onAbort = () => late.reject(new Error(message));
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([work, late.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}
