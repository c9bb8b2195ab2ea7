// Puts findings and charts beside the chain, and reads them back.

import type { Chart } from '../core/chart.ts';
import type { EvidenceRef } from '../core/event.ts';
import type { Finding, Observation, Series } from '../core/observation.ts';
import type { Reads, Transaction } from '../core/ports.ts';
import { clockTime, spellValue } from '../core/spell.ts';
import { decisiveLimit } from '../core/verdict.ts';

const json = 'application/json';

/** The observation, and a reference to its series when it has any. */
export async function keepFinding(
  tx: Transaction,
  { observation, series }: Finding,
): Promise<{ observation: Observation; evidence?: EvidenceRef }> {
  if (series.length === 0) return { observation };
  const body = new TextEncoder().encode(JSON.stringify({ source: observation.source, series }));
  return { observation, evidence: await tx.keep({ kind: 'series', mediaType: json, body }) };
}

/** The series behind an observation; `[]` when there were none. */
export async function seriesOf(reads: Reads, evidence: EvidenceRef | undefined): Promise<readonly Series[]> {
  if (evidence === undefined) return [];
  const kept = await reads.evidence(evidence.id);
  return kept?.kind !== 'series'
    ? []
    : (JSON.parse(new TextDecoder().decode(kept.body)) as { series: readonly Series[] }).series;
}

/** What is said around the series of a chart. */
export type Drawing = Omit<Chart, 'series' | 'unit'>;

/** A chart as it is kept: its series are kept already, and stay where they are. */
interface KeptChart extends Drawing {
  readonly seriesOf: EvidenceRef;
}

export async function keepChart(tx: Transaction, drawing: Drawing, series: EvidenceRef): Promise<EvidenceRef> {
  const kept: KeptChart = { ...drawing, seriesOf: series };
  return tx.keep({ kind: 'chart', mediaType: json, body: new TextEncoder().encode(JSON.stringify(kept)) });
}

/** Undefined when the chart or its series are not there (any more). */
export async function chartOf(reads: Reads, id: string): Promise<Chart | undefined> {
  const kept = await reads.evidence(id);
  if (kept?.kind !== 'chart') return undefined;
  const read = JSON.parse(new TextDecoder().decode(kept.body)) as KeptChart | Chart;
  // Older ones have a copy of their series.
  if (!('seriesOf' in read)) return read;
  const { seriesOf: reference, ...drawing } = read;
  const series = await seriesOf(reads, reference);
  const [first] = series;
  return first === undefined ? undefined : { ...drawing, unit: first.unit, series };
}

export async function reportOf(reads: Reads, id: string): Promise<string | undefined> {
  const kept = await reads.evidence(id);
  return kept?.kind === 'report' ? new TextDecoder().decode(kept.body) : undefined;
}

/** A chart of one observation; its title is a sentence that says what the picture shows. */
export function drawObservation(observation: Observation, marks: Chart['marks'], scope?: string): Drawing {
  return {
    title: chartTitle(observation, scope),
    limits: observation.limits.map(({ level, breachedWhen, bound, source }) => ({
      level,
      breachedWhen,
      bound,
      source,
    })),
    marks,
  };
}

function chartTitle(observation: Observation, scope?: string): string {
  const where = scope === undefined ? '' : `, ${scope}`;
  const breach = decisiveLimit(observation.limits);
  const unit = observation.measurement?.unit ?? 'none';
  if (breach?.outcome !== 'breached') {
    return observation.verdict === 'unknown'
      ? `${observation.title}: no verdict${where}`
      : `${observation.title} within its limits${where}`;
  }
  const bound = spellValue(breach.bound, unit);
  const verb = breach.breachedWhen === 'above' ? 'passed' : 'fell below';
  const since = observation.trend?.breachedSince;
  return since === undefined
    ? `${observation.title} ${verb} ${bound}${where}`
    : `${observation.title} ${verb} ${bound} at ${clockTime(since)} UTC${where}`;
}
