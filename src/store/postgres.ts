// PostgreSQL as the engine of the store: one pool for our queries, the job engine's own pool beside it.

import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type Log, StoreUnavailable } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import { loggable } from './failure.ts';
import type { Tables } from './tables.ts';

const connectWithinMs = 5_000;
const statementMs = 15_000;
/** A process that stalls inside a transaction holds its locks for no longer than this. */
const idleInTransactionMs = 5_000;

/** Does not connect yet. Throws `StoreUnavailable`, without the address in it, when the address cannot be read. */
export function openPostgres(url: string, log: Log): Engine {
  if (!URL.canParse(url)) {
    throw new StoreUnavailable('The database address is not a URL of the form postgres://user:password@host:5432/name');
  }
  const limits = {
    connectionTimeoutMillis: connectWithinMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
  };
  const pool = new pg.Pool({
    ...limits,
    connectionString: url,
    max: 10,
    application_name: 'acgs',
    keepAlive: true,
    statement_timeout: statementMs,
  });
  // An idle connection that breaks is replaced on the next query; unheard, the event would end the process.
  pool.on('error', (error) => log.warn(loggable(error), 'an idle database connection broke'));
  // pg takes its listener off a client that is in use, so a socket that dies there needs one of its own.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    kind: 'postgres',
    db,
    boss: { connectionString: url, max: 4, ...limits },
    shared: true,
    close: () => db.destroy(),
  };
}
