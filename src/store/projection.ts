// The incident projection: the fold of each incident stream, kept with its texts sealed so that erasing them leaves no copy.

import { type Kysely, sql } from 'kysely';
import type { Recorded } from '../core/event.ts';
import { evolve, type Incident } from '../core/incident.ts';
import type { IncidentFilter } from '../core/ports.ts';
import { rebuildActions } from './action-rows.ts';
import { type SealedEvent, sealedEventsOf, textsOf } from './event-log.ts';
import { unseal } from './sealing.ts';
import type { Tables } from './tables.ts';

const defaultLimit = 50;

/** Makes the projections anew from the events. Returns how many incidents there are. Appends wait until it is done. */
export async function rebuild(db: Kysely<Tables>): Promise<number> {
  await sql`lock table incident in exclusive mode`.execute(db);
  await db.deleteFrom('incident').execute();
  await db.deleteFrom('action').execute();
  const streams = await db.selectFrom('event').select('stream').distinct().where('type', '=', 'declared').execute();
  for (const { stream } of streams) {
    const incident = fold(undefined, await sealedEventsOf(db, stream));
    await save(db, incident);
    if (incident !== undefined) await rebuildActions(db, incident);
  }
  return streams.length;
}

export async function incidentOf(db: Kysely<Tables>, id: string): Promise<Incident | undefined> {
  // With its texts in one statement: it is read for every notice.
  const { rows } = await sql<{ state: unknown; texts: Readonly<Record<string, string | null>> | null }>`
    select state, (
      select jsonb_object_agg(id, text) from private_text where private_text.stream = incident.stream
    ) as texts
    from incident where stream = ${id}`.execute(db);
  const [row] = rows;
  return row === undefined ? undefined : (unseal(row.state, new Map(Object.entries(row.texts ?? {}))) as Incident);
}

/** Newest first. */
export async function incidentsOf(db: Kysely<Tables>, filter: IncidentFilter): Promise<readonly Incident[]> {
  const rows = await matching(db, filter)
    .select('state')
    .orderBy('number', 'desc')
    .limit(filter.limit ?? defaultLimit)
    .execute();
  const states = rows.map((row) => row.state);
  return unseal(states, await textsOf(db, states)) as Incident[];
}

export async function countOf(db: Kysely<Tables>, filter: IncidentFilter): Promise<number> {
  const row = await matching(db, filter)
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function matching(db: Kysely<Tables>, { status, runbook, scope }: IncidentFilter) {
  return db
    .selectFrom('incident')
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'open'))
    .$if(runbook !== undefined, (query) => query.where('runbook', '=', runbook ?? ''))
    .$if(scope !== undefined, (query) => query.where('scope', '=', scope ?? ''));
}

/**
 * The incident after these events, of a stream that is one. The fold does not look into texts and ids of people, so it works on seals as
 * well.
 */
export function fold(incident: Incident | undefined, events: readonly SealedEvent[]): Incident | undefined {
  return events.reduce((state, { type, data, ...event }) => {
    return evolve(state, { ...event, event: { type, ...(data as object) } } as unknown as Recorded);
  }, incident);
}

async function save(db: Kysely<Tables>, incident: Incident | undefined): Promise<void> {
  if (incident === undefined) return;
  await db
    .insertInto('incident')
    .values({ ...rowOf(incident), state: JSON.stringify(incident) })
    .execute();
}

/** An incident as the table holds it. */
export function rowOf(incident: Incident) {
  const { id: stream, number, runbook, scope, status, separate, seq } = incident;
  return { stream, number, runbook, scope, status, separate, seq, state: incident };
}
