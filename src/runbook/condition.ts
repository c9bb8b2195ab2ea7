// Conditions of hypotheses in CEL (Common Expression Language): checked when loaded, then asked against observations.
// CEL has no loops but those over a list that is there, so a condition always ends; `matches` is not offered, because
// a regular expression may run for hours.

import { type ASTNode, Environment, EvaluationError, ParseError, type ParseResult } from '@marcbachmann/cel-js';
import type { Observation } from '../core/observation.ts';

/** A check as a condition sees it: copies of plain values, nothing of the host. */
class CheckFacts {
  readonly verdict: string;
  readonly known: boolean;
  readonly value?: number;
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  readonly rows: readonly RowFacts[];

  constructor(observation: Observation) {
    this.verdict = observation.verdict;
    this.known = observation.verdict !== 'unknown';
    const value = observation.measurement?.value;
    if (value !== undefined && Number.isFinite(value)) this.value = value;
    this.facts = { ...observation.facts };
    this.rows = observation.rows.map((row) => new RowFacts(row));
  }
}

class RowFacts {
  readonly label: string;
  readonly verdict: string;
  readonly value?: number;

  constructor(row: Observation['rows'][number]) {
    this.label = row.label;
    this.verdict = row.verdict;
    const value = row.measurement?.value;
    if (value !== undefined && Number.isFinite(value)) this.value = value;
  }
}

const language = new Environment({ limits: { maxAstNodes: 400, maxDepth: 40, maxListElements: 100 } })
  .registerType('Row', { ctor: RowFacts, fields: { label: 'string', verdict: 'string', value: 'double' } })
  .registerType('Check', {
    ctor: CheckFacts,
    fields: { verdict: 'string', known: 'bool', value: 'double', facts: 'map<string, dyn>', rows: 'list<Row>' },
  })
  .registerVariable('checks', 'map<string, Check>');

/** What a condition may call. */
const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const functions: ReadonlySet<string> = new Set([
  ...['has', 'size', 'double', 'int', 'string', 'contains', 'startsWith', 'endsWith'],
  ...loops,
]);

/** Loops inside loops multiply; two deep over a few hundred rows is still nothing. */
const deepestLoop = 2;

export interface CompiledCondition {
  /** Ids of the checks it names, in the order of their first mention. */
  readonly checks: readonly string[];
  /** True or false, or why it cannot be decided. Never throws. */
  ask(observations: Readonly<Record<string, Observation>>): boolean | { readonly undecided: string };
}

export interface ConditionProblem {
  readonly message: string;
  readonly remedy: string;
  /** Characters from the start of the condition. */
  readonly offset: number;
}

/** The observation of this check when it says something; undefined when it is unknown or not there yet. */
export function answerOf(observations: Readonly<Record<string, Observation>>, check: string): Observation | undefined {
  const observation = Object.hasOwn(observations, check) ? observations[check] : undefined;
  return observation?.verdict === 'unknown' ? undefined : observation;
}

/** Whether the checks exist is not looked at here: see `checks` and `offsets` of the result. */
export function compileCondition(
  text: string,
):
  | { readonly ok: true; readonly condition: CompiledCondition; readonly offsets: ReadonlyMap<string, number> }
  | { readonly ok: false; readonly problem: ConditionProblem } {
  let parsed: ParseResult;
  try {
    parsed = language.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const remedy = 'See the conditions in docs/runbook-language.md.';
    return { ok: false, problem: { message: `${error.summary}.`, remedy, offset: error.range?.start ?? 0 } };
  }
  const offsets = new Map<string, number>();
  const problem = forbidden(parsed.ast, offsets) ?? mistyped(parsed);
  if (problem !== undefined) return { ok: false, problem };
  if (offsets.size === 0) {
    return {
      ok: false,
      problem: { message: 'This condition asks no check.', remedy: 'Name one, like `checks["p99"].value`.', offset: 0 },
    };
  }
  return {
    ok: true,
    condition: { checks: [...offsets.keys()], ask: (seen) => ask(parsed, [...offsets.keys()], seen) },
    offsets,
  };
}

function ask(
  parsed: ParseResult,
  names: readonly string[],
  observations: Readonly<Record<string, Observation>>,
): boolean | { readonly undecided: string } {
  const checks: Record<string, CheckFacts> = {};
  for (const name of names) {
    const answer = answerOf(observations, name);
    if (answer === undefined) return { undecided: `no answer from ${name}` };
    checks[name] = new CheckFacts(answer);
  }
  try {
    return parsed({ checks }) === true;
  } catch (error) {
    // A value, fact or row that this answer does not have: the condition then says nothing.
    if (!(error instanceof EvaluationError)) return { undecided: 'the condition cannot be evaluated' };
    return { undecided: error.summary.replace('No such key: ', 'the answer has no ') };
  }
}

function mistyped(parsed: ParseResult): ConditionProblem | undefined {
  const result = parsed.check();
  if (result.valid && result.type === 'bool') return undefined;
  if (result.valid) {
    return {
      message: `This gives ${result.type}, not true or false.`,
      remedy: 'Compare it with something.',
      offset: 0,
    };
  }
  return {
    message: `${result.error?.summary ?? 'This is not a condition'}.`,
    remedy: 'A check has `verdict`, `known`, `value`, `facts` and `rows`; a row has `label`, `value` and `verdict`.',
    offset: result.error?.range?.start ?? 0,
  };
}

/** The first thing in the tree that the language does not offer; notes on the way where each check is named. */
function forbidden(node: ASTNode, offsets: Map<string, number>, outerLoops = 0): ConditionProblem | undefined {
  if (node.op === 'id' && node.args === 'checks') {
    return {
      message: 'Checks must be named one by one.',
      remedy: 'Write `checks["p99"]` with the id in quotes.',
      offset: node.range.start,
    };
  }
  if ((node.op === 'call' || node.op === 'rcall') && !functions.has(node.args[0])) {
    return {
      message: `\`${node.args[0]}\` cannot be called here.`,
      remedy: `Known: ${[...functions].join(', ')}.`,
      offset: node.range.start,
    };
  }
  const depth = node.op === 'rcall' && loops.has(node.args[0]) ? outerLoops + 1 : outerLoops;
  if (depth > deepestLoop) {
    return {
      message: `More than ${deepestLoop} loops stand inside each other.`,
      remedy: 'Write two simpler conditions.',
      offset: node.range.start,
    };
  }
  const named = checkName(node);
  if (named !== undefined) {
    if (!offsets.has(named)) offsets.set(named, node.range.start);
    return undefined;
  }
  for (const child of children(node.args)) {
    const problem = forbidden(child, offsets, depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `checks.p99` and `checks["p99"]` name the check `p99`. */
function checkName(node: ASTNode): string | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [owner, key] = node.args;
  if (owner.op !== 'id' || owner.args !== 'checks') return undefined;
  if (typeof key === 'string') return key;
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
}

function children(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(children);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
