// Bucket rates sorted into groups (services) and, inside them, into histograms of one job each.

import type { Unit } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import type { Failure } from '../failure.ts';
import type { Sample } from './api.ts';
import { promNumber } from './api.ts';
import { type Histogram, histogramOf } from './histogram.ts';

export interface Group {
  /** Value of the grouping label; empty when the check does not group. */
  readonly label: string;
  readonly jobs: readonly { readonly job: string; readonly histogram: Histogram }[];
}

/** Edges are multiplied by `scale`; counts are requests per second. */
export function groupsOf(samples: readonly Sample[], by: string | undefined, scale: number): readonly Group[] {
  const groups = new Map<string, Map<string, [number, number][]>>();
  for (const { labels, value } of samples) {
    const label = by === undefined ? '' : (labels[by] ?? '');
    const job = labels.job ?? '';
    const jobs = groups.get(label) ?? new Map<string, [number, number][]>();
    const buckets = jobs.get(job) ?? [];
    buckets.push([promNumber(labels.le ?? '') * scale, value]);
    groups.set(label, jobs.set(job, buckets));
  }
  return [...groups].map(([label, jobs]) => ({
    label,
    jobs: [...jobs].map(([job, buckets]) => ({ job, histogram: histogramOf(buckets) })),
  }));
}

/**
 * Why these buckets are no histogram; undefined when they are. Without its overflow bucket one looks as if no request were slower than
 * its last edge.
 */
export function whyNoHistogram(
  metric: string,
  samples: readonly Sample[],
  by: string | undefined,
): Failure | undefined {
  const keyOf = ({ labels }: Sample) => JSON.stringify([by === undefined ? '' : labels[by], labels.job]);
  const whole = new Set(
    samples.filter(({ labels }) => promNumber(labels.le ?? '') === Number.POSITIVE_INFINITY).map(keyOf),
  );
  const remedy = 'Look at the exporter, and for relabelling that drops buckets.';
  if (samples.some(({ value }) => !Number.isFinite(value)))
    return {
      reason: 'not_a_number',
      detail: `prometheus: buckets of ${metric} have values that are no numbers`,
      remedy,
    };
  if (samples.some((sample) => !whole.has(keyOf(sample))))
    return {
      reason: 'malformed',
      detail: `prometheus: ${metric} came without its bucket le="+Inf", so how many requests there were is not known`,
      remedy,
    };
  return undefined;
}

/** Says which jobs have which edges, when they are not all alike: foreign software exports metrics of the same name. */
export function layoutNotes(groups: readonly Group[], unit: Unit): readonly string[] {
  const jobsOf = new Map<string, { readonly edges: readonly number[]; readonly jobs: Set<string> }>();
  for (const { job, histogram } of groups.flatMap((group) => group.jobs)) {
    const key = histogram.edges.join(' ');
    const layout = jobsOf.get(key) ?? { edges: histogram.edges, jobs: new Set<string>() };
    layout.jobs.add(job === '' ? '(no job)' : job);
    jobsOf.set(key, layout);
  }
  if (jobsOf.size < 2) return [];
  const layouts = [...jobsOf.values()].map(
    ({ edges, jobs }) => `${[...jobs].join(', ')}: ${edges.length} edges from ${spellEdge(edges[0] ?? 0, unit)}`,
  );
  return [
    `bucket layouts differ (${layouts.join('; ')}): a foreign exporter may be mixed in; exclude its job, or set systems.prometheus.jobs`,
  ];
}

/** Edges can be far below what two decimals show. */
export function spellEdge(edge: number, unit: Unit): string {
  return spellValue(edge >= 0.01 || edge === 0 ? edge : Number(edge.toPrecision(2)), unit);
}
