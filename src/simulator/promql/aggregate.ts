// Aggregations over the samples of one instant: sum by (…), topk, quantile and the rest.
import type { Vector, VectorSample } from './call.ts';
import { labelKey, labelsBesides, labelsNamed, withLabel } from './labels.ts';
import { formatNumber } from './number-text.ts';
import { quantileOf } from './quantile.ts';
import { ExecutionRefusal } from './refusal.ts';
import type { Labels } from './series.ts';
import type { Aggregation } from './syntax.ts';

interface Group {
  readonly labels: Labels;
  readonly members: VectorSample[];
}

/**
 * @param parameter the k of topk and bottomk, the φ of quantile, the label name of count_values.
 * @throws ExecutionRefusal for a k that is no integer number, and for a bad label name.
 */
export function aggregate(node: Aggregation, parameter: number | string | undefined, samples: Vector): Vector {
  const groups = grouped(node, samples);
  const perGroup = (compute: (values: readonly number[]) => number): Vector =>
    groups.map(({ labels, members }) => ({ labels, value: compute(members.map(({ value }) => value)) }));

  switch (node.operator) {
    case 'sum':
      return perGroup(sum);
    case 'avg':
      return perGroup((values) => sum(values) / values.length);
    case 'min':
      return perGroup((values) => values.reduce((low, value) => (value < low || Number.isNaN(low) ? value : low)));
    case 'max':
      return perGroup((values) => values.reduce((top, value) => (value > top || Number.isNaN(top) ? value : top)));
    case 'count':
      return perGroup((values) => values.length);
    case 'group':
      return perGroup(() => 1);
    case 'stddev':
      return perGroup((values) => Math.sqrt(variance(values)));
    case 'stdvar':
      return perGroup(variance);
    case 'quantile':
      return perGroup((values) => quantileOf(Number(parameter), values));
    case 'topk':
      return extremes(groups, Number(parameter), (left, right) => right - left);
    case 'bottomk':
      return extremes(groups, Number(parameter), (left, right) => left - right);
    case 'count_values':
      return countedValues(groups, String(parameter));
    default:
      throw new Error(`no aggregation ${node.operator}: the parser should have refused it`);
  }
}

function grouped({ without, labels: names }: Aggregation, samples: Vector): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const sample of samples) {
    const labels = without ? labelsBesides(names, sample.labels) : labelsNamed(names, sample.labels);
    const key = labelKey(labels);
    const group = groups.get(key) ?? { labels, members: [] };
    group.members.push(sample);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The first k of each group in this order, NaN last. Unlike other aggregations they keep all their labels. */
function extremes(groups: readonly Group[], k: number, compare: (left: number, right: number) => number): Vector {
  if (!(Math.abs(k) < 2 ** 63)) throw new ExecutionRefusal(`Scalar value ${formatNumber(k)} overflows int64`);
  const count = Math.max(0, Math.trunc(k));
  return groups.flatMap(({ members }) =>
    members
      .toSorted((left, right) => {
        if (Number.isNaN(left.value)) return Number.isNaN(right.value) ? 0 : 1;
        if (Number.isNaN(right.value)) return -1;
        return compare(left.value, right.value);
      })
      .slice(0, count),
  );
}

function countedValues(groups: readonly Group[], label: string): Vector {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))
    throw new ExecutionRefusal(`invalid label name ${JSON.stringify(label)}`);
  return groups.flatMap(({ labels, members }) =>
    [...Map.groupBy(members, ({ value }) => formatNumber(value))].map(([text, same]) => ({
      labels: withLabel(labels, label, text),
      value: same.length,
    })),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
}
