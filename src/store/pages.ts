// Reads the events of all streams page by page, as they are stored, with the private texts behind their seals.

import { type Kysely, sql } from 'kysely';
import type { StoredEvent, StoredText } from '../core/audit.ts';
import { linkOf } from './event-log.ts';
import { sealsIn } from './sealing.ts';
import type { Tables } from './tables.ts';

/** Events of checks hold tables, so a page is some hundred kilobytes. */
const pageLength = 200;

/** In order of streams and numbers; one stream with `only`. */
export async function* pagesOf(db: Kysely<Tables>, only?: string): AsyncGenerator<readonly StoredEvent[]> {
  let [stream, seq] = ['', 0];
  for (;;) {
    const rows = await db
      .selectFrom('event')
      .selectAll()
      .$if(only !== undefined, (query) => query.where('stream', '=', only ?? ''))
      .where(sql<boolean>`(stream, seq) > (${stream}, ${seq})`)
      .orderBy('stream')
      .orderBy('seq')
      .limit(pageLength)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    ({ stream, seq } = last);
    const links = rows.map(linkOf);
    const texts = await textsBehind(db, links);
    yield links.map((link) => ({
      ...link,
      texts: sealsIn([link.actor, link.data]).map(({ row, digest }) => ({ row, digest, ...texts(row) })),
    }));
  }
}

async function textsBehind(
  db: Kysely<Tables>,
  values: unknown,
): Promise<(row: string) => Pick<StoredText, 'salt' | 'text' | 'lost'>> {
  const ids = sealsIn(values).map(({ row }) => row);
  const rows = ids.length === 0 ? [] : await db.selectFrom('private_text').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return (id) => {
    const row = byId.get(id);
    if (row === undefined) return { lost: true };
    return {
      ...(row.salt === null ? {} : { salt: Buffer.from(row.salt).toString('hex') }),
      ...(row.text === null ? {} : { text: row.text }),
    };
  };
}
