// Works what was taken into the inbox: each delivery once, one person's words in their order, and what a dead process left over.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../core/answer.ts';
import type { Fault } from '../core/fault.ts';
import type { Ids, Log, Store } from '../core/ports.ts';
import { AlreadySettled, StoreUnavailable } from '../core/ports.ts';
import { type Ask, askSchema, type Keyed } from './asks.ts';
import { replyTo } from './conversations/conversation.ts';
import type { Conversations } from './conversations/index.ts';
import { SlackCallFailed } from './failures.ts';
import type { People } from './people.ts';
import type { Taking } from './taking.ts';
import { createLines, createTurns } from './turns.ts';

export interface Working {
  /** Starts the work, or puts it in line; nothing when it is in hand already. Its failure is told to the person, never thrown. */
  run(keyed: Keyed<Ask>): void;
  /** Until `stopping`: keeps the leases of what is in hand, and finds what a dead process left. */
  start(): void;
  /** Resolves when nothing is in hand any more. */
  done(): Promise<void>;
  /** Begins nothing more: what has not begun goes back to the inbox, for whoever looks there next. */
  leave(): Promise<void>;
}

/** Several looks in the time of a lease: what is in hand is renewed, what a dead process left is found. */
const lookEveryMs = 3_000;
const leftOverAtOnce = 20;
/** What others took into the inbox is theirs to work. */
const ownKinds: readonly Ask['kind'][] = ['command', 'click', 'submission', 'pin'];
/** Slack waits 3 s until a delivery is stored, and not for its work: work leaves the store to what comes in, for a while. */
const workedAtOnce = 8;
const workWaitsMs = 2_000;

export function createWorking(given: {
  readonly store: Pick<Store, 'inbox' | 'transact'>;
  readonly conversations: Conversations;
  readonly people: People;
  readonly taking: Pick<Taking, 'idle' | 'isUncertain'>;
  readonly ids: Ids;
  readonly log: Log;
  readonly stopping: AbortSignal;
}): Working {
  const { store, conversations, people, taking, ids, log, stopping } = given;
  const { inbox } = store;
  /** Worked on, or waiting for its turn. */
  const inHand = new Map<string, Promise<void>>();
  const inTurn = createTurns(workedAtOnce);
  // "timeline add", then "resolve": what somebody typed takes effect in the order of typing. Only here: two replicas may swap two
  // commands that came within the same moment.
  const inLine = createLines();
  /** Keys of what is in hand and has not begun. */
  const waiting = new Set<string>();
  let leaving = false;
  /** Broken off because the store did not answer: given back with the next look, to be done when it does. */
  const brokenOff = new Set<string>();

  const run = (keyed: Keyed<Ask>): void => {
    if (inHand.has(keyed.key)) return;
    // A click may have to open a modal within the three seconds of its trigger.
    const urgent = keyed.ask.kind === 'click';
    waiting.add(keyed.key);
    const later = () => inTurn(() => taking.idle(workWaitsMs).then(() => begin(keyed)));
    const working = urgent ? begin(keyed) : inLine(keyed.ask.person, later);
    inHand.set(
      keyed.key,
      working.finally(() => inHand.delete(keyed.key)),
    );
  };

  const begin = async (keyed: Keyed<Ask>): Promise<void> => {
    if (leaving) return;
    waiting.delete(keyed.key);
    await work(keyed);
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
    while (!stopping.aborted) {
      await inbox
        .renew([...inHand.keys()])
        .then(giveBack)
        .then(workLeftOver)
        .catch((error: unknown) => log.warn({ why: String(error) }, 'the inbox cannot be read'));
      await sleep(lookEveryMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
  };

  return {
    run,
    start: () => void keepLooking(),
    async done() {
      while (inHand.size > 0) await Promise.all(inHand.values());
    },
    async leave() {
      leaving = true;
      if (waiting.size === 0) return;
      log.info({ deliveries: waiting.size }, 'what has not begun is left for the next process');
      await inbox
        .release([...waiting])
        .catch((error: unknown) => log.warn({ why: String(error) }, 'what has not begun waits for its lease to end'));
    },
  };
}
