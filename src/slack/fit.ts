// Cutting to Slack's limits, always with a count of what was cut.

import type { RichTextElement, RichTextList, RichTextPreformatted, RichTextSection } from '@slack/types';

/** Slack counts characters without saying which; UTF-16 units are never fewer than code points, so they are counted. */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = wholeCharacters(text.slice(0, Math.max(0, max - tail(text.length).length)));
  return kept + tail(text.length - kept.length);
}

function tail(cut: number): string {
  return `… (+${cut} characters)`;
}

/** Whether anything of these messages was cut: each cut is counted in words, so the words tell. */
export function wasCut(messages: readonly { readonly blocks: readonly object[] }[]): boolean {
  return /… \(\+\d+ characters\)|"and \d+ more\b/.test(JSON.stringify(messages.map((message) => message.blocks)));
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

/** The parts up to `max` characters; what does not fit is cut inside its text, and the end says how much is missing. */
export function cutParts(parts: readonly RichPart[], max: number): readonly RichPart[] {
  const total = parts.reduce((sum, part) => sum + richLength(part), 0);
  if (total <= max) return parts;
  let room = max - tail(total).length;
  const kept: RichPart[] = [];
  for (const part of parts) {
    const size = richLength(part);
    if (size > room) {
      const { shortened, used } = shorten(part, room);
      if (used > 0) kept.push(shortened);
      room -= used;
      break;
    }
    kept.push(part);
    room -= size;
  }
  const missing = total - (max - tail(total).length - room);
  return [...kept, { type: 'rich_text_section', elements: [{ type: 'text', text: tail(missing) }] }];
}

/** As many whole pieces as fit, and the beginning of the next one where that is text. */
function shorten(part: RichPart, room: number): { readonly shortened: RichPart; readonly used: number } {
  const elements: (RichTextElement | RichTextSection)[] = [];
  let used = 0;
  for (const piece of part.elements as readonly (RichTextElement | RichTextSection)[]) {
    const left = room - used;
    const fits = pieceLength(piece) <= left ? piece : beginning(piece, left);
    if (fits === undefined) break;
    elements.push(fits);
    used += pieceLength(fits);
    if (fits !== piece) break;
  }
  return { shortened: { ...part, elements } as RichPart, used };
}

function beginning(piece: RichTextElement | RichTextSection, room: number): typeof piece | undefined {
  if (room <= 0) return undefined;
  if (piece.type === 'text') return { ...piece, text: wholeCharacters(piece.text.slice(0, room)) };
  if (piece.type !== 'rich_text_section') return undefined;
  const { shortened, used } = shorten(piece, room);
  return used === 0 ? undefined : (shortened as RichTextSection);
}

function wholeCharacters(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
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
