// What a PromQL function is to the engine: its signature, and how it makes a value of its arguments.
import { dropMetricName } from './labels.ts';
import type { Labels, Sample } from './series.ts';
import type { Expression, ValueKind } from './syntax.ts';

export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
  /** When it was sampled (Unix milliseconds); only straight out of a selector. */
  readonly sampledMs?: number;
}

export type Vector = readonly VectorSample[];

/** The samples of some series in the closed interval [startMs, endMs]. */
export interface Matrix {
  readonly series: readonly { readonly labels: Labels; readonly samples: readonly Sample[] }[];
  readonly startMs: number;
  readonly endMs: number;
}

export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'vector'; readonly samples: Vector }
  | ({ readonly kind: 'matrix' } & Matrix);

export interface CallSite {
  /** The evaluation time, Unix milliseconds. */
  readonly atMs: number;
  readonly args: readonly Value[];
  /** The arguments as written, for the functions that look at them. */
  readonly written: readonly Expression[];
}

export interface Signature {
  readonly takes: readonly ValueKind[];
  /** How many of `takes`, counted from the end, may be left out. */
  readonly optional?: number;
  readonly returns: ValueKind;
}

export interface PromqlFunction extends Signature {
  apply(site: CallSite): Value;
}

export function vector(samples: Vector): Value {
  return { kind: 'vector', samples };
}

export function vectorArgument({ args }: CallSite, index: number): Vector {
  const value = args[index];
  if (value?.kind !== 'vector') throw new Error(`argument ${index} passed the check but is no vector`);
  return value.samples;
}

export function matrixArgument({ args }: CallSite, index: number): Matrix {
  const value = args[index];
  if (value?.kind !== 'matrix') throw new Error(`argument ${index} passed the check but is no matrix`);
  return value;
}

export function scalarArgument({ args }: CallSite, index: number, whenLeftOut = Number.NaN): number {
  const value = args[index];
  return value?.kind === 'scalar' ? value.value : whenLeftOut;
}

export function stringArgument({ args }: CallSite, index: number): string {
  const value = args[index];
  if (value?.kind !== 'string') throw new Error(`argument ${index} passed the check but is no string`);
  return value.value;
}

/** A function of each sample's value and of scalars, e.g. `abs`, `clamp_max`. The result has no metric name. */
export function perSample(
  compute: (value: number, ...scalars: readonly number[]) => number,
  scalars = 0,
  optional = 0,
): PromqlFunction {
  return {
    takes: ['vector', ...Array<ValueKind>(scalars).fill('scalar')],
    optional,
    returns: 'vector',
    apply: (site) => {
      const given = site.args.slice(1).map((_, index) => scalarArgument(site, index + 1));
      return vector(
        vectorArgument(site, 0).map(({ labels, value }) => ({
          labels: dropMetricName(labels),
          value: compute(value, ...given),
        })),
      );
    },
  };
}

/**
 * A function of each series' samples in a window, e.g. `rate`, `max_over_time`. Series without a sample there, and those
 * for which `compute` gives `undefined`, are left out.
 */
export function perWindow(
  compute: (samples: readonly Sample[], window: Matrix) => number | undefined,
  resultLabels: (labels: Labels) => Labels = dropMetricName,
): PromqlFunction {
  return {
    takes: ['matrix'],
    returns: 'vector',
    apply: (site) => vector(computePerWindow(matrixArgument(site, 0), compute, resultLabels)),
  };
}

/** The work behind `perWindow`, for functions with more arguments. */
export function computePerWindow(
  window: Matrix,
  compute: (samples: readonly Sample[], window: Matrix) => number | undefined,
  resultLabels: (labels: Labels) => Labels = dropMetricName,
): Vector {
  return window.series.flatMap(({ labels, samples }) => {
    const value = samples.length === 0 ? undefined : compute(samples, window);
    return value === undefined ? [] : [{ labels: resultLabels(labels), value }];
  });
}
