// Reads a query into a syntax tree: binary operators by precedence, everything else by descent.
import { checkKinds } from './check.ts';
import { Cursor } from './cursor.ts';
import { isKnownFunction } from './functions.ts';
import { readSelector, takeMetricWord } from './parse-selector.ts';
import type { BinaryOperator, Expression, Matching } from './syntax.ts';
import type { Token } from './tokens.ts';

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};
const POWER = PRECEDENCE['^'];
/** Aggregators with a parameter in front of the vector. */
const WITH_PARAMETER = new Set(['topk', 'bottomk', 'quantile', 'count_values']);

/** Parses and checks a query. Throws a ParseRefusal with Prometheus's message. */
export function parseQuery(query: string): Expression {
  const cursor = new Cursor(query);
  if (cursor.ahead.kind === 'end') throw cursor.refusal(0, 'no expression found in input');
  const expression = readBinary(cursor, 1);
  cursor.expectEnd();
  checkKinds(query, expression);
  return expression;
}

function readBinary(cursor: Cursor, lowest: number): Expression {
  let left = readSigned(cursor);
  while (true) {
    const token = cursor.ahead;
    const operator = binaryOperator(token);
    if (operator === undefined || PRECEDENCE[operator] < lowest) return left;
    cursor.take();
    const bool = cursor.takeIf('keyword', 'bool') !== undefined;
    const matching = readMatching(cursor);
    // Only the power operator groups from the right.
    const right = readBinary(cursor, operator === '^' ? POWER : PRECEDENCE[operator] + 1);
    left = { kind: 'binary', at: left.at, operator, operatorAt: token.at, bool, matching, left, right };
  }
}

function readMatching(cursor: Cursor): Matching {
  const on = cursor.takeIf('keyword', 'on') !== undefined;
  if (!on && cursor.takeIf('keyword', 'ignoring') === undefined) {
    return { on: false, labels: [], many: 'none', include: [] };
  }
  const labels = cursor.labelList();
  const left = cursor.takeIf('keyword', 'group_left') !== undefined;
  const right = !left && cursor.takeIf('keyword', 'group_right') !== undefined;
  const include = (left || right) && cursor.sees('(') ? cursor.labelList() : [];
  return { on, labels, many: left ? 'left' : right ? 'right' : 'none', include };
}

function readSigned(cursor: Cursor): Expression {
  const { at } = cursor.ahead;
  const negative = cursor.takeIf('operator', '-') !== undefined;
  if (!negative && cursor.takeIf('operator', '+') === undefined) return readPostfixed(cursor);
  // A sign binds weaker than the power operator: -1^2 is -1.
  const inner = readBinary(cursor, POWER);
  if (inner.kind === 'number') return { ...inner, at, value: negative ? -inner.value : inner.value };
  return { kind: 'sign', at, negative, inner };
}

function readPostfixed(cursor: Cursor): Expression {
  let expression = readPrimary(cursor);
  while (true) {
    if (cursor.sees('[')) expression = readRange(cursor, expression);
    else if (cursor.takeIf('keyword', 'offset') !== undefined) expression = readOffset(cursor, expression);
    else return expression;
  }
}

function readRange(cursor: Cursor, inner: Expression): Expression {
  const bracket = cursor.take();
  const rangeMs = cursor.duration('subquery selector', 'duration');
  if (cursor.takeIf('punctuation', ':') !== undefined) {
    const stepMs = cursor.sees(']') ? undefined : cursor.duration('subquery selector', 'duration or "]"');
    cursor.expect(']', 'subquery selector', '"]"');
    return { kind: 'subquery', at: inner.at, inner, rangeMs, stepMs, offsetMs: undefined };
  }
  cursor.expect(']', 'subquery or range', '":" or "]"');
  if (inner.kind !== 'selector') throw cursor.refusal(bracket.at, 'ranges only allowed for vector selectors');
  if (inner.offsetMs !== undefined) throw cursor.refusal(bracket.at, 'no offset modifiers allowed before range');
  return { kind: 'range', at: inner.at, selector: inner, rangeMs };
}

function readOffset(cursor: Cursor, expression: Expression): Expression {
  const sign = cursor.takeIf('operator', '-') !== undefined ? -1 : 1;
  const offsetMs = sign * cursor.duration('offset', 'duration');
  const target = expression.kind === 'range' ? expression.selector : expression;
  if (target.kind !== 'selector' && target.kind !== 'subquery') {
    const rule = 'an instant vector selector or range vector selector or a subquery';
    throw cursor.refusal(expression.at, `offset modifier must be preceded by ${rule}`);
  }
  if (target.offsetMs !== undefined) throw cursor.refusal(expression.at, 'offset may not be set multiple times');
  if (expression.kind === 'range') return { ...expression, selector: { ...expression.selector, offsetMs } };
  return { ...target, offsetMs };
}

function readPrimary(cursor: Cursor): Expression {
  const { ahead } = cursor;
  if (ahead.kind === 'number') return { kind: 'number', at: ahead.at, value: readNumber(cursor) };
  if (ahead.kind === 'string') return { kind: 'string', at: ahead.at, value: cursor.take().value };
  if (cursor.takeIf('punctuation', '(') !== undefined) {
    const inner = readBinary(cursor, 1);
    cursor.expect(')');
    return { kind: 'parenthesis', at: ahead.at, inner };
  }
  const word = takeMetricWord(cursor);
  if (word?.kind === 'aggregator' && (cursor.sees('(') || isGroupingWord(cursor.ahead))) {
    return readAggregation(cursor, word);
  }
  if (word?.kind === 'identifier' && cursor.sees('(')) return readCall(cursor, word);
  return readSelector(cursor, word);
}

function readNumber(cursor: Cursor): number {
  const token = cursor.take();
  const text = token.text.toLowerCase();
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === 'nan') return Number.NaN;
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  const cause = `strconv.ParseFloat: parsing ${JSON.stringify(token.text)}: invalid syntax`;
  throw cursor.refusal(token.at, `error parsing number: ${cause}`);
}

function readCall(cursor: Cursor, name: Token): Expression {
  const args = readArguments(cursor);
  if (!isKnownFunction(name.text)) throw cursor.refusal(name.at, `unknown function with name "${name.text}"`);
  return { kind: 'call', at: name.at, name: name.text, args };
}

function readArguments(cursor: Cursor): readonly Expression[] {
  cursor.expect('(');
  const args: Expression[] = [];
  while (!cursor.sees(')')) {
    args.push(readBinary(cursor, 1));
    const comma = cursor.takeIf('punctuation', ',');
    if (comma === undefined) break;
    if (cursor.sees(')')) throw cursor.refusal(comma.at, 'trailing commas not allowed in function call args');
  }
  cursor.expect(')');
  return args;
}

/** The grouping may stand on either side of the arguments. */
function readAggregation(cursor: Cursor, operator: Token): Expression {
  const before = readGrouping(cursor);
  if (!cursor.sees('(')) throw cursor.unexpected('aggregation');
  const args = readArguments(cursor);
  const { without, labels } = before ?? readGrouping(cursor) ?? { without: false, labels: [] };
  const wanted = WITH_PARAMETER.has(operator.value) ? 2 : 1;
  const inner = args.at(-1);
  if (inner === undefined) throw cursor.refusal(operator.at, 'no arguments for aggregate expression provided');
  if (args.length !== wanted) {
    const counts = `expected ${wanted}, got ${args.length}`;
    throw cursor.refusal(operator.at, `wrong number of arguments for aggregate expression provided, ${counts}`);
  }
  const parameter = wanted === 2 ? args[0] : undefined;
  return { kind: 'aggregation', at: operator.at, operator: operator.value, parameter, inner, without, labels };
}

function readGrouping(cursor: Cursor): { readonly without: boolean; readonly labels: readonly string[] } | undefined {
  if (!isGroupingWord(cursor.ahead)) return undefined;
  const without = cursor.take().value === 'without';
  return { without, labels: cursor.labelList() };
}

function isGroupingWord({ kind, value }: Token): boolean {
  return kind === 'keyword' && (value === 'by' || value === 'without');
}

function binaryOperator(token: Token): BinaryOperator | undefined {
  const isBinary = token.kind === 'operator' && Object.hasOwn(PRECEDENCE, token.value);
  return isBinary ? (token.value as BinaryOperator) : undefined;
}
