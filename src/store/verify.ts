// Walks the record event by event and names, for each stream, the first event that is not as it was recorded.

import { type Kysely, sql } from 'kysely';
import { type ChainFault, type Head, headsStream, type StoredEvent, type Verification } from '../core/audit.ts';
import { incidentId } from '../core/incident.ts';
import { linkHash, noPredecessor } from './chain.ts';
import { pagesOf } from './pages.ts';
import { sealDigest } from './sealing.ts';
import { isPlainObject } from './storable.ts';
import type { Tables } from './tables.ts';

/**
 * A cut tail cannot be seen from the inside unless the projection still knows of it; `heads` are what was seen outside. Only one
 * stream with `only`. Reads in pages; a change of the record meanwhile is no fault, because events are only added.
 */
export async function verifyRecord(
  db: Kysely<Tables>,
  heads: readonly Head[] = [],
  only?: string,
): Promise<Verification> {
  // Read before the events: what is projected now stands in the events that are read later.
  const projected = await projectedEnds(db, only);
  const walks = new Map<string, Walk>();
  const seen: Seen[] = [...heads.map((head) => ({ head, was: 'posted' })), ...(await notedHeads(db, only))];
  const awaited = Map.groupBy(seen, ({ head }) => placeOf(head));
  const unmet: UnmetHead[] = [];
  let events = 0;
  let erased = 0;
  let current: Walk | undefined;
  for await (const page of pagesOf(db, only)) {
    const evidence = await evidenceOf(db, page);
    for (const event of page) {
      if (current?.stream !== event.stream) {
        erased += current?.end() ?? 0;
        current = new Walk(event.stream);
        walks.set(event.stream, current);
      }
      events += 1;
      current.step(event, evidence);
      const others = awaited.get(placeOf(event))?.filter(({ head }) => head.hash !== event.hash) ?? [];
      awaited.delete(placeOf(event));
      for (const { head, was } of others) {
        const fault = current.found(event.seq, `the event is not the one whose head was ${was}`);
        if (heads.includes(head)) unmet.push({ head, ...fault });
      }
    }
  }
  erased += current?.end() ?? 0;

  const walkOf = (stream: string): Walk => {
    const walk = walks.get(stream) ?? new Walk(stream);
    walks.set(stream, walk);
    return walk;
  };
  for (const { stream, seq, why } of projected) {
    const walk = walkOf(stream);
    if (walk.last < seq) walk.found(walk.last + 1, why);
  }
  for (const { head, was } of [...awaited.values()].flat()) {
    const walk = walkOf(head.stream);
    const ends = walk.last === 0 ? 'the record has nothing of it' : `the record ends at #${walk.last}`;
    const seq = Math.min(walk.last + 1, head.seq);
    const fault = walk.found(seq, `the tail is cut: #${head.seq} was ${was}, and ${ends}`);
    if (heads.includes(head)) unmet.push({ head, ...fault });
  }
  const faults = [...walks.values()].flatMap((walk) => walk.fault ?? []);
  return { streams: walks.size, events, erased, faults, unmet };
}

type UnmetHead = Verification['unmet'][number];

/** A head that the record must have, and where it was seen: `posted`, or `noted on 2026-11-25`. */
interface Seen {
  readonly head: Head;
  readonly was: string;
}

/** The record's own notes of its heads: whoever shortens another stream must change this one, too, and its head was posted. */
async function notedHeads(db: Kysely<Tables>, only: string | undefined): Promise<readonly Seen[]> {
  if (only !== undefined) return [];
  const seen: Seen[] = [];
  for await (const page of pagesOf(db, headsStream)) {
    for (const { at, data } of page) {
      const was = `noted on ${new Date(at).toISOString().slice(0, 10)}`;
      const heads: readonly unknown[] = isPlainObject(data) && Array.isArray(data.heads) ? data.heads : [];
      seen.push(...heads.filter(isHead).map((head) => ({ head, was })));
    }
  }
  return seen;
}

function isHead(value: unknown): value is Head {
  return isPlainObject(value) && typeof value.stream === 'string' && typeof value.hash === 'string';
}

function placeOf({ stream, seq }: { readonly stream: string; readonly seq: number }): string {
  return `${stream}:${seq}`;
}

/** One stream on its way from the first event to the last. */
class Walk {
  readonly stream: string;
  fault: ChainFault | undefined;
  last = 0;
  #prevHash = noPredecessor;
  /** What is erased, by its id, with the event that refers to it; an erasure on record takes it out. */
  readonly #emptied = new Map<string, number>();
  #erased = 0;

  constructor(stream: string) {
    this.stream = stream;
  }

  step(event: StoredEvent, evidence: ReadonlyMap<string, KeptEvidence>): void {
    const expected = this.last + 1;
    if (event.seq !== expected) this.found(expected, 'the event is missing');
    else if (event.prevHash !== this.#prevHash) this.found(event.seq, 'the event does not follow the one before it');
    else if (event.hash !== linkHash(event)) this.found(event.seq, 'the event was changed after it was recorded');
    this.last = event.seq;
    this.#prevHash = event.hash;
    this.#checkTexts(event);
    this.#checkEvidence(event, evidence);
    if (event.type === 'erased') {
      for (const id of namesIn(event.data)) if (this.#emptied.delete(id)) this.#erased += 1;
    }
  }

  #checkTexts({ seq, texts }: StoredEvent): void {
    for (const { row, digest, salt, text, lost } of texts) {
      if (lost === true) this.found(seq, 'the row of a private text of the event was removed');
      else if (text === undefined) this.#emptied.set(row, seq);
      else if (salt === undefined || sealDigest(Buffer.from(salt, 'hex'), text) !== digest)
        this.found(seq, 'a private text of the event was exchanged');
    }
  }

  #checkEvidence({ seq, data }: StoredEvent, evidence: ReadonlyMap<string, KeptEvidence>): void {
    const reference = referenceIn(data);
    if (reference === undefined) return;
    const kept = evidence.get(reference.id);
    if (kept?.kind === erasedEvidence) this.#emptied.set(reference.id, seq);
    else if (kept?.digest !== reference.digest) this.found(seq, 'evidence of the event was exchanged or removed');
  }

  /** Keeps the earliest fault; of two at one event the first found. */
  found(seq: number, why: string): ChainFault {
    const fault = { stream: this.stream, seq, why };
    if (this.fault === undefined || seq < this.fault.seq) this.fault = fault;
    return fault;
  }

  /** After the last event. Returns how much was erased on record. */
  end(): number {
    const [first] = [...this.#emptied.values()].sort((a, b) => a - b);
    if (first !== undefined) this.found(first, 'words or evidence of the event are gone, and no erasure is on record');
    return this.#erased;
  }
}

/** Stands in the place of the kind of evidence that was erased. */
export const erasedEvidence = 'erased';

interface KeptEvidence {
  readonly kind: string;
  readonly digest: string;
}

async function evidenceOf(db: Kysely<Tables>, events: readonly StoredEvent[]) {
  const ids = events.flatMap(({ data }) => referenceIn(data)?.id ?? []);
  if (ids.length === 0) return new Map<string, KeptEvidence>();
  const rows = await db
    .selectFrom('evidence')
    .select(['id', 'kind', sql<string>`encode(sha256(body), 'hex')`.as('digest')])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map(({ id, ...kept }) => [id, kept]));
}

export function referenceIn(data: unknown): { readonly id: string; readonly digest: unknown } | undefined {
  const evidence = isPlainObject(data) ? data.evidence : undefined;
  if (!isPlainObject(evidence) || typeof evidence.id !== 'string') return undefined;
  return { id: evidence.id, digest: evidence.digest };
}

/** Ids of the rows that an erasure names. */
function namesIn(data: unknown): readonly string[] {
  if (!isPlainObject(data)) return [];
  return [data.texts, data.files].flatMap((ids) =>
    Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [],
  );
}

/** How far each incident goes as the rest of the store knows it; numbers of incidents have no holes. */
async function projectedEnds(db: Kysely<Tables>, only: string | undefined): Promise<readonly ChainFault[]> {
  const rows = await db
    .selectFrom('incident')
    .select(['stream', 'seq'])
    .$if(only !== undefined, (query) => query.where('stream', '=', only ?? ''))
    .execute();
  const ends = rows.map(({ stream, seq }) => {
    return { stream, seq, why: `the tail is cut: the projection of the incident knows events up to #${seq}` };
  });
  if (only !== undefined) return ends;
  const counter = await db.selectFrom('counter').select('value').where('name', '=', 'incident').executeTakeFirst();
  const known = new Set(rows.map(({ stream }) => stream));
  const ids = Array.from({ length: counter?.value ?? 0 }, (_, index) => incidentId(index + 1));
  const why = 'the incident is missing as a whole: its number was given';
  return [...ends, ...ids.filter((id) => !known.has(id)).map((stream) => ({ stream, seq: 1, why }))];
}
