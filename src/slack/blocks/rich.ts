// The few pieces that our messages are made of; untrusted words become rich_text text leaves, which Slack never parses.

import type {
  KnownBlock,
  PlainTextElement,
  RichTextElement,
  RichTextList,
  RichTextSection,
  RichTextText,
} from '@slack/types';
import type { Actor } from '../../core/actor.ts';
import type { Verdict } from '../../core/verdict.ts';
import { cutParts, cutTo, type RichPart, richLength } from '../fit.ts';
import { clean, escapeText, oneLine } from '../untrusted.ts';

/** A message that is complete with its text alone; the blocks say the same and more. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** How a person is called in a message. Names do not mention: a mention calls somebody. */
export type Named = (actor: Actor) => string;

/** chat.update refuses more than 4,000 characters of text; escaping may add to what was cut. */
const textLimit = 3_900;

export function topText(...lines: readonly string[]): string {
  let text = lines
    .map((line) => clean(line).trim())
    .filter((line) => line !== '')
    .join('\n');
  for (let limit = textLimit; escapeText(text).length > textLimit; limit -= 200) text = cutTo(text, limit);
  return escapeText(text) || 'No text';
}

export const verdictWord: Readonly<Record<Verdict, string>> = {
  critical: '🔴 CRITICAL',
  warning: '🟠 WARNING',
  ok: '🟢 OK',
  unknown: '⚪ UNKNOWN',
};

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: cutTo(oneLine(text), max) || '–', emoji: false };
}

export function words(text: string, max = 1_000): RichTextText {
  return { type: 'text', text: cutTo(clean(text), max) };
}

export function strong(text: string, max = 300): RichTextText {
  return { ...words(text, max), style: { bold: true } };
}

export function code(text: string, max = 300): RichTextText {
  return { ...words(text, max), style: { code: true } };
}

/** `02:16 UTC`. */
export function utcTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 16)} UTC`;
}

export function utcDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The reader's own time first, UTC beside it. */
export function clockTime(ms: number): readonly RichTextElement[] {
  const local = { type: 'date', timestamp: Math.floor(ms / 1_000), format: '{time}', fallback: utcTime(ms) } as const;
  return [local, words(` (${utcTime(ms)})`)];
}

export function day(ms: number): RichTextElement {
  return { type: 'date', timestamp: Math.floor(ms / 1_000), format: '{date}', fallback: `${utcDate(ms)} UTC` };
}

export function link(url: string, label: string): RichTextElement {
  const address = clean(url).replace(/[\s<>|]/g, '');
  if (!/^https?:\/\//.test(address) || address.length > 3_000) return words(label);
  return { type: 'link', url: address, text: cutTo(oneLine(label), 200) };
}

export type Piece = RichTextElement | readonly RichTextElement[] | string | false | undefined;

/** A section of the given pieces; empty ones are left out. */
export function line(...pieces: readonly Piece[]): RichTextSection {
  const elements = pieces.flatMap((piece): readonly RichTextElement[] => {
    if (piece === undefined || piece === false) return [];
    return typeof piece === 'string' ? [words(piece)] : 'type' in piece ? [piece] : piece;
  });
  return { type: 'rich_text_section', elements: elements.filter((leaf) => leaf.type !== 'text' || leaf.text !== '') };
}

export function bullets(items: readonly RichTextSection[]): RichTextList {
  return { type: 'rich_text_list', style: 'bullet', elements: items.filter((item) => item.elements.length > 0) };
}

/** A line as words: times in UTC, once. */
export function spoken(section: RichTextSection): string {
  return section.elements
    .map((leaf, position) => {
      if (leaf.type !== 'text') return '';
      const afterDate = section.elements[position - 1]?.type === 'date';
      return afterDate ? leaf.text.replace(/^ \((.*)\)$/, '$1') : leaf.text;
    })
    .join('');
}

/** Slack documents 3,000 characters for text objects and nothing for rich_text; the same limit is kept for both. */
export const blockLength = 2_900;

/** One rich_text block, cut to its length; undefined when nothing is in it. */
export function rich(...parts: readonly (RichPart | undefined | false)[]): KnownBlock | undefined {
  const elements = parts.filter((part): part is RichPart => typeof part === 'object' && richLength(part) > 0);
  return elements.length === 0 ? undefined : { type: 'rich_text', elements: [...cutParts(elements, blockLength)] };
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: plain(text, 150) };
}

/** Small grey text below. */
export function footnote(text: string): KnownBlock | undefined {
  return oneLine(text) === '' ? undefined : { type: 'context', elements: [plain(text, 2_000)] };
}

export function present<T>(items: readonly (T | undefined | false)[]): readonly T[] {
  return items.filter((item): item is T => item !== undefined && item !== false);
}
