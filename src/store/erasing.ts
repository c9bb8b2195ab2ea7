// Erases words and ids of people: the rows beside the chain become empty, what quotes them too, and the chain gets an event that says so.

import { type Kysely, sql } from 'kysely';
import type { Actor } from '../core/actor.ts';
import type { Erasable, Eraser, ErasureTarget, Found } from '../core/audit.ts';
import { type Clock, type Ids, StaleStream } from '../core/ports.ts';
import { Appends } from './appends.ts';
import { askDatabase } from './ask.ts';
import type { Engine } from './engine.ts';
import { headOf, type SealedEvent, sealedEventsOf, textsOf } from './event-log.ts';
import { isSerializationFailure, isStreamTaken } from './failure.ts';
import { enqueue } from './outbox.ts';
import { sealsIn, sealsOfWords } from './sealing.ts';
import type { Tables } from './tables.ts';
import { erasedEvidence, referenceIn } from './verify.ts';

/** Who writes notices here is no bot that hears of its own: every one of them is told. */
const operators = 'operators';

/** A bot that records something in the same stream at the same moment is let go first. */
const tries = 5;

export function eraserOver(engine: Engine, given: { readonly clock: Clock; readonly ids: Ids }): Eraser {
  const { db } = engine;
  return {
    find: (target) =>
      askDatabase('find', async (): Promise<Found> => {
        const places = await placesOf(db, target);
        const mentions = target.kind === 'person' ? await mentionsOf(db, target.id) : [];
        return { streams: places.map(({ erasable }) => erasable), mentions };
      }),

    erase: (target, by) =>
      askDatabase('erase', async () => {
        for (let tried = 1; ; tried += 1) {
          try {
            return await db.transaction().execute((tx) => eraseIn(tx, engine, given, target, by));
          } catch (error) {
            const lostRace = error instanceof StaleStream || isStreamTaken(error) || isSerializationFailure(error);
            if (!lostRace || tried === tries) throw error;
          }
        }
      }),

    close: () => engine.close(),
  };
}

/** One stream with what goes from it. */
interface Place {
  readonly erasable: Erasable;
  readonly events: readonly number[];
  readonly texts: readonly string[];
  readonly files: readonly string[];
}

async function eraseIn(
  db: Kysely<Tables>,
  engine: Engine,
  given: { readonly clock: Clock; readonly ids: Ids },
  target: ErasureTarget,
  by: Actor,
): Promise<readonly string[]> {
  const places = (await placesOf(db, target)).filter(({ erasable }) => erasable.kept === undefined);
  for (const { erasable, events, texts, files } of places) {
    const { stream } = erasable;
    await db.updateTable('private_text').set({ text: null, salt: null }).where('id', 'in', texts).execute();
    if (files.length > 0) {
      const nothing = { kind: erasedEvidence, body: new Uint8Array() };
      await db.updateTable('evidence').set(nothing).where('id', 'in', files).execute();
    }
    const last = await headOf(db, stream);
    const event = { type: 'erased', what: target.kind, events, texts, files } as const;
    const appends = new Appends(db, { ...given, shared: engine.shared });
    await appends.append(stream, last?.seq ?? 0, [{ at: given.clock.now(), actor: by, event }]);
    await appends.write();
    await showAnew(db, { ...given, shared: engine.shared, owner: operators }, stream);
  }
  if (target.kind === 'person' && places.length > 0) await eraseCopies(db, target.id);
  return places.map(({ erasable }) => erasable.stream);
}

/** What shows the incident in Slack is drawn again without it, and the new head is posted. */
async function showAnew(
  db: Kysely<Tables>,
  given: { readonly ids: Ids; readonly shared: boolean; readonly owner: string },
  incident: string,
): Promise<void> {
  const projected = await db.selectFrom('incident').select('seq').where('stream', '=', incident).executeTakeFirst();
  if (projected === undefined) return;
  await enqueue(db, given, [
    { lane: incident, supersedes: 'card', notice: { kind: 'redraw-card', incident } },
    { lane: `${incident}:head`, supersedes: 'head', notice: { kind: 'head', incident } },
  ]);
}

/** What a face remembers of its messages to the person, and messages to them that were given up. */
async function eraseCopies(db: Kysely<Tables>, id: string): Promise<void> {
  const whole = wholeId(id);
  await sql`delete from face_ref where value ~ ${whole}`.execute(db);
  await sql`delete from outbox where failed_at is not null and notice::text ~ ${whole}`.execute(db);
}

/** A pattern of the database for the id as a whole: `os:rita` is not part of `os:rita2`. */
function wholeId(id: string): string {
  return `(^|[^A-Za-z0-9])${id.replace(/[^A-Za-z0-9]/g, '\\$&')}($|[^A-Za-z0-9])`;
}

async function placesOf(db: Kysely<Tables>, target: ErasureTarget): Promise<readonly Place[]> {
  if (target.kind === 'words') {
    const events = await sealedEventsOf(db, target.stream);
    const event = events.find(({ seq }) => seq === target.seq);
    const place = await placeIn(
      db,
      target.stream,
      events,
      sealsOfWords(event?.data ?? null).map(({ row }) => row),
    );
    return place === undefined ? [] : [place];
  }
  const rows = await db.selectFrom('private_text').select(['id', 'stream']).where('text', '=', target.id).execute();
  const places: Place[] = [];
  for (const [stream, found] of Object.entries(Object.groupBy(rows, (row) => row.stream)).sort()) {
    const ids = (found ?? []).map(({ id }) => id);
    const place = await placeIn(db, stream, await sealedEventsOf(db, stream), ids, target.id);
    if (place !== undefined) places.push(place);
  }
  return places;
}

async function placeIn(
  db: Kysely<Tables>,
  stream: string,
  events: readonly SealedEvent[],
  rows: readonly string[],
  person?: string,
): Promise<Place | undefined> {
  const behind = (event: SealedEvent) => sealsIn([event.actor, event.data]).filter(({ row }) => rows.includes(row));
  const texts = await textsOf(db, events.flatMap(behind));
  const present = [...texts].filter(([, text]) => text !== null).map(([row]) => row);
  const held = events
    .map((event) => ({ event, rows: behind(event).flatMap(({ row }) => (present.includes(row) ? [row] : [])) }))
    .filter((one) => one.rows.length > 0);
  if (held.length === 0) return undefined;
  const files = await quotedIn(db, events, person);
  const open = person === undefined ? undefined : await whyOpen(db, stream);
  return {
    events: held.map(({ event }) => event.seq),
    texts: [...new Set(held.flatMap((one) => one.rows))],
    files: files.map(({ id }) => id),
    erasable: {
      stream,
      events: held.map(({ event, rows: of }) => ({
        seq: event.seq,
        type: event.type,
        words: person === undefined ? of.map((row) => texts.get(row) ?? '') : [],
      })),
      files: files.map(({ kind }) => kind),
      ...(open === undefined ? {} : { kept: open }),
    },
  };
}

/** Reports quote words; any evidence may name a person. */
async function quotedIn(db: Kysely<Tables>, events: readonly SealedEvent[], person: string | undefined) {
  const ids = events.flatMap(({ data }) => referenceIn(data)?.id ?? []);
  if (ids.length === 0) return [];
  const query = db.selectFrom('evidence').select(['id', 'kind']).where('id', 'in', ids);
  return person === undefined
    ? query.where('kind', '=', 'report').execute()
    : query.where(sql<boolean>`encode(body, 'escape') ~ ${wholeId(person)}`).execute();
}

/** Who asked for what decides who may approve it: while something can still happen, people must be told apart. */
async function whyOpen(db: Kysely<Tables>, stream: string): Promise<string | undefined> {
  const row = await db.selectFrom('incident').select('status').where('stream', '=', stream).executeTakeFirst();
  return row?.status === 'open'
    ? 'it is still open, and who did what decides who may do what; resolve it first'
    : undefined;
}

async function mentionsOf(db: Kysely<Tables>, id: string): Promise<Found['mentions']> {
  const rows = await db
    .selectFrom('private_text')
    .select(['id', 'stream'])
    .where(sql<boolean>`text ~ ${wholeId(id)}`)
    .where('text', '!=', id)
    .execute();
  const mentions: { stream: string; seq: number }[] = [];
  for (const stream of [...new Set(rows.map((row) => row.stream))].sort()) {
    const wanted = new Set(rows.map((row) => row.id));
    for (const event of await sealedEventsOf(db, stream)) {
      if (sealsIn(event.data).some(({ row }) => wanted.has(row))) mentions.push({ stream, seq: event.seq });
    }
  }
  return mentions;
}
