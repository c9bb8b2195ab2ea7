// The hash chain of a stream: every event's hash covers the event as it is stored and its predecessor's hash.

import { createHash } from 'node:crypto';
import type { StoredEvent } from '../core/audit.ts';
import { canonicalJson } from './storable.ts';

/** An event as it is hashed: texts are seals. */
export type Link = Omit<StoredEvent, 'hash' | 'texts'>;

/** The predecessor's hash of the first event of a stream. */
export const noPredecessor = '0'.repeat(64);

/** Hex SHA-256 over the canonical JSON of the link. */
export function linkHash(link: Link): string {
  const { stream, seq, at, recordedAt, actor, type, data, prevHash } = link;
  return createHash('sha256')
    .update(canonicalJson({ stream, seq, at, recordedAt, actor, type, data, prevHash }))
    .digest('hex');
}
