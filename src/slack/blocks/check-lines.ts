// One check as lines: verdict in symbol and word, number, limit, age; rows; and for an unknown what to do.

import type { RichTextSection } from '@slack/types';
import { spellDuration } from '../../core/duration.ts';
import type { Observation, Row, Unit } from '../../core/observation.ts';
import { dataAgeMs, spellMeasurement, spellValue } from '../../core/spell.ts';
import type { LimitReading } from '../../core/verdict.ts';
import type { CheckView } from '../../response/views.ts';
import { firstOf, type RichPart } from '../fit.ts';
import { bullets, line, present, strong, utcDate, verdictWord, words } from './rich.ts';

/** Lines of a check; sizes are chosen so that one check always fits into one block. */
export function checkLines(check: CheckView, detail: 'short' | 'full'): readonly RichPart[] {
  const observation = check.observation;
  if (observation === undefined) return [line(words(`… ${check.title}: waiting for the answer`, 200))];
  const first = line(
    strong(`${verdictWord[observation.verdict]} ${check.title}`, 160),
    words(`  ${observation.summary}${ageText(observation)}`, 420),
  );
  const below = detail === 'short' ? shortDetails(observation) : fullDetails(observation);
  return below.length === 0 ? [first] : [first, bullets(below)];
}

/** `, 12 s old`: how old the data was when it was read, said from 5 s on. An unknown says it itself where it matters. */
function ageText(observation: Observation): string {
  if (observation.unknown !== undefined) return '';
  const ageMs = dataAgeMs(observation);
  return ageMs < 5_000 ? '' : `, ${spellDuration(ageMs)} old`;
}

function shortDetails(observation: Observation): readonly RichTextSection[] {
  return present([...unknownLines(observation), ...limitLines(observation, 2), ...noteLines(observation)]);
}

function fullDetails(observation: Observation): readonly RichTextSection[] {
  const rows = firstOf(observation.rows, 6);
  const hidden = rows.cut + (observation.rowsCut ?? 0);
  return present([
    ...unknownLines(observation),
    ...limitLines(observation, 3),
    ...rows.shown.map(rowLine),
    hidden > 0 && line(words(`and ${hidden} more rows`)),
    ...noteLines(observation),
  ]);
}

function noteLines(observation: Observation): readonly RichTextSection[] {
  const { shown, cut } = firstOf(observation.notes, 2);
  return present([
    ...shown.map((note) => line(words(`Note: ${note}`, 200))),
    cut > 0 && line(words(`and ${cut} more notes`)),
  ]);
}

function unknownLines(observation: Observation): readonly RichTextSection[] {
  if (observation.unknown === undefined) return [];
  const { detail, remedy } = observation.unknown;
  // Where the summary is the beginning of the detail, only the rest is news; where it holds all of it, nothing is.
  const rest = detail.startsWith(observation.summary) ? detail.slice(observation.summary.length) : detail;
  const news = observation.summary.includes(detail) ? '' : rest;
  if (observation.accepted !== undefined) {
    return [line(words(`known gap, accepted until ${utcDate(observation.accepted.until)}`))];
  }
  return [
    line(words(news.replace(/^[\s.:;,]+/, ''), 400)),
    line(words(remedy === '' ? '' : `What to do: ${remedy}`, 300)),
  ];
}

/**
 * Only limits that the lines above do not already say: accepted gaps, and undecidable ones beside others that were decided
 * or where nothing else says why.
 */
function limitLines(observation: Observation, max: number): readonly RichTextSection[] {
  const unit = observation.measurement?.unit ?? 'none';
  const noneDecided = observation.limits.every((limit) => limit.outcome === 'undecidable');
  const said = (limit: LimitReading) =>
    (observation.unknown !== undefined && noneDecided) ||
    (limit.why !== undefined &&
      observation.summary.includes(`${limit.level} limit`) &&
      observation.summary.includes(limit.why));
  const special = observation.limits.filter(
    (limit) => limit.accepted !== undefined || (limit.outcome === 'undecidable' && !said(limit)),
  );
  const { shown, cut } = firstOf(special, max);
  return present([
    ...shown.map((limit) => line(words(limitText(limit, unit), 220))),
    cut > 0 && line(words(`and ${cut} more limits`)),
  ]);
}

function limitText(limit: LimitReading, unit: Unit): string {
  const cannot = limit.outcome === 'undecidable' ? ` cannot be measured: ${limit.why ?? 'no reason given'}` : '';
  const accepted = limit.accepted === undefined ? '' : `, accepted until ${utcDate(limit.accepted.until)}`;
  return `${limit.level} limit (${limit.breachedWhen} ${spellValue(limit.bound, unit)})${cannot}${accepted}`;
}

function rowLine(row: Row): RichTextSection {
  const value = row.measurement === undefined ? 'no value' : spellMeasurement(row.measurement);
  return line(
    words(`${verdictWord[row.verdict]} `),
    strong(row.label, 120),
    words(`  ${value}${row.note === undefined ? '' : ` · ${row.note}`}`, 160),
  );
}
