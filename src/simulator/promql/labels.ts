// Label sets: identity, order, the part that takes part in a match, and the text form of Prometheus's messages.
import type { Labels } from './series.ts';

export const METRIC_NAME = '__name__';

/** Two label sets are the same series exactly when their keys are equal. */
export const labelKey = remembered((labels: Labels): string => JSON.stringify(inOrder(labels)));

/** The part of `labels` with these names. */
export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}

/** `labels` without these names. */
export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

export const dropMetricName = remembered(
  (labels: Labels): Labels => (labels[METRIC_NAME] === undefined ? labels : dropLabels(labels, [METRIC_NAME])),
);

/** What `by (names)` and `on (names)` look at: only those labels. */
export function labelsNamed(names: readonly string[], labels: Labels): Labels {
  return parts(names).named(labels);
}

/** What `without (names)` and `ignoring (names)` look at: neither those labels nor the metric name. */
export function labelsBesides(names: readonly string[], labels: Labels): Labels {
  return parts(names).besides(labels);
}

const parts = remembered((names: readonly string[]) => ({
  named: remembered((labels: Labels) => keepLabels(labels, names)),
  besides: remembered((labels: Labels) => dropLabels(labels, [...names, METRIC_NAME])),
}));

/** `labels` with one set; an empty value removes it, since an empty label is no label. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  return value === '' ? dropLabels(labels, [name]) : { ...labels, [name]: value };
}

/** Sorts like Prometheus orders series: name by name, then value, in code unit order. */
export function compareLabels(left: Labels, right: Labels): number {
  const lefts = inOrder(left);
  const rights = inOrder(right);
  for (const [index, [name, value]] of lefts.entries()) {
    const other = rights[index];
    if (other === undefined) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    if (value !== other[1]) return value < other[1] ? -1 : 1;
  }
  return lefts.length - rights.length;
}

/** The form in Prometheus's error messages: `{le="0.5", service="audit-service"}`. */
export function labelText(labels: Labels): string {
  const parts = inOrder(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${parts.join(', ')}}`;
}

const inOrder = remembered((labels: Labels) => Object.entries(labels).sort(byName));

function byName(left: readonly [string, string], right: readonly [string, string]): number {
  return left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;
}

/**
 * Computes once per object and forgets with it. A query over a range takes the same few label sets apart at every step;
 * without this most of its time goes there.
 */
function remembered<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, { readonly result: Result }>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found.result;
    const result = compute(key);
    known.set(key, { result });
    return result;
  };
}
