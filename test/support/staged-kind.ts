// One kind of action, called step by step as the pipeline would call it.

import type { ActionKind, Looked, Performed, Preview, Verified } from '../../src/core/action/port.ts';
import type { Outcome } from '../../src/core/fault.ts';

/** One kind with its parameters. `shown` is a preview that was taken before. */
export interface StagedKind {
  preview(): Promise<Outcome<Preview>>;
  /** Throws when the preview is refused. */
  shown(): Promise<Preview>;
  perform(shown: Preview, budgetMs?: number): Promise<Performed>;
  look(shown: Preview, claimedAt?: number): Promise<Looked>;
  verify(shown: Preview): Promise<Verified>;
}

export function staged(kind: ActionKind | undefined, params: unknown, action = 'an-action'): StagedKind {
  if (kind === undefined) throw new Error('there is no such kind of action');
  const call = (budgetMs = 30_000) => ({ action, params, signal: AbortSignal.timeout(budgetMs) });
  const preview = () => kind.preview(call());
  return {
    preview,
    async shown() {
      const outcome = await preview();
      if (!outcome.ok) throw new Error(outcome.fault.message);
      return outcome.value;
    },
    perform: (shown, budgetMs) =>
      kind.perform({ ...call(budgetMs), shown, progress: () => undefined, stopAsked: () => false }),
    look: (shown, claimedAt = 0) => kind.look({ ...call(), shown, claimedAt }),
    async verify(shown) {
      if (kind.verify === undefined) throw new Error('this kind is not verified');
      return kind.verify({ ...call(), shown, claimedAt: 0 });
    },
  };
}
