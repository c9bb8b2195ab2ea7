// Checks an export of the record by what docs/audit.md says and nothing else: no line of the bot is used here.

import { createHash } from 'node:crypto';

interface Line {
  readonly [member: string]: unknown;
  readonly private: readonly { digest: string; salt?: string; text?: string; erased?: boolean }[];
}

/** What is wrong with the export, `[]` when nothing is; and the head of each stream. */
export function checkExport(text: string): { readonly wrong: readonly string[]; readonly heads: readonly string[] } {
  const wrong: string[] = [];
  const heads = new Map<unknown, { seq: number; hash: string }>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const event = JSON.parse(line) as Line;
    const before = heads.get(event.stream) ?? { seq: 0, hash: '0'.repeat(64) };
    const where = `${event.stream} #${event.seq}`;
    if (event.seq !== before.seq + 1) wrong.push(`${where}: its number`);
    if (event.prevHash !== before.hash) wrong.push(`${where}: its predecessor`);
    const names = ['actor', 'at', 'data', 'prevHash', 'recordedAt', 'seq', 'stream', 'type'];
    const hashed = `{${names.map((name) => `"${name}":${canonical(event[name])}`).join(',')}}`;
    if (sha256(Buffer.from(hashed, 'utf8')) !== event.hash) wrong.push(`${where}: its hash`);
    for (const { digest, salt = '', text: said, erased } of event.private) {
      if (erased === true) continue;
      const bytes = Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(String(said), 'utf8')]);
      if (sha256(bytes) !== digest) wrong.push(`${where}: a private text`);
    }
    heads.set(event.stream, { seq: event.seq as number, hash: event.hash as string });
  }
  return { wrong, heads: [...heads].map(([stream, { seq, hash }]) => `${stream}:${seq}:${hash}`) };
}

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join()}}`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
