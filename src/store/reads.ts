// The reads of the store, over the database or over an open transaction.

import { type Kysely, sql } from 'kysely';
import type { Reads } from '../core/ports.ts';
import { actionsIn, claimsOn, streamOfAction } from './action-rows.ts';
import type { Ask } from './ask.ts';
import { eventsOf, headOf, headsSince } from './event-log.ts';
import { countOf, incidentOf, incidentsOf } from './projection.ts';
import type { Tables } from './tables.ts';

/** A watch judges its latest run; an incident that stays open for days must not read all of them each time. */
const samplesKept = 1_000;

export function readsOver(db: Kysely<Tables>, ask: Ask): Reads {
  return {
    events: (stream) => ask('events', () => eventsOf(db, stream)),
    head: (stream) => ask('head', () => headOf(db, stream)),
    headsSince: (sinceMs) => ask('headsSince', () => headsSince(db, sinceMs)),
    incident: (id) => ask('incident', () => incidentOf(db, id)),
    incidents: (filter) => ask('incidents', () => incidentsOf(db, filter)),
    countIncidents: (filter) => ask('countIncidents', () => countOf(db, filter)),

    actions: (filter) => ask('actions', () => actionsIn(db, filter)),
    incidentOfAction: (id) => ask('incidentOfAction', () => streamOfAction(db, id)),
    claimsOn: (target, sinceMs) => ask('claimsOn', () => claimsOn(db, target, sinceMs)),

    evidence: (id) =>
      ask('evidence', async () => {
        const row = await db.selectFrom('evidence').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined) return undefined;
        const { digest, kind, media_type: mediaType, body } = row;
        return { id, digest, kind, mediaType, body: new Uint8Array(body) };
      }),

    samples: (stream, sinceMs) =>
      ask('samples', async () => {
        const query = db.selectFrom('sample').select(['signal', 'at', 'value', 'verdict']).where('stream', '=', stream);
        const newest = query.where('at', '>=', new Date(sinceMs)).orderBy('at', 'desc').orderBy('signal', 'desc');
        const rows = await newest.limit(samplesKept).execute();
        return rows.reverse().map((row) => ({ ...row, at: row.at.getTime() }));
      }),

    faceRef: (subject, key) =>
      ask('faceRef', async () => {
        const query = db.selectFrom('face_ref').select('value');
        const row = await query.where('subject', '=', subject).where('key', '=', key).executeTakeFirst();
        return row?.value;
      }),

    faceRefsAt: (subject, keys) =>
      ask('faceRefsAt', async () => {
        const query = db.selectFrom('face_ref').select(['key', 'value']).where('subject', '=', subject);
        const rows = await query.where('key', 'in', keys).execute();
        return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
      }),

    faceRefs: (subject, keysFrom) =>
      ask('faceRefs', async () => {
        const query = db.selectFrom('face_ref').select('value').where('subject', '=', subject);
        const rows = await query.where(sql<boolean>`starts_with(key, ${keysFrom})`).orderBy('key').execute();
        return rows.map(({ value }) => value);
      }),

    subjectOf: (key, value) =>
      ask('subjectOf', async () => {
        const query = db.selectFrom('face_ref').select('subject').where('key', '=', key).where('value', '=', value);
        const row = await query.orderBy('set_at', 'desc').limit(1).executeTakeFirst();
        return row?.subject;
      }),
  };
}
