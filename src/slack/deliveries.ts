// Every delivery is stored before it is acknowledged and worked afterwards, so that what was acknowledged is never lost.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Meter } from '../core/meter.ts';
import type { Clock, Ids, Log, Store } from '../core/ports.ts';
import {
  type Ask,
  type CommandAsk,
  type Keyed,
  readClick,
  readCommand,
  readEvent,
  readShortcut,
  readSubmission,
  type SubmissionAsk,
} from './asks.ts';
import { textMessage } from './blocks/answers.ts';
import type { Message } from './blocks/rich.ts';
import { type FormErrors, replyTo } from './conversations/conversation.ts';
import type { Conversations } from './conversations/index.ts';
import type { People } from './people.ts';
import { answer, respond } from './replies.ts';
import { createTaking, formProblemOf, notAccepted, problemOf, within } from './taking.ts';
import type { SlackApi } from './web-api.ts';
import { createWorking } from './working.ts';

/** What Slack gets as the body of its 200. */
export type Ack = (body?: Readonly<Record<string, unknown>>) => Promise<void>;

export interface Deliveries {
  command(body: unknown, ack: Ack): Promise<void>;
  click(body: unknown, ack: Ack): Promise<void>;
  submission(body: unknown, ack: Ack): Promise<void>;
  shortcut(body: unknown, ack: Ack): Promise<void>;
  /** Rejects when the event could not be stored: unlike all others, Slack delivers it again then. */
  event(body: unknown, ack: Ack): Promise<void>;
  start(): void;
  /** Accepts nothing more and waits for the work in hand, at most `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

/** Slack waits 3 s for its answer. */
const storeWithinMs = 2_200;
/** What is left of the 3 s for telling it before the acknowledgement. */
const tellWithinMs = 500;
const lookWithinMs = 700;

export function createDeliveries(given: {
  readonly store: Pick<Store, 'inbox' | 'transact'>;
  readonly conversations: Conversations;
  readonly people: People;
  readonly api: SlackApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly meter: Meter;
}): Deliveries {
  const { store, conversations, people, api, clock, ids, log, meter } = given;
  const { inbox } = store;
  const stopping = new AbortController();
  /** Deliveries on their way into the inbox: what is taken of them is still worked when a stop begins. */
  const arriving = new Set<Promise<void>>();
  const arrives = (handling: Promise<void>): Promise<void> => {
    arriving.add(handling);
    const gone = () => arriving.delete(handling);
    handling.then(gone, gone);
    return handling;
  };

  const tell = async ({ ask }: Keyed<Ask>, said: string): Promise<void> => {
    const { place, ...to } = replyTo(ask);
    const message = textMessage(said);
    // At once while that works: a turn is the store's to give, and the store is what this is about.
    if (await respond(api, to, message)) return;
    await answer(api, { person: to.person, ...(place === undefined ? {} : { place }) }, message).catch(() => undefined);
  };
  const taking = createTaking({
    inbox,
    clock,
    log,
    meter,
    stopping: stopping.signal,
    taken: (keyed) => working.run(keyed),
    refused: (keyed) => tell(keyed, notAccepted),
  });
  const { take, takeEvent } = taking;
  const working = createWorking({ store, conversations, people, taking, ids, log, stopping: stopping.signal });

  const acknowledge = async (ack: Ack, body?: Readonly<Record<string, unknown>>): Promise<void> => {
    // The delivery is on record by now; an answer that came too late for Slack changes nothing about that.
    await ack(body).catch((error: unknown) => log.warn({ why: String(error) }, 'an acknowledgement came too late'));
  };

  const command = async (body: unknown, ack: Ack): Promise<void> => {
    const keyed = readCommand(body);
    const outcome = await take(keyed, AbortSignal.timeout(storeWithinMs));
    const problem = problemOf(outcome);
    if (problem !== undefined) {
      const seen = outcome === 'unavailable' ? await look(keyed) : undefined;
      return acknowledge(ack, { response_type: 'ephemeral', ...(seen ?? { text: problem }) });
    }
    await acknowledge(ack);
    if (outcome === 'taken') working.run(keyed);
  };

  const submission = async (body: unknown, ack: Ack): Promise<void> => {
    const keyed = readSubmission(body);
    const deadline = AbortSignal.timeout(storeWithinMs);
    const errors = await formErrors(keyed.ask, deadline);
    if (errors !== undefined) return acknowledge(ack, { response_action: 'errors', errors });
    const outcome = await take(keyed, deadline);
    const problem = formProblemOf(outcome);
    if (problem !== undefined) {
      return acknowledge(ack, { response_action: 'errors', errors: atFirstField(keyed.ask, problem) });
    }
    await acknowledge(ack);
    if (outcome === 'taken') working.run(keyed);
  };

  const event = async (body: unknown, ack: Ack): Promise<void> => {
    const keyed = readEvent(body);
    if (keyed === undefined) return acknowledge(ack);
    const outcome = await takeEvent(keyed, AbortSignal.timeout(storeWithinMs));
    await acknowledge(ack);
    if (outcome === 'taken') working.run(keyed);
  };

  const finish = async (): Promise<void> => {
    await Promise.allSettled(arriving);
    await taking.settled();
    await working.done();
  };

  return {
    command: (body, ack) => arrives(command(body, ack)),
    click: async (body, ack) => arrives(interaction(readClick(body), ack)),
    shortcut: async (body, ack) => arrives(interaction(readShortcut(body), ack)),
    submission: (body, ack) => arrives(submission(body, ack)),
    event: (body, ack) => arrives(event(body, ack)),

    start: working.start,

    async stop(withinMs) {
      stopping.abort();
      await Promise.race([finish(), sleep(withinMs, undefined, { ref: false })]);
      await working.leave();
    },
  };

  async function interaction(keyed: Keyed<Ask>, ack: Ack): Promise<void> {
    const outcome = await take(keyed, AbortSignal.timeout(storeWithinMs));
    // Slack shows nothing of the answer to a click, so a message tells it; first, or a crash would leave a click that was
    // acknowledged and forgotten.
    const problem = problemOf(outcome);
    if (problem !== undefined) {
      await Promise.race([tell(keyed, problem), sleep(tellWithinMs, undefined, { ref: false })]);
    }
    await acknowledge(ack);
    if (outcome === 'taken') working.run(keyed);
  }

  /** Looking works while nothing can be stored, as far as the record can be read. */
  async function look(keyed: Keyed<CommandAsk>): Promise<Message | undefined> {
    const seeing = async () => ((await people.mayUse(keyed.ask)).ok ? conversations.look(keyed) : undefined);
    const seen = await within(seeing(), AbortSignal.timeout(lookWithinMs)).catch(() => undefined);
    return seen === 'late' ? undefined : seen;
  }

  async function formErrors(ask: SubmissionAsk, deadline: AbortSignal): Promise<FormErrors> {
    try {
      const errors = await within(conversations.errors(ask), deadline);
      return errors === 'late' ? atFirstField(ask, notAccepted) : errors;
    } catch (error) {
      log.error({ modal: ask.modal, why: String(error) }, 'a form could not be checked; the person is told so');
      return atFirstField(ask, notAccepted);
    }
  }
}

/** Errors of a form must stand at one of its inputs. */
function atFirstField(ask: SubmissionAsk, said: string): Readonly<Record<string, string>> {
  return { [Object.keys(ask.fields)[0] ?? 'reason']: said };
}
