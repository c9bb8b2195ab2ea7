// The rows of actions beside the incident projection: claims are compared and set here, and lists over all incidents are read here.

import { type Kysely, sql } from 'kysely';
import { type Action, type ActionState, isDebt } from '../core/action/action.ts';
import type { ActionFilter, ActionRow, Claims } from '../core/action/ports.ts';
import type { Incident } from '../core/incident.ts';
import { StaleStream } from '../core/ports.ts';
import type { Ask } from './ask.ts';
import type { SealedEvent } from './event-log.ts';
import type { Tables } from './tables.ts';

const mostRows = 200;

/** A process that did not speak for its running action for this long is gone, or stands still. */
const leaseSeconds = 20;
const leaseEnd = sql<Date>`now() + make_interval(secs => ${leaseSeconds})`;

/** Moves the rows of the actions that these events are about. Rejects with `StaleStream` when a claim came too late. */
export async function projectActions(
  db: Kysely<Tables>,
  incident: Incident | undefined,
  events: readonly SealedEvent[],
): Promise<void> {
  if (incident === undefined) return;
  for (const id of new Set(events.flatMap(actionIdOf))) {
    const action = incident.actions[id];
    if (action === undefined) continue;
    const claimed = events.some((event) => event.type === 'action-claimed' && actionIdOf(event).includes(id));
    if (claimed) await claim(db, action);
    else await upsert(db, incident.id, action);
  }
}

/** Makes the rows of an incident anew. */
export async function rebuildActions(db: Kysely<Tables>, incident: Incident): Promise<void> {
  for (const action of Object.values(incident.actions)) await upsert(db, incident.id, action);
}

/** Whoever else moved the row meanwhile has won; the unique index refuses a second action on the target. */
async function claim(db: Kysely<Tables>, action: Action): Promise<void> {
  const claimed = await db
    .updateTable('action')
    .set({ state: 'running', claimed_at: new Date(action.claim?.at ?? 0), lease_until: leaseEnd })
    .where('id', '=', action.id)
    .where('state', '=', 'approved')
    .executeTakeFirst();
  if (claimed.numUpdatedRows !== 1n) throw new StaleStream(`action ${action.id} is not to be claimed any more`);
}

async function upsert(db: Kysely<Tables>, stream: string, action: Action): Promise<void> {
  const row = {
    target: action.shown?.target ?? null,
    state: action.state,
    debt: isDebt(action),
    claimed_at: action.claim === undefined ? null : new Date(action.claim.at),
  };
  await db
    .insertInto('action')
    .values({ id: action.id, stream, proposed_at: new Date(action.proposedAt), ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

function actionIdOf({ type, data }: SealedEvent): readonly string[] {
  const id = type.startsWith('action-') ? (data as { readonly action?: unknown }).action : undefined;
  return typeof id === 'string' ? [id] : [];
}

export async function actionsIn(
  db: Kysely<Tables>,
  { states, debts, proposedSince }: ActionFilter,
): Promise<readonly ActionRow[]> {
  const rows = await db
    .selectFrom('action')
    .select(['id', 'stream', 'target', 'state'])
    .$if(states !== undefined, (query) => query.where('state', 'in', [...(states ?? [])]))
    .$if(debts === true, (query) => query.where('debt', '=', true))
    .$if(proposedSince !== undefined, (query) => query.where('proposed_at', '>=', new Date(proposedSince ?? 0)))
    .orderBy('proposed_at')
    .limit(mostRows)
    .execute();
  return rows.map(({ id, stream, target, state }) => ({
    id,
    incident: stream,
    state: state as ActionState,
    ...(target === null ? {} : { target }),
  }));
}

export async function streamOfAction(db: Kysely<Tables>, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('action').select('stream').where('id', '=', id).executeTakeFirst();
  return row?.stream;
}

export async function claimsOn(db: Kysely<Tables>, target: string, sinceMs: number): Promise<number> {
  const row = await db
    .selectFrom('action')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('target', '=', target)
    .where('claimed_at', '>=', new Date(sinceMs))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export function claimsOver(db: Kysely<Tables>, ask: Ask): Claims {
  return {
    renew: (action) =>
      ask('claims.renew', async () => {
        await db
          .updateTable('action')
          .set({ lease_until: leaseEnd })
          .where('id', '=', action)
          .where('state', '=', 'running')
          .execute();
      }),

    left: () =>
      ask('claims.left', async () => {
        const rows = await db
          .selectFrom('action')
          .select(['id', 'stream', 'target'])
          .where('state', '=', 'running')
          .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', sql<Date>`now()`)]))
          .limit(mostRows)
          .execute();
        return rows.map(({ id, stream, target }) => ({
          id,
          incident: stream,
          state: 'running' as const,
          ...(target === null ? {} : { target }),
        }));
      }),
  };
}
