// PromQL selectors, built from parameters so that no text of a runbook or a label can end a string early.

import { z } from 'zod';
import { parseDuration } from '../../core/duration.ts';

export const metricName = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'Write the name of a metric, for example http_requests_total, without labels.');

export const labelName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'Write the name of a label, for example service.');

/** Label to value, or to `=~pattern`. `service` and `status` stand for the label names of the config. */
export const labelMatches = z.record(labelName, z.string());

/** A duration that PromQL accepts and that is not zero. */
export const promDuration = z
  .string()
  .regex(/^(\d+(ms|s|m|h|d|w))+$/, 'Write a duration as Prometheus does: 30s, 5m, 1h30m, 30d.')
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'Write a duration longer than zero.');

export const counted = z.strictObject({ metric: metricName, select: labelMatches.optional() });
export type Counted = z.output<typeof counted>;

/** Label names where a deployment names them otherwise. */
export interface Labels {
  readonly service: string;
  readonly status: string;
}

export interface Selection {
  readonly select?: Readonly<Record<string, string>> | undefined;
  readonly exclude?: Readonly<Record<string, string>> | undefined;
}

export interface Selecting {
  readonly labels: Labels;
  /** Scrape jobs whose series count; absent: all. */
  readonly jobs?: readonly string[] | undefined;
}

/** Milliseconds of a duration that `promDuration` accepted. */
export function durationMs(text: string): number {
  return parseDuration(text) ?? 0;
}

/** The label as this deployment names it. */
export function labelOf(name: string, labels: Labels): string {
  if (name === 'service') return labels.service;
  if (name === 'status') return labels.status;
  return name;
}

/** `metric{job="acgs2",status=~"5.."}`; without matchers the metric alone. */
export function selector(metric: string, selection: Selection, selecting: Selecting): string {
  const named = (name: string) => labelOf(name, selecting.labels);
  const matchers = [
    ...Object.entries(selection.select ?? {}).map(([name, value]) => matcher(named(name), value, '=')),
    ...Object.entries(selection.exclude ?? {}).map(([name, value]) => matcher(named(name), value, '!')),
  ];
  const picksJob = Object.keys(selection.select ?? {}).includes('job');
  const jobs = picksJob ? undefined : jobMatcher(selecting.jobs);
  const all = jobs === undefined ? matchers : [jobs, ...matchers];
  return all.length === 0 ? metric : `${metric}{${all.join(',')}}`;
}

/** `job="acgs2"`, or undefined when all jobs count. */
export function jobMatcher(jobs: readonly string[] | undefined): string | undefined {
  const [first, ...others] = jobs ?? [];
  if (first === undefined) return undefined;
  if (others.length === 0) return matcher('job', first, '=');
  const patterns = [first, ...others].map((job) => (job.startsWith('=~') ? `(?:${job.slice(2)})` : escapePattern(job)));
  return `job=~${quote(patterns.join('|'))}`;
}

function matcher(label: string, value: string, sign: '=' | '!'): string {
  const isPattern = value.startsWith('=~');
  const operator = sign === '=' ? (isPattern ? '=~' : '=') : isPattern ? '!~' : '!=';
  return `${label}${operator}${quote(isPattern ? value.slice(2) : value)}`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
