// The rows of actions: the claim is a compare-and-set on them, and one target has at most one action in flight.

import { type Kysely, sql } from 'kysely';

const statements = [
  // No names and no texts of people: those stand sealed in the incident.
  `create table action (
    id text primary key,
    stream text not null,
    target text,
    state text not null,
    debt boolean not null default false,
    claimed_at timestamptz,
    lease_until timestamptz,
    proposed_at timestamptz not null
  )`,
  // An action whose outcome is unknown holds its target until that is settled.
  `create unique index action_one_in_flight on action (target) where state in ('running', 'unknown')`,
  `create index action_by_target on action (target, claimed_at)`,
  `create index action_unsettled on action (state, proposed_at)
    where state in ('proposed', 'previewed', 'awaiting', 'approved', 'running', 'unknown')`,
  `create index action_debts on action (proposed_at) where debt`,

  // Incidents that were projected before there were actions.
  `update incident set state = state || '{"actions": {}}'::jsonb where not state ? 'actions'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
