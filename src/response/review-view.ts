// A review as faces draw it, from its events and its definition.

import type { DebtLine } from '../core/answer.ts';
import type { Recorded } from '../core/event.ts';
import { acceptableGaps } from '../core/gap.ts';
import { spellValue } from '../core/spell.ts';
import { type Verdict, worst } from '../core/verdict.ts';
import { alertLines } from './alert-lines.ts';
import { debts, debtsThen } from './debts.ts';
import type { Given } from './given.ts';
import { countVerdicts } from './headline.ts';
import { daily, observationsIn } from './review.ts';
import type { CheckView, Headline, ReviewView } from './views.ts';

export async function reviewView(given: Given, id: string): Promise<ReviewView | undefined> {
  const events = await given.store.events(id);
  const [first] = events;
  if (first === undefined || first.event.type !== 'review-started') return undefined;
  const { review: name, title, checks: ids } = first.event;
  const checks = checksOf(given, name, ids, events);
  const finished = events.some(({ event }) => event.type === 'review-finished');
  return {
    id,
    name,
    title,
    startedAt: first.at,
    headline: headlineOf(title, checks, finished),
    finished,
    checks,
    progress: {
      done: checks.filter((check) => check.observation !== undefined).length,
      total: checks.length,
      awaited: checks.filter((check) => check.observation === undefined).map((check) => check.title),
    },
    debts: name === daily ? await debtsIn(given, events) : [],
    alerts: await alertLines(given.store, first.at),
    gaps: checks.flatMap(gapsOf),
  };
}

/** As the review saw them when it ended; those of now while it runs, and where the record is older than that. */
async function debtsIn(given: Given, events: readonly Recorded[]): Promise<readonly DebtLine[]> {
  for (const { event } of events)
    if (event.type === 'review-finished' && event.inPlace !== undefined) return debtsThen(given.store, event.inPlace);
  return debts(given.store);
}

function checksOf(
  given: Given,
  name: string,
  ids: readonly string[],
  events: readonly Recorded[],
): readonly CheckView[] {
  const definition = given.library.reviews.find((review) => review.name === name);
  const seen = observationsIn(events);
  return ids.map((id) => {
    const check = definition?.checks.find((one) => one.id === id);
    const found = seen.get(id);
    return {
      id,
      title: check?.title ?? id,
      chart: check?.chart ?? false,
      ...(check?.step === undefined ? {} : { step: check.step }),
      ...found,
    };
  });
}

/** An accepted gap is listed and does not set the headline. */
function decidingVerdict({ observation }: CheckView): readonly Verdict[] {
  return observation === undefined || observation.accepted !== undefined ? [] : [observation.verdict];
}

function headlineOf(title: string, checks: readonly CheckView[], finished: boolean): Headline {
  const done = checks.filter((check) => check.observation !== undefined);
  if (!finished) return { verdict: 'unknown', text: `${title} · ${done.length} of ${checks.length} checks` };
  const verdict = worst(done.flatMap(decidingVerdict));
  return { verdict, text: [countVerdicts(checks), budgetOf(checks)].filter(Boolean).join(' · ') };
}

/** The error budget belongs into the first line, with the span that it is really based on. */
function budgetOf(checks: readonly CheckView[]): string {
  for (const { observation } of checks) {
    const facts = observation?.facts;
    if (typeof facts?.remaining !== 'number') continue;
    const burn = typeof facts.burn === 'number' ? `burning ${facts.burn.toFixed(1)} ×, ` : '';
    const span =
      typeof facts.coveredDays === 'number'
        ? `${Math.round(facts.coveredDays)} of ${facts.windowDays ?? 30} days of data`
        : 'span unknown';
    return `error budget ${spellValue(Math.round(facts.remaining), '%')} left (${burn}${span})`;
  }
  return '';
}

function gapsOf(check: CheckView): ReviewView['gaps'] {
  const gaps = check.observation === undefined ? [] : acceptableGaps(check.observation);
  return gaps.map((gap) => ({ check: check.id, title: check.title, ...gap }));
}
