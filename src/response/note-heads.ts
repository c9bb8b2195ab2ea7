// Once a day: the heads of all streams that went on, in a stream of their own whose head is posted where the record cannot be changed.

import { theBot } from '../core/actor.ts';
import { headsStream } from '../core/audit.ts';
import type { Transaction } from '../core/ports.ts';
import type { Given } from './given.ts';

const dayMs = 86_400_000;
/** After the end of a day (UTC), so that its last events are in. */
const afterMidnightMs = 300_000;
/** What was under way while the last heads were noted is noted again, which does no harm. */
const overlapMs = 600_000;

/** Asks for the next turn, at the start of the bot and after each turn; while one waits there is no second. No start fails for it. */
export async function keepNotingHeads(given: Given): Promise<void> {
  await given.store
    .transact((tx) => nextTurn(given, tx))
    .catch((error: unknown) => given.log.warn({ why: String(error) }, 'the heads of the record are not noted'));
}

/** The job. A day on which nothing was recorded has no line. */
export async function noteHeads(given: Given): Promise<void> {
  await given.store.transact(async (tx) => {
    const noted = await tx.events(headsStream);
    const since = (noted.at(-1)?.recordedAt ?? 0) - overlapMs;
    const known = new Set(noted.flatMap(({ event }) => (event.type === 'heads-noted' ? event.heads : [])).map(nameOf));
    const heads = (await tx.headsSince(since)).filter(
      (head) => head.stream !== headsStream && !known.has(nameOf(head)),
    );
    await nextTurn(given, tx);
    if (heads.length === 0) return;
    const at = given.clock.now();
    const event = { type: 'heads-noted', heads } as const;
    const [recorded] = await tx.append(headsStream, noted.length, [{ at, actor: theBot, event }]);
    if (recorded === undefined) throw new Error('the heads were not recorded');
    const { stream, seq, hash } = recorded;
    // The day that has just ended.
    const day = new Date(at - dayMs / 2).toISOString().slice(0, 10);
    const notice = { kind: 'heads', day, streams: heads.length, head: { stream, seq, hash } } as const;
    await tx.send({ lane: headsStream, priority: 'low', notice });
  });
}

function nameOf({ stream, seq }: { readonly stream: string; readonly seq: number }): string {
  return `${stream} ${seq}`;
}

async function nextTurn(given: Given, tx: Transaction): Promise<void> {
  const sinceMidnight = given.clock.now() % dayMs;
  const afterMs = dayMs - sinceMidnight + afterMidnightMs;
  await tx.schedule({ job: { kind: 'note-heads' }, afterMs, once: 'note-heads' });
}
