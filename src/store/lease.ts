// Leases: for how long a claim counts without a sign of life of the process that made it, by the database's clock.

import { sql } from 'kysely';

/**
 * Renewed every few seconds while work is in hand: a process that stalls for a few seconds loses nothing, and the work of one
 * that died goes on elsewhere well within 30 s.
 */
export const leaseMs = 12_000;

export const leaseEnd = sql<Date>`now() + make_interval(secs => ${leaseMs / 1_000})`;
