// What a transaction writes when its work is done: evidence, notices and jobs, each kind in one statement. Nobody sees them before the commit.

import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Evidence, Ids, JobRequest, OutboxMessage } from '../core/ports.ts';
import { askInTransaction } from './ask.ts';
import type { Jobs } from './jobs.ts';
import { enqueue } from './outbox.ts';
import type { Tables } from './tables.ts';

export class DeferredWrites {
  readonly #ids: Ids;
  readonly #evidence = new Map<string, Evidence>();
  readonly #messages: OutboxMessage[] = [];
  readonly #requests: JobRequest[] = [];

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  get sends(): boolean {
    return this.#messages.length > 0;
  }

  send(message: OutboxMessage): void {
    this.#messages.push(message);
  }

  schedule(request: JobRequest): void {
    this.#requests.push(request);
  }

  keep(evidence: Omit<Evidence, 'id' | 'digest'>): Pick<Evidence, 'id' | 'digest'> {
    const reference = { id: this.#ids.next(), digest: createHash('sha256').update(evidence.body).digest('hex') };
    this.#evidence.set(reference.id, { ...reference, ...evidence });
    return reference;
  }

  /** What this transaction kept itself. */
  kept(id: string): Evidence | undefined {
    return this.#evidence.get(id);
  }

  async write(
    db: Kysely<Tables>,
    given: { readonly ids: Ids; readonly jobs: Jobs; readonly shared: boolean; readonly owner: string },
  ): Promise<void> {
    const evidence = [...this.#evidence.values()];
    if (evidence.length > 0) await askInTransaction('keep', () => insertEvidence(db, evidence));
    if (this.sends) await askInTransaction('send', () => enqueue(db, given, this.#messages));
    if (this.#requests.length > 0) {
      await askInTransaction('schedule', () => given.jobs.schedule(db, this.#requests));
    }
  }
}

async function insertEvidence(db: Kysely<Tables>, kept: readonly Evidence[]): Promise<void> {
  const rows = kept.map(({ mediaType, ...row }) => ({ ...row, media_type: mediaType }));
  await db.insertInto('evidence').values(rows).execute();
}
