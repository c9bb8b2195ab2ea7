// The rules about kinds: which operator, function and aggregation takes a scalar, a vector, a range or a string.
import { signatureOf } from './functions.ts';
import { METRIC_NAME } from './labels.ts';
import { ParseRefusal } from './refusal.ts';
import type { Aggregation, Binary, Call, Expression, Selector, Sign, Subquery, ValueKind } from './syntax.ts';
import { isComparison, isSetOperator } from './syntax.ts';

const NAMES: Readonly<Record<ValueKind, string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
};

/** The name that users know a kind by: "instant vector", "range vector". */
export function kindName(kind: ValueKind): string {
  return NAMES[kind];
}

/** The kind of value that an expression gives, whatever the data. */
export function kindOf(expression: Expression): ValueKind {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregation':
      return 'vector';
    case 'range':
    case 'subquery':
      return 'matrix';
    case 'parenthesis':
    case 'sign':
      return kindOf(expression.inner);
    case 'call':
      return signatureOf(expression.name).returns;
    case 'binary':
      return kindOf(expression.left) === 'scalar' && kindOf(expression.right) === 'scalar' ? 'scalar' : 'vector';
  }
}

/** Throws a ParseRefusal at the first expression in `root` whose parts are of a wrong kind. */
export function checkKinds(query: string, root: Expression): void {
  const refuse = (at: number, reason: string): never => {
    throw new ParseRefusal(query, at, reason);
  };

  const expectKind = (expression: Expression, wanted: ValueKind, context: string): void => {
    check(expression);
    const got = kindOf(expression);
    if (got !== wanted) refuse(expression.at, `expected type ${NAMES[wanted]} in ${context}, got ${NAMES[got]}`);
  };

  const checkSelector = ({ at, name, matchers }: Selector): void => {
    if (name === undefined) {
      if (matchers.every((each) => each.accepts(''))) {
        refuse(at, 'vector selector must contain at least one non-empty matcher');
      }
      return;
    }
    const second = matchers.slice(0, -1).find((each) => each.name === METRIC_NAME);
    if (second !== undefined) refuse(at, `metric name must not be set twice: "${name}" or "${second.value}"`);
  };

  const checkSign = ({ at, inner }: Sign): void => {
    check(inner);
    const kind = kindOf(inner);
    if (kind === 'scalar' || kind === 'vector') return;
    const rule = 'unary expression only allowed on expressions of type scalar or instant vector';
    refuse(at, `${rule}, got "${NAMES[kind]}"`);
  };

  const checkSubquery = ({ at, inner }: Subquery): void => {
    check(inner);
    const kind = kindOf(inner);
    if (kind !== 'vector') refuse(at, `subquery is only allowed on instant vector, got ${kind} instead`);
  };

  const checkAggregation = ({ operator, parameter, inner }: Aggregation): void => {
    expectKind(inner, 'vector', 'aggregation expression');
    if (parameter === undefined) return;
    expectKind(parameter, operator === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
  };

  const checkCall = ({ at, name, args }: Call): void => {
    const { takes, optional = 0 } = signatureOf(name);
    const needed = takes.length - optional;
    const refuseCount = (wanted: string) =>
      refuse(at, `expected ${wanted} argument(s) in call to "${name}", got ${args.length}`);
    if (optional === 0 && args.length !== needed) refuseCount(`${needed}`);
    if (args.length < needed) refuseCount(`at least ${needed}`);
    if (args.length > takes.length) refuseCount(`at most ${takes.length}`);
    for (const [index, argument] of args.entries()) {
      expectKind(argument, takes[index] ?? 'scalar', `call to function "${name}"`);
    }
  };

  const checkBinary = ({ at, operator, operatorAt, bool, matching, left, right }: Binary): void => {
    check(left);
    check(right);
    const [leftKind, rightKind] = [kindOf(left), kindOf(right)];
    if (bool && !isComparison(operator)) refuse(operatorAt, 'bool modifier can only be used on comparison operators');
    if (isComparison(operator) && !bool && leftKind === 'scalar' && rightKind === 'scalar') {
      refuse(operatorAt, 'comparisons between scalars must use BOOL modifier');
    }
    const twice = matching.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined;
    if (twice !== undefined) refuse(operatorAt, `label "${twice}" must not occur in ON and GROUP clause at once`);
    for (const side of [left, right]) {
      const kind = kindOf(side);
      if (kind === 'scalar' || kind === 'vector') continue;
      refuse(side.at, 'binary expression must contain only scalar and instant vector types');
    }
    const ofVectors = leftKind === 'vector' && rightKind === 'vector';
    if (!ofVectors && matching.labels.length > 0) {
      refuse(at, 'vector matching only allowed between instant vectors');
    }
    if (!isSetOperator(operator)) return;
    if (ofVectors && matching.many !== 'none') refuse(at, `no grouping allowed for "${operator}" operation`);
    if (!ofVectors) refuse(at, `set operator "${operator}" not allowed in binary scalar expression`);
  };

  const check = (expression: Expression): void => {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return;
      case 'selector':
        checkSelector(expression);
        return;
      case 'range':
        checkSelector(expression.selector);
        return;
      case 'parenthesis':
        check(expression.inner);
        return;
      case 'sign':
        checkSign(expression);
        return;
      case 'subquery':
        checkSubquery(expression);
        return;
      case 'aggregation':
        checkAggregation(expression);
        return;
      case 'call':
        checkCall(expression);
        return;
      case 'binary':
        checkBinary(expression);
    }
  };

  check(root);
}
