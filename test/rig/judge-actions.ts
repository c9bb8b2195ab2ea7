// Judges actions: each ran at most once, only with the rights that its risk demands, and what Redis saw is what the record says.

import type { ActionEvent } from '../../src/core/action/event.ts';
import type { Actor } from '../../src/core/actor.ts';
import { actionIds } from '../../src/slack/ids.ts';
import { actionsIn, type Step, unlawful } from '../support/lawful-actions.ts';
import type { Gap } from './keeper.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { SeenRecord } from './record-seen.ts';
import type { Write } from './redis-writes.ts';

export interface ActionFigures {
  /** Asked for with everything that its risk demands. */
  readonly asked: number;
  readonly claimed: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Left for a person, because the world does not tell. */
  readonly unknown: number;
  /** How the others ended, which never ran. */
  readonly neverRan: Readonly<Record<string, number>>;
  /** Kills that fell between the click that was the last one needed and the result. */
  readonly killsOnTheWay: number;
}

export interface Outside {
  readonly writes: readonly Write[];
  readonly ledger: Ledger;
  readonly gaps: readonly Gap[];
}

/** I1, and F48 to F50: also after a kill between approval and claim, in the middle of the effect, or before its result was stored. */
export function judgeActions(
  seen: SeenRecord,
  outside: Outside,
): { readonly problems: readonly string[]; readonly figures: ActionFigures } {
  const actions = actionsIn(seen.streams.values());
  const problems = [
    ...[...actions].flatMap(([id, steps]) => judgeAction(id, steps)),
    ...judgeWrites(actions, outside.writes),
    ...outside.ledger.entries.flatMap((entry) => judgeDecision(entry, seen, actions)),
  ];
  const ends = [...actions.values()].filter((steps) => has(steps, 'action-claimed')).map(endOf);
  const count = (end: string): number => ends.filter((one) => one === end).length;
  const ways = [...actions].flatMap(([id, steps]) => wayOf(id, steps, outside.ledger));
  const kills = outside.gaps.filter(({ why }) => why === 'SIGKILL');
  return {
    problems,
    figures: {
      asked: ways.length,
      claimed: ends.length,
      succeeded: count('succeeded'),
      failed: count('failed'),
      unknown: count('unknown'),
      neverRan: counted([...actions.values()].flatMap(whyNot)),
      killsOnTheWay: kills.filter(({ from }) => ways.some((way) => way.from <= from && from <= way.to)).length,
    },
  };
}

/**
 * Each write belongs to one claim, in whose time it passed, and no claim has two. Claims of a server never overlap, so the earliest that
 * fits is the right one.
 */
function judgeWrites(actions: ReadonlyMap<string, readonly Step[]>, writes: readonly Write[]): readonly string[] {
  const open = [...actions].flatMap(([id, steps]) => {
    const claimed = steps.find(({ event }) => event.type === 'action-claimed');
    if (claimed === undefined) return [];
    const ended = steps.find(({ event }) => event.type === 'action-finished' || event.type === 'action-settled');
    const to = ended === undefined ? Number.POSITIVE_INFINITY : ended.recordedAt + clocksApartMs;
    const surelySent =
      ended?.event.type === 'action-finished'
        ? ended.event.outcome === 'succeeded'
        : ended?.event.type === 'action-settled' && ended.event.how === 'looked' && ended.event.as === 'succeeded';
    return [{ id, kind: kindOf(steps), from: claimed.recordedAt - clocksApartMs, to, surelySent, sent: false }];
  });
  const problems: string[] = [];
  for (const { kind, at } of writes) {
    const claim = open
      .filter((one) => one.kind === kind && !one.sent && one.from <= at && at <= one.to)
      .toSorted((a, b) => a.to - b.to)[0];
    if (claim === undefined)
      problems.push(`${kind} was sent at ${new Date(at).toISOString()} without a claim of its own`);
    else claim.sent = true;
  }
  const kinds = new Set<string>(['redis.maxmemory-policy', 'redis.flushdb']);
  return [
    ...problems,
    ...open
      .filter(({ kind, surelySent, sent }) => kinds.has(kind) && surelySent && !sent)
      .map(({ id, kind }) => `${kind} of action ${id.slice(0, 8)} succeeded on record and was never sent`),
  ];
}

/** Moments on the clock of the store and on ours. */
const clocksApartMs = 100;

/** No confirmation and no approval that was acknowledged is lost: it is on record, or the person was told why not. */
function judgeDecision(
  entry: Entry,
  seen: SeenRecord,
  actions: ReadonlyMap<string, readonly Step[]>,
): readonly string[] {
  const type = entry.pressed === undefined ? undefined : decisive[entry.pressed];
  const row = seen.inbox.get(entry.key);
  if (entry.what !== 'decide' || type === undefined || entry.action === undefined) return [];
  if (entry.told !== 'accepted' || row === undefined) return [];
  const steps = actions.get(entry.action) ?? [];
  const onRecord = steps.some(({ event, actor }) => event.type === type && isPerson(actor, entry.who));
  if (onRecord || entry.delivery.answers() > 0 || row.outcome?.startsWith('refused') === true) return [];
  return [`lost: ${entry.pressed} of action ${entry.action.slice(0, 8)} by ${entry.who}, settled as ${row.outcome}`];
}

const decisive: Readonly<Record<string, ActionEvent['type']>> = {
  [actionIds.move('request')]: 'action-requested',
  [actionIds.move('approve')]: 'action-approved',
};

function isPerson(actor: Actor, name: string): boolean {
  return actor.kind === 'person' && actor.id === `U0${name.toUpperCase()}`;
}

/** In few words why an action that had all it needed was not run. */
function whyNot(steps: readonly Step[]): readonly string[] {
  const ready = steps.some(({ event }) => 'runBy' in event && event.runBy !== undefined);
  if (!ready || has(steps, 'action-claimed')) return [];
  return steps.flatMap(({ event }) => {
    if (event.type === 'action-cancelled') return [/^[\w ]+/.exec(event.why)?.[0] ?? event.why];
    if (event.type === 'action-voided') return [`void: ${event.differences[0]?.split(':')[0]}`];
    return event.type === 'action-expired' || event.type === 'action-rejected' ? [event.type.slice(7)] : [];
  });
}

function counted(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** From the last click that was needed to the end, for an action that had all it needed. */
function wayOf(id: string, steps: readonly Step[], ledger: Ledger): readonly { from: number; to: number }[] {
  const ready = steps.find(({ event }) => 'runBy' in event && event.runBy !== undefined);
  if (ready === undefined) return [];
  const clicked = ledger.entries
    .filter((entry) => entry.action === id && decisive[entry.pressed ?? ''] === ready.event.type)
    .filter(({ sentAt }) => sentAt <= ready.recordedAt)
    .map(({ sentAt }) => sentAt);
  const end = steps.find(({ event, recordedAt }) => recordedAt >= ready.recordedAt && ends.has(event.type));
  const from = clicked.length === 0 ? ready.recordedAt : Math.max(...clicked);
  return [{ from, to: end?.recordedAt ?? Number.POSITIVE_INFINITY }];
}

const ends: ReadonlySet<ActionEvent['type']> = new Set<ActionEvent['type']>([
  'action-finished',
  'action-settled',
  'action-voided',
  'action-cancelled',
  'action-expired',
  'action-rejected',
]);

/** I1, and that nothing was left lying. */
function judgeAction(id: string, steps: readonly Step[]): readonly string[] {
  const left = (what: string): string => `action ${id.slice(0, 8)} of ${steps[0]?.stream}: ${what}`;
  const claimedAt = steps.findIndex(({ event }) => event.type === 'action-claimed');
  const ready = steps.some(({ event }) => 'runBy' in event && event.runBy !== undefined);
  const ended = steps
    .slice(claimedAt)
    .some(({ event }) => event.type === 'action-finished' || event.type === 'action-settled');
  return [
    ...unlawful(id, steps),
    ...(claimedAt < 0 && ready && !steps.some(({ event }) => ends.has(event.type))
      ? [left('was approved and forgotten')]
      : []),
    ...(claimedAt >= 0 && !ended ? [left('was claimed and never came to an end')] : []),
  ];
}

function endOf(steps: readonly Step[]): 'succeeded' | 'failed' | 'unknown' {
  return steps.reduce<'succeeded' | 'failed' | 'unknown'>((end, { event }) => {
    if (event.type === 'action-finished') return event.outcome;
    return event.type === 'action-settled' ? event.as : end;
  }, 'unknown');
}

function kindOf(steps: readonly Step[]): string {
  const [first] = steps.flatMap(({ event }) => (event.type === 'action-proposed' ? [event] : []));
  return first === undefined ? '' : `${first.system}.${first.kind}`;
}

function has(steps: readonly Step[], type: ActionEvent['type']): boolean {
  return steps.some(({ event }) => event.type === type);
}
