// Statements that the server parses and plans once on each connection, instead of each time: for the few that somebody waits for.

import type { PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** Some texts differ with the number of their parameters; what comes after so many is sent as it is. */
const textsAtMost = 50;
/** `cached plan must not change result type`: the migration of a newer release altered the table. */
const outdatedPlan = '0A000';

/**
 * How the connections of one pool prepare their statements with parameters. Not for transactions: a statement whose plan is outdated is sent
 * again.
 */
export function preparing(): (client: pg.PoolClient) => PostgresPoolClient {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= textsAtMost) return known;
    const name = `acgs_${names.size + 1}`;
    names.set(text, name);
    return name;
  };

  const query = async (client: pg.PoolClient, text: string, parameters: readonly unknown[]) => {
    const values = [...parameters];
    const name = values.length === 0 ? undefined : nameOf(text);
    if (name === undefined) return client.query(text, values);
    try {
      return await client.query({ name, text, values });
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== outdatedPlan) throw error;
      return client.query(text, values);
    }
  };

  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return (client) => {
    const prepared = known.get(client) ?? {
      // Kysely asks for a cursor only when it streams, which the store does not.
      query: ((text: string, parameters: readonly unknown[] = []): unknown =>
        query(client, text, parameters)) as PostgresPoolClient['query'],
      release: (destroy) => client.release(destroy),
    };
    known.set(client, prepared);
    return prepared;
  };
}
