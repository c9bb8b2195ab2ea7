// Statements that the server parses and plans once on each connection, instead of each time: for the few that somebody waits for.

import type { PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** `cached plan must not change result type`: the migration of a newer release altered the table. */
const outdatedPlan = '0A000';

type Query = PostgresPoolClient['query'];

/**
 * How clients of one pool prepare their statements with parameters, `textsAtMost` of them: some texts differ with the number of their
 * parameters, and what comes after so many is sent as it is. Where others migrate the database, not for transactions: a statement
 * whose plan is outdated is sent again.
 */
export function preparing(textsAtMost: number): (client: pg.ClientBase) => Query {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= textsAtMost) return known;
    const name = `acgs_${names.size + 1}`;
    names.set(text, name);
    return name;
  };

  const query = async (client: pg.ClientBase, text: string, parameters: readonly unknown[]) => {
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

  // Kysely asks for a cursor only when it streams, which the store does not.
  return (client) =>
    ((text: string, parameters: readonly unknown[] = []): unknown => query(client, text, parameters)) as Query;
}
