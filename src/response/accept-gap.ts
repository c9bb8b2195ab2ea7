// Accepts that a limit cannot be measured, until a date, by a person with a reason.

import type { GapLevel } from '../core/event.ts';
import { wordsOf } from '../core/secret.ts';
import type { Request } from './desk.ts';
import type { Given } from './given.ts';
import { answer, answerOnly, settle } from './record.ts';

/** Longer than half a year nobody remembers why it was accepted. */
const longestMs = 180 * 86_400_000;

export async function acceptGap(
  given: Given,
  gap: {
    readonly check: string;
    readonly level: GapLevel;
    readonly until: number;
    readonly reason: string;
  },
  request: Request,
): Promise<void> {
  const now = given.clock.now();
  const problem =
    gap.until <= now
      ? 'The end date is in the past.'
      : gap.until > now + longestMs
        ? 'The end date is more than 180 days away.'
        : gap.reason.trim() === ''
          ? 'The reason is missing.'
          : undefined;
  if (problem !== undefined) {
    return answerOnly(given, request, {
      kind: 'refusal',
      fault: {
        whose: 'person',
        code: 'gap-refused',
        message: `${problem} Nothing was accepted.`,
        remedy: 'Accept it again with a reason and a date within 180 days.',
      },
    });
  }
  await given.store.transact(async (tx) => {
    const after = (await tx.events('gaps')).length;
    const { check, level, until } = gap;
    await tx.append('gaps', after, [
      {
        at: now,
        actor: request.actor,
        event: { type: 'gap-accepted', check, level, until, reason: wordsOf(gap.reason) },
      },
    ]);
    const date = new Date(until).toISOString().slice(0, 10);
    await answer(tx, request, {
      kind: 'text',
      text: `Accepted: ${level === 'check' ? check : `the ${level} limit of ${check}`} cannot be measured, until ${date}. It stays listed and no longer sets the headline.`,
    });
    await settle(tx, request, 'gap accepted');
  });
}
