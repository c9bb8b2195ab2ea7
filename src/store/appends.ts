// What a transaction appends to the record: chained at once, written when its work is done or somebody reads, all in one statement.

import { type Kysely, sql } from 'kysely';
import type { NewEvent, Recorded } from '../core/event.ts';
import type { Incident } from '../core/incident.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { projectActions } from './action-rows.ts';
import { askInTransaction } from './ask.ts';
import { chained, type End, type KeptText, type SealedEvent } from './event-log.ts';
import { fold, rowOf } from './projection.ts';
import { queueUp } from './stream-queue.ts';
import type { Tables } from './tables.ts';

/** How a stream ends for the transaction that appended to it: nobody else can until it is over. */
interface Tail {
  readonly end: End | undefined;
  /** The incident of the stream, with its texts sealed; undefined for other streams. */
  readonly incident: Incident | undefined;
}

export class Appends {
  readonly #db: Kysely<Tables>;
  readonly #given: { readonly clock: Clock; readonly ids: Ids; readonly shared: boolean };
  readonly #tails = new Map<string, Tail>();
  #events: SealedEvent[] = [];
  #texts: KeptText[] = [];
  #contested: string | undefined;

  /** `shared`: several processes write to the database. */
  constructor(db: Kysely<Tables>, given: { readonly clock: Clock; readonly ids: Ids; readonly shared: boolean }) {
    this.#db = db;
    this.#given = given;
  }

  /** The stream at which an append or a write failed: another transaction can have been faster there. */
  get contested(): string | undefined {
    return this.#contested;
  }

  /** Rejects with `StaleStream` when `after` is not the end of the stream, and as `projectActions` does. */
  append(stream: string, after: number, events: readonly NewEvent[]): Promise<readonly Recorded[]> {
    return this.#at(stream, async () => {
      const tail = this.#tails.get(stream) ?? (await this.#take(stream));
      const { recorded, sealed, texts } = chained(this.#given, { stream, after, last: tail.end }, events);
      const incident = fold(tail.incident, sealed);
      this.#tails.set(stream, { end: sealed.at(-1) ?? tail.end, incident });
      this.#events.push(...sealed);
      this.#texts.push(...texts);
      await projectActions(this.#db, incident, sealed);
      return recorded;
    });
  }

  /** Rejects as `append` does: another process can have opened the same incident meanwhile. */
  async write(): Promise<void> {
    const streams = [...new Set(this.#events.map(({ stream }) => stream))];
    const [first] = streams;
    if (first === undefined) return;
    const [events, texts] = [this.#events, this.#texts];
    [this.#events, this.#texts] = [[], []];
    const incidents = streams.flatMap((stream) => this.#tails.get(stream)?.incident ?? []);
    await this.#at(first, () => insert(this.#db, events, texts, incidents));
  }

  async #at<T>(stream: string, work: () => Promise<T>): Promise<T> {
    this.#contested = stream;
    const result = await askInTransaction('append', work);
    this.#contested = undefined;
    return result;
  }

  /** Where there is one connection only, nobody comes in between; nor does anybody once this transaction has its turn. */
  async #take(stream: string): Promise<Tail> {
    if (this.#given.shared) await queueUp(this.#db, stream);
    return tailOf(this.#db, stream);
  }
}

/** The projection is locked, so that this waits for a rebuild instead of going on from what the rebuild replaces. */
async function tailOf(db: Kysely<Tables>, stream: string): Promise<Tail> {
  const { rows } = await sql<{ last: End | null; state: Incident | null }>`
    select (
      select json_build_object('seq', seq, 'hash', hash) from event where stream = ${stream} order by seq desc limit 1
    ) as last, (select state from incident where stream = ${stream} for update) as state`.execute(db);
  const [row] = rows;
  return { end: row?.last ?? undefined, incident: row?.state ?? undefined };
}

async function insert(
  db: Kysely<Tables>,
  events: readonly SealedEvent[],
  texts: readonly KeptText[],
  incidents: readonly Incident[],
): Promise<void> {
  await sql`
    with texts as (
      insert into private_text (id, stream, salt, text)
      select id, stream, salt, text from json_to_recordset(${JSON.stringify(texts.map(textRow))}::json)
        as (id text, stream text, salt bytea, text text)
    ), events as (
      insert into event (stream, seq, at, recorded_at, actor, type, data, prev_hash, hash)
      select stream, seq, at, recorded_at, actor, type, data, prev_hash, hash
      from json_to_recordset(${JSON.stringify(events.map(eventRow))}::json)
        as (stream text, seq int, at timestamptz, recorded_at timestamptz, actor jsonb, type text, data jsonb, prev_hash text, hash text)
    )
    insert into incident (stream, number, runbook, scope, status, separate, seq, state)
    select stream, number, runbook, scope, status, separate, seq, state
    from json_to_recordset(${JSON.stringify(incidents.map(rowOf))}::json)
      as (stream text, number int, runbook text, scope text, status text, separate boolean, seq int, state jsonb)
    on conflict (stream) do update set status = excluded.status, seq = excluded.seq, state = excluded.state`.execute(
    db,
  );
}

function textRow({ salt, ...row }: KeptText) {
  return { ...row, salt: `\\x${Buffer.from(salt).toString('hex')}` };
}

function eventRow({ at, recordedAt, prevHash, ...event }: SealedEvent) {
  return { ...event, at: new Date(at), recorded_at: new Date(recordedAt), prev_hash: prevHash };
}
