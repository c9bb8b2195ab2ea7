// What faces remember of their own views.

import { type Kysely, sql } from 'kysely';
import { storableText } from './storable.ts';
import type { Tables } from './tables.ts';

export async function writeFaceRefs(
  db: Kysely<Tables>,
  subject: string,
  refs: Readonly<Record<string, string>>,
): Promise<void> {
  const rows = Object.entries(refs).map(([key, value]) => ({ subject, key, value: storableText(value) }));
  if (rows.length === 0) return;
  await db
    .insertInto('face_ref')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['subject', 'key']).doUpdateSet((excluded) => ({
        value: excluded.ref('excluded.value'),
        set_at: sql<Date>`excluded.set_at`,
      })),
    )
    .execute();
}
