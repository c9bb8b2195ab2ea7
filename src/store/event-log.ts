// Seals and chains the events of a stream, and reads them back.

import { type Kysely, type Selectable, sql } from 'kysely';
import type { Actor } from '../core/actor.ts';
import type { Head } from '../core/audit.ts';
import type { Event, NewEvent, Recorded } from '../core/event.ts';
import { type Clock, type Ids, StaleStream } from '../core/ports.ts';
import { type Link, linkHash, noPredecessor } from './chain.ts';
import { type PrivateRow, seal, sealsIn, unseal } from './sealing.ts';
import { storable } from './storable.ts';
import type { Tables } from './tables.ts';

/** An event with its texts sealed, as the table holds it. */
export type SealedEvent = Link & { readonly hash: string };

/** Where a stream ends. */
export type End = Pick<SealedEvent, 'seq' | 'hash'>;

/** A private text as it is kept, with the stream that it was said in. */
export type KeptText = PrivateRow & { readonly stream: string };

/**
 * The next events of a stream after `after`, both ways: as they were said, and sealed with the texts behind the seals. `last` is the last
 * event of the stream now. Throws `StaleStream` when that is not `after`.
 */
export function chained(
  given: { readonly clock: Clock; readonly ids: Ids },
  { stream, after, last }: { readonly stream: string; readonly after: number; readonly last: End | undefined },
  events: readonly NewEvent[],
): { readonly recorded: readonly Recorded[]; readonly sealed: readonly SealedEvent[]; readonly texts: KeptText[] } {
  if ((last?.seq ?? 0) !== after) {
    throw new StaleStream(`${stream} is at ${last?.seq ?? 0}, not at ${after}: somebody was faster`);
  }

  const recordedAt = Math.trunc(given.clock.now());
  const sealed: SealedEvent[] = [];
  const recorded: Recorded[] = [];
  const texts: KeptText[] = [];
  for (const [index, event] of storable(events).entries()) {
    const { type, ...data } = event.event;
    const closed = seal({ actor: event.actor, data }, () => given.ids.next());
    texts.push(...closed.rows.map((row) => ({ ...row, stream })));
    const link: Link = {
      stream,
      seq: after + 1 + index,
      at: Math.trunc(event.at),
      recordedAt,
      ...(closed.sealed as { readonly actor: unknown; readonly data: unknown }),
      type,
      prevHash: sealed.at(-1)?.hash ?? last?.hash ?? noPredecessor,
    };
    sealed.push({ ...link, hash: linkHash(link) });
    recorded.push(opened({ ...link, actor: event.actor, data, hash: linkHash(link) }, new Map()));
  }
  return { recorded, sealed, texts };
}

/** The last event of a stream, without what it says. */
export async function headOf(db: Kysely<Tables>, stream: string): Promise<Head | undefined> {
  return db
    .selectFrom('event')
    .select(['stream', 'seq', 'hash'])
    .where('stream', '=', stream)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function headsSince(db: Kysely<Tables>, sinceMs: number): Promise<readonly Head[]> {
  return db
    .selectFrom('event')
    .distinctOn('stream')
    .select(['stream', 'seq', 'hash'])
    .where('recorded_at', '>=', new Date(sinceMs))
    .orderBy('stream')
    .orderBy('seq', 'desc')
    .execute();
}

/** All events of a stream in order, with their texts, in one statement. */
export async function eventsOf(db: Kysely<Tables>, stream: string): Promise<readonly Recorded[]> {
  const { rows } = await sql<Selectable<Tables['event']> & { texts: Record<string, string | null> | null }>`
    select event.*, case when row_number() over (order by seq) = 1 then (
      select jsonb_object_agg(id, text) from private_text where private_text.stream = event.stream
    ) end as texts
    from event where stream = ${stream} order by seq`.execute(db);
  const texts = new Map(Object.entries(rows[0]?.texts ?? {}));
  return rows.map((row) => opened(linkOf(row), texts));
}

export async function sealedEventsOf(db: Kysely<Tables>, stream: string): Promise<readonly SealedEvent[]> {
  const rows = await db.selectFrom('event').selectAll().where('stream', '=', stream).orderBy('seq').execute();
  return rows.map(linkOf);
}

export function linkOf(row: Selectable<Tables['event']>): SealedEvent {
  return {
    stream: row.stream,
    seq: row.seq,
    at: row.at.getTime(),
    recordedAt: row.recorded_at.getTime(),
    actor: row.actor,
    type: row.type,
    data: row.data,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

/** The texts behind all seals inside `value`, by row; null when erased. */
export async function textsOf(db: Kysely<Tables>, value: unknown): Promise<ReadonlyMap<string, string | null>> {
  const ids = sealsIn(value).map((found) => found.row);
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('private_text').select(['id', 'text']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row.text]));
}

function opened(sealed: SealedEvent, texts: ReadonlyMap<string, string | null>): Recorded {
  return {
    stream: sealed.stream,
    seq: sealed.seq,
    at: sealed.at,
    recordedAt: sealed.recordedAt,
    actor: unseal(sealed.actor, texts) as Actor,
    event: { type: sealed.type, ...(unseal(sealed.data, texts) as object) } as Event,
    hash: sealed.hash,
  };
}
