// Binary operators: arithmetic, comparisons and set operations between scalars and vectors.
import { type Value, type Vector, type VectorSample, vector } from './call.ts';
import {
  dropLabels,
  dropMetricName,
  keepLabels,
  labelKey,
  labelsBesides,
  labelsNamed,
  labelText,
  withLabel,
} from './labels.ts';
import { ExecutionRefusal } from './refusal.ts';
import type { Labels } from './series.ts';
import { type Binary, isComparison, isSetOperator, type Matching, type SetOperator } from './syntax.ts';

/** Applies the operator of `node`. Throws an ExecutionRefusal when vectors cannot be matched without doubt. */
export function applyBinary(node: Binary, left: Value, right: Value): Value {
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const { value, holds } = compute(node, left.value, right.value);
    return { kind: 'scalar', value: node.bool ? Number(holds) : value };
  }
  if (left.kind === 'vector' && right.kind === 'scalar') {
    return vector(withScalar(node, left.samples, (value) => compute(node, value, right.value)));
  }
  if (left.kind === 'scalar' && right.kind === 'vector') {
    return vector(withScalar(node, right.samples, (value) => compute(node, left.value, value)));
  }
  if (left.kind === 'vector' && right.kind === 'vector') {
    const { operator } = node;
    if (isSetOperator(operator)) return vector(combineSets(operator, node.matching, left.samples, right.samples));
    return vector(matchVectors(node, left.samples, right.samples));
  }
  throw new Error(`${left.kind} ${node.operator} ${right.kind} passed the check`);
}

/** The value of an operation; whether it holds, which for arithmetic it always does. A comparison's value is its left. */
function compute(
  { operator }: Binary,
  left: number,
  right: number,
): { readonly value: number; readonly holds: boolean } {
  switch (operator) {
    case '+':
      return { value: left + right, holds: true };
    case '-':
      return { value: left - right, holds: true };
    case '*':
      return { value: left * right, holds: true };
    case '/':
      return { value: left / right, holds: true };
    case '%':
      return { value: left % right, holds: true };
    case '^':
      // 1 to whatever power is 1 in Go, even to NaN.
      return { value: left === 1 ? 1 : left ** right, holds: true };
    case '==':
      return { value: left, holds: left === right };
    case '!=':
      return { value: left, holds: left !== right };
    case '<':
      return { value: left, holds: left < right };
    case '<=':
      return { value: left, holds: left <= right };
    case '>':
      return { value: left, holds: left > right };
    case '>=':
      return { value: left, holds: left >= right };
    default:
      throw new Error(`${operator} is no operator between numbers`);
  }
}

function withScalar(node: Binary, samples: Vector, apply: (value: number) => ReturnType<typeof compute>): Vector {
  return samples.flatMap((sample) => {
    const { value, holds } = apply(sample.value);
    if (node.bool) return [{ labels: dropMetricName(sample.labels), value: Number(holds) }];
    if (!holds) return [];
    // A comparison passes the sample on, also when the scalar stands on the left.
    if (isComparison(node.operator)) return [{ labels: sample.labels, value: sample.value }];
    return [{ labels: dropMetricName(sample.labels), value }];
  });
}

function combineSets(operator: SetOperator, matching: Matching, left: Vector, right: Vector): Vector {
  const keysOf = (samples: Vector) => new Set(samples.map(({ labels }) => matchKey(matching, labels)));
  if (operator === 'or') {
    const known = keysOf(left);
    return [...left, ...right.filter(({ labels }) => !known.has(matchKey(matching, labels)))];
  }
  const known = keysOf(right);
  return left.filter(({ labels }) => known.has(matchKey(matching, labels)) === (operator === 'and'));
}

function matchVectors(node: Binary, left: Vector, right: Vector): Vector {
  if (left.length === 0 || right.length === 0) return [];
  const { matching } = node;
  const oneIsLeft = matching.many === 'right';
  const [manySide, oneSide] = oneIsLeft ? [right, left] : [left, right];
  const ones = theOneSide(matching, oneSide, oneIsLeft ? 'left' : 'right');
  const results: VectorSample[] = [];
  const taken = new Set<string>();
  for (const many of manySide) {
    const key = matchKey(matching, many.labels);
    const one = ones.get(key);
    if (one === undefined) continue;
    const { value, holds } = oneIsLeft ? compute(node, one.value, many.value) : compute(node, many.value, one.value);
    if (!holds && !node.bool) continue;
    const labels = resultLabels(node, many.labels, one.labels);
    const claim = matching.many === 'none' ? key : `${key} ${labelKey(labels)}`;
    if (taken.has(claim)) {
      throw new ExecutionRefusal(
        matching.many === 'none'
          ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
          : 'multiple matches for labels: grouping labels must ensure unique matches',
      );
    }
    taken.add(claim);
    results.push({ labels, value: node.bool ? Number(holds) : value });
  }
  return results;
}

function theOneSide(matching: Matching, samples: Vector, side: 'left' | 'right'): ReadonlyMap<string, VectorSample> {
  const ones = new Map<string, VectorSample>();
  for (const sample of samples) {
    const key = matchKey(matching, sample.labels);
    const twin = ones.get(key);
    if (twin !== undefined) {
      const group = labelText(matchLabels(matching, sample.labels));
      const pair = `[${labelText(sample.labels)}, ${labelText(twin.labels)}]`;
      throw new ExecutionRefusal(
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ${pair}` +
          ';many-to-many matching not allowed: matching labels must be unique on one side',
      );
    }
    ones.set(key, sample);
  }
  return ones;
}

function resultLabels({ operator, bool, matching }: Binary, many: Labels, one: Labels): Labels {
  const { on, labels: names, include } = matching;
  const keepsName = isComparison(operator) && !bool;
  const named = keepsName ? many : dropMetricName(many);
  const own = matching.many !== 'none' ? named : on ? keepLabels(named, names) : dropLabels(named, names);
  return include.reduce((labels, name) => withLabel(labels, name, one[name] ?? ''), own);
}

function matchKey(matching: Matching, labels: Labels): string {
  return labelKey(matchLabels(matching, labels));
}

function matchLabels({ on, labels: names }: Matching, labels: Labels): Labels {
  return on ? labelsNamed(names, labels) : labelsBesides(names, labels);
}
