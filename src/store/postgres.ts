// PostgreSQL as the engine of the store: a pool for work, small ones for what must not queue behind it, the job engine's own beside them.

import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { type Log, StoreUnavailable } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import { loggable, NotConnected } from './failure.ts';
import { preparing } from './prepared.ts';
import type { Tables } from './tables.ts';

const connectWithinMs = 5_000;
/** Slack waits 3 s for an acknowledgement; a person must hear before that what cannot be stored. */
const frontConnectWithinMs = 1_500;
const statementMs = 15_000;
/** A process that stalls inside a transaction holds its locks for no longer than this. */
const idleInTransactionMs = 5_000;

/** Does not connect yet. Throws `StoreUnavailable`, without the address in it, when the address cannot be read. */
export function openPostgres(url: string, log: Log): Engine {
  if (!URL.canParse(url)) {
    throw new StoreUnavailable('The database address is not a URL of the form postgres://user:password@host:5432/name');
  }
  const limits = { connectionString: url, idle_in_transaction_session_timeout: idleInTransactionMs };
  const open = (max: number, connectionTimeoutMillis: number, prepares: boolean): Kysely<Tables> => {
    const pool = new pg.Pool({
      ...limits,
      max,
      connectionTimeoutMillis,
      application_name: 'acgs',
      keepAlive: true,
      statement_timeout: statementMs,
    });
    // An idle connection that breaks is replaced on the next query; unheard, the event would end the process.
    pool.on('error', (error) => log.warn(loggable(error), 'an idle database connection broke'));
    // pg takes its listener off a client that is in use, so a socket that dies there needs one of its own.
    pool.on('connect', (client) => client.on('error', () => {}));
    const asIs = (client: pg.PoolClient): PostgresPoolClient => client;
    const reached = tellingWhatWasNotSent(pool, prepares ? preparing() : asIs);
    return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: reached }) });
  };
  const db = open(10, connectWithinMs, false);
  const front = open(4, frontConnectWithinMs, true);
  const turns = open(2, frontConnectWithinMs, true);
  return {
    kind: 'postgres',
    db,
    front,
    turns,
    boss: { ...limits, max: 4, connectionTimeoutMillis: connectWithinMs },
    shared: true,
    // Its disk is its server's.
    noRoom: () => undefined,
    async close() {
      await Promise.all([db, front, turns].map((pool) => pool.destroy()));
    },
  };
}

/** A query that got no connection was surely not sent, which its error alone does not say. */
function tellingWhatWasNotSent(pool: pg.Pool, reached: (client: pg.PoolClient) => PostgresPoolClient): PostgresPool {
  return {
    connect: () =>
      pool.connect().then(reached, (error: unknown) => {
        throw new NotConnected(error);
      }),
    end: () => pool.end(),
    options: pool.options,
  };
}
