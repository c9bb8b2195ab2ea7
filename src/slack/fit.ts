// Cutting to Slack's limits, always with a count of what was cut.

import type { RichTextElement, RichTextList, RichTextPreformatted, RichTextSection } from '@slack/types';

/** Slack counts characters without saying which; UTF-16 units are never fewer than code points, so they are counted. */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text;
  let keep = max - tail(text.length).length;
  // Never half a surrogate pair.
  if (/[\uD800-\uDBFF]/.test(text.charAt(keep - 1))) keep -= 1;
  return text.slice(0, Math.max(0, keep)) + tail(text.length - Math.max(0, keep));
}

function tail(cut: number): string {
  return `… (+${cut} characters)`;
}

/** The first `max` items, and how many were left out. */
export function firstOf<T>(items: readonly T[], max: number): { readonly shown: readonly T[]; readonly cut: number } {
  return { shown: items.slice(0, max), cut: Math.max(0, items.length - max) };
}

export type RichPart = RichTextSection | RichTextList | RichTextPreformatted;

/** Length of all text in a part of a rich_text block, in characters. */
export function richLength(part: RichPart): number {
  const pieces: readonly (RichTextElement | RichTextSection)[] = part.elements;
  return pieces.reduce((sum, piece) => sum + pieceLength(piece), 0);
}

function pieceLength(piece: RichTextElement | RichTextSection): number {
  switch (piece.type) {
    case 'rich_text_section':
      return richLength(piece);
    case 'text':
      return piece.text.length;
    case 'link':
      return (piece.text ?? piece.url).length;
    default:
      // Mentions and dates: what a client shows is about this long.
      return 24;
  }
}

/** Distributes parts over runs of at most `maxLength` characters and `maxParts` parts, in order. No part is lost. */
export function runsOf<T extends RichPart>(parts: readonly T[], maxLength: number, maxParts: number): readonly T[][] {
  const runs: T[][] = [];
  let length = 0;
  for (const part of parts) {
    const last = runs.at(-1);
    const size = richLength(part);
    if (last === undefined || length + size > maxLength || last.length >= maxParts) {
      runs.push([part]);
      length = size;
    } else {
      last.push(part);
      length += size;
    }
  }
  return runs;
}
