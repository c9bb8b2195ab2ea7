// What a conversation is: the asks it answers, each with the work that follows the acknowledgement.

import type { Actor } from '../../core/actor.ts';
import { person } from '../../core/actor.ts';
import type { ReplyTo } from '../../core/notice.ts';
import type { Request } from '../../response/desk.ts';
import type { Ask, ClickAsk, CommandAsk, Keyed, SubmissionAsk } from '../asks.ts';

/** Errors of a form by input, as Slack shows them under the inputs. Undefined: nothing is wrong. */
export type FormErrors = Readonly<Record<string, string>> | undefined;

export interface Conversation {
  readonly command?: (keyed: Keyed<CommandAsk>) => Promise<void>;
  /** By action_id. */
  readonly clicks?: Readonly<Record<string, (keyed: Keyed<ClickAsk>) => Promise<void>>>;
  /** By callback_id. `errors` runs before the acknowledgement and reads the store only. */
  readonly submissions?: Readonly<
    Record<
      string,
      {
        readonly errors: (ask: SubmissionAsk) => Promise<FormErrors>;
        readonly work: (keyed: Keyed<SubmissionAsk>) => Promise<void>;
      }
    >
  >;
}

export function replyTo(ask: Ask): ReplyTo {
  const place = ask.kind === 'submission' ? readMetadata(ask.metadata).place : ask.place;
  const reply = ask.kind === 'submission' ? undefined : ask.reply;
  return {
    person: ask.person,
    ...(place === undefined ? {} : { place }),
    ...(reply === undefined ? {} : { reply }),
  };
}

export function requestOf({ ask, key }: Keyed<Ask>): Request {
  const actor: Actor = person(ask.person);
  return { actor, to: replyTo(ask), delivery: key };
}

/** What a modal remembers: an opaque id, and where its button was pressed. */
export interface ModalMemory {
  readonly subject: string;
  readonly place?: string;
}

export function writeMetadata(memory: ModalMemory): string {
  return memory.place === undefined ? memory.subject : `${memory.subject} ${memory.place}`;
}

export function readMetadata(metadata: string): ModalMemory {
  const [subject = '', place] = metadata.split(' ', 2);
  return place === undefined ? { subject } : { subject, place };
}
