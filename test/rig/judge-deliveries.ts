// Judges every delivery: what was acknowledged has exactly one effect on record and an end that a person sees; the rest has none.

import type { Recorded } from '../../src/core/event.ts';
import type { PretendSlack } from '../../src/simulator/slack/workspace.ts';
import { notAccepted, notCertain } from '../../src/slack/taking.ts';
import type { Entry, Ledger, Told, What } from './ledger.ts';
import type { Glance, SeenRecord } from './record-seen.ts';
import { ackWithinMs, type Breath, wasHeldUp } from './starvation.ts';

/** From the acknowledgement of a click to the line that it was not accepted. */
const toldWithinMs = 15_000;

/** I2 at the moment of a kill: what was acknowledged is in the inbox, whatever became of the process right after. */
export function judgeDurability(ledger: Ledger, slack: PretendSlack, seen: Glance): readonly string[] {
  const refused = clicksToldNotAccepted(ledger, slack, seen);
  return ledger.entries
    .filter((entry) => entry.told === 'accepted' && !seen.inbox.has(entry.key) && !refused.has(entry))
    .map((entry) => `acknowledged and not on record: ${about(entry)}`);
}

const nothingStored: ReadonlySet<Told> = new Set<Told>(['looked', 'not accepted', 'form errors']);

/** I2 and the present form of I1, when everything has come to rest. */
export function judgeDeliveries(ledger: Ledger, slack: PretendSlack, seen: SeenRecord): readonly string[] {
  const refused = clicksToldNotAccepted(ledger, slack, seen);
  const effects = markedEvents(seen);
  const problems = [...judgeDurability(ledger, slack, seen)];
  const whispers = whispersIn(ledger, slack);
  for (const entry of ledger.entries) {
    const row = seen.inbox.get(entry.key);
    const marked = entry.marker === undefined ? [] : (effects.get(entry.marker) ?? []);
    if (marked.length > 1) problems.push(`took effect ${marked.length} times: ${about(entry)}`);
    if (nothingStored.has(entry.told) || refused.has(entry)) {
      if (row !== undefined) problems.push(`told as not accepted, and in the inbox as ${row.outcome}: ${about(entry)}`);
      if (marked.length > 0) problems.push(`told as not accepted, and took effect: ${about(entry)}`);
      continue;
    }
    if (row === undefined) continue;
    if (row.settledAt === undefined) problems.push(`never settled: ${about(entry)}`);
    if (row.outcome?.startsWith('failed')) problems.push(`broke (${row.outcome}): ${about(entry)}`);
    if (row.outcome === 'unreadable') problems.push(`could not be read back: ${about(entry)}`);
    if (entry.marker !== undefined && marked.length === 0 && /^(done|declared)/.test(row.outcome ?? '')) {
      if (!wasAnsweredInstead(entry)) problems.push(`settled as ${row.outcome} without an effect: ${about(entry)}`);
    }
    if (marked.length > 0 && row.outcome?.startsWith('refused')) {
      problems.push(`refused (${row.outcome}), and took effect: ${about(entry)}`);
    }
    if (sawTheEnd(entry, row.outcome ?? '') || whispers.take(entry.who)) continue;
    problems.push(`nobody saw what came of it (${row.outcome}): ${about(entry)}`);
  }
  return [...problems, ...judgeCounts(ledger, seen, refused)];
}

/**
 * I4, and that the bot answers at all while it is there. `away`: when it was not (epoch ms). Where the machine
 * kept it waiting for a third of what Slack grants, a late answer is no measurement: it is counted and judged neither way.
 */
export function judgeAcks(
  ledger: Ledger,
  away: readonly { readonly from: number; readonly readyAt: number }[],
  breath: Breath,
): { readonly problems: readonly string[]; readonly unmeasured: number } {
  const problems: string[] = [];
  let unmeasured = 0;
  for (const entry of ledger.entries) {
    const { outcome, ackMs, status } = entry.delivery;
    const until = entry.sentAt + ackMs;
    if (outcome === 'ok' && ackMs < ackWithinMs) continue;
    if (away.some((gap) => entry.sentAt <= gap.readyAt && until >= gap.from)) continue;
    if (wasHeldUp(breath, entry.sentAt, until)) unmeasured += 1;
    else problems.push(`no acknowledgement in time (${outcome}, ${status}, ${ackMs} ms): ${about(entry)}`);
  }
  return { problems, unmeasured };
}

/**
 * Slack shows nothing of the answer to a click, so a click that was not stored is told by a message. Such messages are
 * matched with acknowledged clicks that the inbox does not know: each speaks for one of them.
 */
export function clicksToldNotAccepted(ledger: Ledger, slack: PretendSlack, seen: Glance): ReadonlySet<Entry> {
  const told = new Set<Entry>();
  const spent = new Set<string>();
  for (const entry of ledger.entries) {
    if (entry.how !== 'click' || entry.told !== 'accepted' || seen.inbox.has(entry.key)) continue;
    const line = slack.ephemerals(entry.who).find((message) => {
      const at = Number(message.ts) * 1_000;
      const inTime = at >= entry.sentAt && at <= entry.sentAt + entry.delivery.ackMs + toldWithinMs;
      return saysNotStored.has(message.text) && inTime && !spent.has(message.ts);
    });
    if (line === undefined) continue;
    spent.add(line.ts);
    told.add(entry);
  }
  return told;
}

/** Who was told that it is not certain hears later that it was not accepted, when it was not. */
const saysNotStored: ReadonlySet<string> = new Set([notAccepted, notCertain]);

/** Events by the marker of the words in them. */
function markedEvents(seen: SeenRecord): ReadonlyMap<string, readonly Recorded[]> {
  const found = new Map<string, Recorded[]>();
  for (const events of seen.streams.values()) {
    for (const recorded of events) {
      for (const [marker] of JSON.stringify(recorded.event).matchAll(/rig-[a-z0-9]+-\d+x/g)) {
        found.set(marker, [...(found.get(marker) ?? []), recorded]);
      }
    }
  }
  return found;
}

/** A click's or form's late repeat after a crash may find the world changed and say so. */
function wasAnsweredInstead(entry: Entry): boolean {
  return entry.how !== 'submission' && entry.delivery.answers() > 0 && entry.what !== 'note';
}

/** Commands are answered, but for the review, which is a message of its own. A form opened, or its click was answered. */
function sawTheEnd(entry: Entry, outcome: string): boolean {
  // What Slack reported as failed, or we as not certain, has one effect or none.
  if (entry.told === 'nothing' || entry.told === 'not certain') return true;
  if (entry.what === 'open-form') return entry.formOpened || entry.delivery.answers() > 0;
  if (entry.how === 'command' && entry.what !== 'health') return entry.delivery.answers() > 0;
  if (entry.how === 'click' && outcome.startsWith('refused')) return entry.delivery.answers() > 0;
  return true;
}

/** Where a response URL did not work in time, the answer went another way: lines that nothing else accounts for, by person. */
function whispersIn(ledger: Ledger, slack: PretendSlack): { take(who: string): boolean } {
  const spare = new Map<string, number>();
  const spareOf = (who: string): number => {
    const own = ledger.entries.filter((entry) => entry.who === who);
    const inAcks = own.filter((entry) => entry.how === 'command' && entry.told === 'not accepted').length;
    const answers = own.reduce((sum, entry) => sum + entry.delivery.answers(), 0);
    return slack.ephemerals(who).length - inAcks - answers;
  };
  return {
    take(who) {
      const left = spare.get(who) ?? spareOf(who);
      spare.set(who, left - 1);
      return left > 0;
    },
  };
}

/** That nothing could be stored is said of a repeat, or of a first try that counted all the same; it is no answer to what was asked. */
function wasAnswered({ delivery }: Entry): boolean {
  return delivery.said().some((text) => !saysNotStored.has(text));
}

/** Deliveries without words of their own are counted: as many events as deliveries that took effect, incident by incident. */
function judgeCounts(ledger: Ledger, seen: SeenRecord, refused: ReadonlySet<Entry>): readonly string[] {
  const counted: readonly { what: What; type: string; exactly: boolean }[] = [
    { what: 'acknowledge', type: 'acknowledged', exactly: true },
    { what: 'recheck', type: 'checks-started', exactly: true },
    // Taking the same role again changes nothing.
    { what: 'take-command', type: 'role-claimed', exactly: false },
  ];
  return counted.flatMap(({ what, type, exactly }) =>
    seen.incidents.flatMap(({ id }) => {
      const events = (seen.streams.get(id) ?? []).filter(
        ({ event, actor }) => event.type === type && actor.kind === 'person',
      ).length;
      const asked = ledger.entries.filter(
        (entry) => entry.what === what && entry.incident === id && !refused.has(entry),
      );
      const outcomeOf = (entry: Entry): string => seen.inbox.get(entry.key)?.outcome ?? 'not in the inbox';
      const effective = asked.filter(
        // A click that came too late is answered and settled like one that worked.
        (entry) => outcomeOf(entry) === 'done' && (entry.how === 'command' || !wasAnswered(entry)),
      ).length;
      if (exactly ? events === effective : events <= effective) return [];
      const all = asked.map(
        (entry) => `${about(entry)} ${outcomeOf(entry)}, answered ${JSON.stringify(entry.delivery.said())}`,
      );
      return [
        `${id}: ${effective} deliveries to ${what} took effect, and ${events} are on record:\n    ${all.join('\n    ')}`,
      ];
    }),
  );
}

function about(entry: Entry): string {
  const { how, what, who, incident = '', marker = '', key, told } = entry;
  return [how, what, who, incident, marker, `(${told}, ${key})`].filter((word) => word !== '').join(' ');
}
