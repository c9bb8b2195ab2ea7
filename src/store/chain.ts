// The hash chain of a stream: every event's hash covers the event as it is stored and its predecessor's hash.

import { createHash } from 'node:crypto';
import { canonicalJson } from './storable.ts';

/** An event as it is hashed: texts are seals, times are epoch ms. */
export interface Link {
  readonly stream: string;
  readonly seq: number;
  readonly at: number;
  readonly recordedAt: number;
  readonly actor: unknown;
  readonly type: string;
  readonly data: unknown;
  readonly prevHash: string;
}

/** The predecessor's hash of the first event of a stream. */
export const noPredecessor = '0'.repeat(64);

/** Hex SHA-256 over the canonical JSON of the link. */
export function linkHash(link: Link): string {
  const { stream, seq, at, recordedAt, actor, type, data, prevHash } = link;
  return createHash('sha256')
    .update(canonicalJson({ stream, seq, at, recordedAt, actor, type, data, prevHash }))
    .digest('hex');
}

/** The first link that does not fit, or undefined when the chain holds. Expects the links in order of `seq`. */
export function firstBreak(
  links: readonly (Link & { readonly hash: string })[],
): { readonly seq: number; readonly why: string } | undefined {
  let prevHash = noPredecessor;
  for (const [index, link] of links.entries()) {
    const seq = index + 1;
    if (link.seq !== seq) return { seq, why: 'the event is missing' };
    if (link.prevHash !== prevHash) return { seq, why: 'the event does not follow the one before it' };
    if (link.hash !== linkHash(link)) return { seq, why: 'the event was changed after it was recorded' };
    prevHash = link.hash;
  }
  return undefined;
}
