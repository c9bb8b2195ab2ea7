// Every delivery is stored before it is acknowledged and worked on afterwards, so that what was acknowledged is never lost.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../core/answer.ts';
import type { Fault } from '../core/fault.ts';
import type { Meter } from '../core/meter.ts';
import type { Clock, Ids, Log, Store } from '../core/ports.ts';
import { AlreadySettled, StoreUnavailable } from '../core/ports.ts';
import {
  type Ask,
  askSchema,
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
import { SlackCallFailed } from './failures.ts';
import type { People } from './people.ts';
import { answer, respond } from './replies.ts';
import { createTaking, formProblemOf, notAccepted, problemOf, within } from './taking.ts';
import { createTurns } from './turns.ts';
import type { SlackApi } from './web-api.ts';

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
/** Several looks in the time of a lease: what is in hand is renewed, what a dead process left is found. */
const lookEveryMs = 3_000;
const leftOverAtOnce = 20;
/** What others took into the inbox is theirs to work. */
const ownKinds: readonly Ask['kind'][] = ['command', 'click', 'submission', 'pin'];
/** Slack waits 3 s until a delivery is stored, and not for its work: work leaves the store to what comes in, for a while. */
const workedAtOnce = 8;
const workWaitsMs = 2_000;

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
  /** Worked on, or waiting for its turn. */
  const inHand = new Map<string, Promise<void>>();
  const inTurn = createTurns(workedAtOnce);
  /** Broken off because the store did not answer: given back with the next look, to be done when it does. */
  const brokenOff = new Set<string>();
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
    taken: (keyed) => run(keyed),
    refused: (keyed) => tell(keyed, notAccepted),
  });
  const { take, takeEvent, idle } = taking;

  const acknowledge = async (ack: Ack, body?: Readonly<Record<string, unknown>>): Promise<void> => {
    // The delivery is on record by now; an answer that came too late for Slack changes nothing about that.
    await ack(body).catch((error: unknown) => log.warn({ why: String(error) }, 'an acknowledgement came too late'));
  };

  const run = (keyed: Keyed<Ask>): void => {
    if (inHand.has(keyed.key)) return;
    // A click may have to open a modal within the three seconds of its trigger.
    const urgent = keyed.ask.kind === 'click';
    const working = urgent ? work(keyed) : inTurn(() => idle(workWaitsMs).then(() => work(keyed)));
    const done = working.finally(() => inHand.delete(keyed.key));
    inHand.set(keyed.key, done);
  };

  const work = async (keyed: Keyed<Ask>): Promise<void> => {
    const { ask, key } = keyed;
    try {
      if (!(await conversations.concernsUs(ask))) return await inbox.settle(key, 'nothing asked of us');
      const allowed = await people.mayUse(ask);
      if (!allowed.ok) return await refuse(keyed, allowed.fault);
      await conversations.work(keyed);
      await inbox.settle(key, 'done');
    } catch (error) {
      await broke(keyed, error).catch((again: unknown) =>
        log.error({ key, why: String(again) }, 'a failure could not be told'),
      );
    }
  };

  const refuse = async ({ ask, key }: Keyed<Ask>, fault: Fault): Promise<void> => {
    const { code } = fault;
    log.warn({ person: ask.person, team: ask.team, personTeam: ask.personTeam, kind: ask.kind, why: code }, 'refused');
    // Bots and closed accounts read no messages.
    if (code === 'bot' || code === 'deactivated') return inbox.settle(key, `refused: ${code}`);
    await settleWith({ ask, key }, `refused: ${code}`, { kind: 'refusal', fault });
  };

  /** The end of a delivery and the answer that tells it, in one transaction: a crash between the two would lose the answer. */
  const settleWith = ({ ask, key }: Keyed<Ask>, outcome: string, told: Answer): Promise<void> =>
    store.transact(async (tx) => {
      const notice = { kind: 'answer', to: replyTo(ask), answer: told } as const;
      await tx.send({ lane: `answer:${key}`, priority: 'urgent', notice });
      await tx.settle(key, outcome);
    });

  const broke = async ({ ask, key }: Keyed<Ask>, error: unknown): Promise<void> => {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (error instanceof AlreadySettled) {
      return log.info({ key }, 'a delivery was done by somebody else; nothing happened twice');
    }
    if (error instanceof StoreUnavailable) {
      // Still in the inbox, if what the store did not answer to had no effect: done again when it is back.
      brokenOff.add(key);
      return log.warn({ key, why }, 'a delivery waits for the store');
    }
    if (ask.kind === 'pin' && error instanceof SlackCallFailed && error.failure.kind !== 'refused') {
      // Only Slack knows the message. Nobody waits for an answer, so it can wait for Slack.
      brokenOff.add(key);
      return log.warn({ key, why }, 'a delivery waits for Slack');
    }
    const id = ids.next().slice(0, 8);
    log.error(
      { id, key, kind: ask.kind, why, stack: error instanceof Error ? error.stack : undefined },
      'a delivery failed',
    );
    const text = `Something broke on our side, and this was perhaps not done. Look at the incident first; an operator finds the cause under ${id}.`;
    await settleWith({ ask, key }, `failed: ${id}`, { kind: 'text', text });
  };

  const giveBack = async (): Promise<void> => {
    const keys = [...brokenOff].filter((key) => !inHand.has(key));
    await inbox.release(keys);
    for (const key of keys) brokenOff.delete(key);
  };

  const workLeftOver = async (): Promise<void> => {
    for (const delivery of await inbox.leftOver(leftOverAtOnce, ownKinds)) {
      // Nobody works it before it is sure what becomes of it here.
      if (taking.isUncertain(delivery.key)) continue;
      const read = askSchema.safeParse(delivery.payload);
      if (read.success) {
        log.info({ key: delivery.key }, 'a delivery that a dead process left over is done now');
        run({ ask: read.data, key: delivery.key });
      } else {
        log.error({ key: delivery.key }, 'a left-over delivery cannot be read');
        await inbox.settle(delivery.key, 'unreadable');
      }
    }
  };

  const keepLooking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await inbox
        .renew([...inHand.keys()])
        .then(giveBack)
        .then(workLeftOver)
        .catch((error: unknown) => log.warn({ why: String(error) }, 'the inbox cannot be read'));
      await sleep(lookEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
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
    if (outcome === 'taken') run(keyed);
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
    if (outcome === 'taken') run(keyed);
  };

  const event = async (body: unknown, ack: Ack): Promise<void> => {
    const keyed = readEvent(body);
    if (keyed === undefined) return acknowledge(ack);
    const outcome = await takeEvent(keyed, AbortSignal.timeout(storeWithinMs));
    await acknowledge(ack);
    if (outcome === 'taken') run(keyed);
  };

  const finish = async (): Promise<void> => {
    await Promise.allSettled(arriving);
    await taking.settled();
    while (inHand.size > 0) await Promise.all(inHand.values());
  };

  return {
    command: (body, ack) => arrives(command(body, ack)),
    click: async (body, ack) => arrives(interaction(readClick(body), ack)),
    shortcut: async (body, ack) => arrives(interaction(readShortcut(body), ack)),
    submission: (body, ack) => arrives(submission(body, ack)),
    event: (body, ack) => arrives(event(body, ack)),

    start: () => void keepLooking(),

    async stop(withinMs) {
      stopping.abort();
      await Promise.race([finish(), sleep(withinMs, undefined, { ref: false })]);
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
    if (outcome === 'taken') run(keyed);
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
