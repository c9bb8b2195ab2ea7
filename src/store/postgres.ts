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
/**
 * `pg` ends what is idle for 10 s: the first incident of a night would wait for new server processes, 0.1 s for its checks alone. As many stay
 * as one incident uses at once.
 */
const pools = {
  work: { max: 10, min: 5 },
  front: { max: 4, min: 2 },
  turns: { max: 2, min: 1 },
  boss: { max: 4, min: 4 },
} as const;
/** They are opened once the start is over, and again where a database that restarts has ended them. */
const openKeptAfterMs = 1_000;
const openKeptEveryMs = 15_000;
/** So that no firewall forgets an idle connection, and one whose server is gone is known to be dead 10 s later. */
const probing = { keepAlive: true, keepAliveInitialDelayMillis: 20_000 };

/** Does not connect yet. Throws `StoreUnavailable`, without the address in it, when the address cannot be read. */
export function openPostgres(url: string, log: Log): Engine {
  if (!URL.canParse(url)) {
    throw new StoreUnavailable('The database address is not a URL of the form postgres://user:password@host:5432/name');
  }
  const limits = { connectionString: url, idle_in_transaction_session_timeout: idleInTransactionMs, ...probing };
  const opened: pg.Pool[] = [];
  const open = (size: pg.PoolConfig, connectionTimeoutMillis: number, prepares: boolean): Kysely<Tables> => {
    const pool = new pg.Pool({
      ...limits,
      ...size,
      connectionTimeoutMillis,
      application_name: 'acgs',
      statement_timeout: statementMs,
    });
    opened.push(pool);
    // An idle connection that breaks is replaced on the next query; unheard, the event would end the process.
    pool.on('error', (error) => log.warn(loggable(error), 'an idle database connection broke'));
    // pg takes its listener off a client that is in use, so a socket that dies there needs one of its own.
    pool.on('connect', (client) => client.on('error', () => {}));
    const asIs = (client: pg.PoolClient): PostgresPoolClient => client;
    const reached = tellingWhatWasNotSent(pool, prepares ? preparing() : asIs);
    return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: reached }) });
  };
  const db = open(pools.work, connectWithinMs, false);
  const front = open(pools.front, frontConnectWithinMs, true);
  const turns = open(pools.turns, frontConnectWithinMs, true);
  let keeping = setTimeout(keepOpen, openKeptAfterMs).unref();
  function keepOpen(): void {
    opened.forEach(openKept);
    keeping = setTimeout(keepOpen, openKeptEveryMs).unref();
  }
  return {
    kind: 'postgres',
    db,
    front,
    turns,
    boss: { ...limits, ...pools.boss, connectionTimeoutMillis: connectWithinMs },
    shared: true,
    // Its disk is its server's.
    noRoom: () => undefined,
    async close() {
      clearTimeout(keeping);
      await Promise.all([db, front, turns].map((pool) => pool.destroy()));
    },
  };
}

/** A connection that cannot be had now is opened by the first query that needs it. */
function openKept(pool: pg.Pool): void {
  const { min = 0 } = pool.options;
  for (let count = 0; count < min; count += 1) pool.query('select 1').catch(() => {});
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
