// The words of the audit: heads of streams as they are posted outside, what is wrong with a record, and the door to reading it.

import type { Actor } from './actor.ts';

/** The last event of a stream at some moment. Posted where the record cannot be changed, it shows later whether a tail was cut. */
export interface Head {
  readonly stream: string;
  readonly seq: number;
  /** Hex SHA-256 of the event. */
  readonly hash: string;
}

/** The stream in which the heads of all others are noted once a day. */
export const headsStream = 'heads';

/** `INC-7:12:8f3a…`, the form that `acgs audit verify --head` takes. */
export function spellHead({ stream, seq, hash }: Head): string {
  return `${stream}:${seq}:${hash}`;
}

/** All heads that stand in a text, which may be a line pasted from a message or a whole report. */
export function headsIn(text: string): readonly Head[] {
  return [...text.matchAll(/([A-Za-z0-9][\w.-]*):([1-9]\d{0,8}):([0-9a-f]{64})(?![0-9a-f])/g)].map(
    ([, stream = '', seq, hash = '']) => ({ stream, seq: Number(seq), hash }),
  );
}

/** Where a stream is not as it was recorded. */
export interface ChainFault {
  readonly stream: string;
  /** The first event that is bad or missing. */
  readonly seq: number;
  readonly why: string;
}

export interface Verification {
  readonly streams: number;
  readonly events: number;
  /** Private texts and evidence that were erased, with the erasure on record. */
  readonly erased: number;
  /** One for each broken stream, in order of streams. */
  readonly faults: readonly ChainFault[];
  /** Posted heads that the record does not have, each with what is wrong there. */
  readonly unmet: readonly (ChainFault & { readonly head: Head })[];
}

/** A private text behind an event. The chain holds `digest`: SHA-256 over the bytes of the salt and the UTF-8 bytes of the text. */
export interface StoredText {
  readonly row: string;
  readonly digest: string;
  /** Hex; absent with its text once erased. */
  readonly salt?: string;
  readonly text?: string;
  /** True when the row itself is gone, which no erasure does. */
  readonly lost?: boolean;
}

/** An event as it stands in the store: what is hashed, and the private texts beside it. Times are epoch ms. */
export interface StoredEvent {
  readonly stream: string;
  readonly seq: number;
  readonly at: number;
  readonly recordedAt: number;
  /** With seals in the place of ids of people. */
  readonly actor: unknown;
  readonly type: string;
  /** With seals in the place of words and ids of people. */
  readonly data: unknown;
  readonly prevHash: string;
  readonly hash: string;
  readonly texts: readonly StoredText[];
}

/** The record opened for looking only: nothing is brought up to date, repaired or written. */
export interface RecordReader {
  /** Walks everything, and holds it against heads that were posted outside. */
  verify(heads: readonly Head[]): Promise<Verification>;
  /** In order of streams and numbers, a page at a time; all streams without `stream`. */
  events(stream?: string): AsyncIterable<StoredEvent>;
  close(): Promise<void>;
}

/** What somebody wants erased: the words of one event, or a person's id wherever it stands. */
export type ErasureTarget =
  | { readonly kind: 'words'; readonly stream: string; readonly seq: number }
  | { readonly kind: 'person'; readonly id: string };

/** What would be erased from one stream. */
export interface Erasable {
  readonly stream: string;
  /** Events that it is part of, with the words that go; no words where an id goes. */
  readonly events: readonly { readonly seq: number; readonly type: string; readonly words: readonly string[] }[];
  /** Evidence that quotes it, by kind. */
  readonly files: readonly string[];
  /** Why it cannot be erased now. */
  readonly kept?: string;
}

export interface Found {
  readonly streams: readonly Erasable[];
  /** Words of other people that name the person, which is for somebody to judge. */
  readonly mentions: readonly { readonly stream: string; readonly seq: number }[];
}

/** The record opened for erasing. */
export interface Eraser {
  find(target: ErasureTarget): Promise<Found>;
  /** Erases what `find` finds now, and records in each stream that it was done and by whom. Returns the streams. */
  erase(target: ErasureTarget, by: Actor): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** There is no record of this bot where the configuration says that it is. */
export class NoRecordThere extends Error {
  override readonly name = 'NoRecordThere';
}
