// The syntax tree of a query.
import type { Matcher } from './series.ts';

export type ValueKind = 'scalar' | 'vector' | 'matrix' | 'string';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

/** How the samples of two vectors find each other: by the labels named (`on`), or by all but those (not `on`). */
export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side that may have several samples for one of the other side. */
  readonly many: 'none' | 'left' | 'right';
  /** Labels that the many side takes over from the one side. */
  readonly include: readonly string[];
}

interface Placed {
  /** Offset of its first character in the query. */
  readonly at: number;
}

export interface NumberLiteral extends Placed {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringLiteralNode extends Placed {
  readonly kind: 'string';
  readonly value: string;
}

export interface Parenthesis extends Placed {
  readonly kind: 'parenthesis';
  readonly inner: Expression;
}

/** A leading sign; `+` changes nothing but is kept for its type rule. */
export interface Sign extends Placed {
  readonly kind: 'sign';
  readonly negative: boolean;
  readonly inner: Expression;
}

export interface Selector extends Placed {
  readonly kind: 'selector';
  /** The metric name in front of the braces. */
  readonly name: string | undefined;
  /** All matchers, the metric name's included. */
  readonly matchers: readonly Matcher[];
  readonly offsetMs: number | undefined;
}

export interface RangeSelector extends Placed {
  readonly kind: 'range';
  readonly selector: Selector;
  readonly rangeMs: number;
}

export interface Subquery extends Placed {
  readonly kind: 'subquery';
  readonly inner: Expression;
  readonly rangeMs: number;
  /** `undefined`: the global evaluation interval. */
  readonly stepMs: number | undefined;
  readonly offsetMs: number | undefined;
}

export interface Call extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Aggregation extends Placed {
  readonly kind: 'aggregation';
  readonly operator: string;
  /** The k of topk, the φ of quantile, the label of count_values. */
  readonly parameter: Expression | undefined;
  readonly inner: Expression;
  readonly without: boolean;
  readonly labels: readonly string[];
}

export interface Binary extends Placed {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly operatorAt: number;
  /** Give 0 or 1 instead of choosing samples. */
  readonly bool: boolean;
  readonly matching: Matching;
  readonly left: Expression;
  readonly right: Expression;
}

export type Expression =
  | NumberLiteral
  | StringLiteralNode
  | Parenthesis
  | Sign
  | Selector
  | RangeSelector
  | Subquery
  | Call
  | Aggregation
  | Binary;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return COMPARISONS.has(operator);
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return SET_OPERATORS.has(operator);
}

/** What stands inside any parentheses. */
export function unwrapped(expression: Expression): Expression {
  return expression.kind === 'parenthesis' ? unwrapped(expression.inner) : expression;
}
