// From a query and the place that uses it to the check that the engine runs.

import { nearest } from '../core/command.ts';
import type { CheckDefinition, PhaseName } from '../core/runbook.ts';
import type { Limit } from '../core/verdict.ts';
import type { RunbookDocument } from './document.ts';
import type { Catalog, Path, RunbookFault } from './fault.ts';
import type { CheckUseText, LimitText, QueryText } from './grammar.ts';

/** A query with the place it was written at. */
export interface Query {
  readonly text: QueryText;
  readonly document: RunbookDocument;
  readonly path: Path;
}

/** Everything that resolving needs; faults are collected, never thrown. */
export interface Resolving {
  readonly catalog: Catalog;
  readonly queries: ReadonlyMap<string, Query>;
  /** All query names that stand in the files, also those whose text is wrong and reported already. */
  readonly queryNames: ReadonlySet<string>;
  readonly faults: RunbookFault[];
}

/** Where in a file something stands. */
export interface Place {
  readonly document: RunbookDocument;
  readonly path: Path;
}

/** The check, or undefined when a fault was reported for it. */
export function resolveCheck(
  use: CheckUseText,
  place: Place,
  resolving: Resolving,
  where: { readonly step?: string; readonly phase?: PhaseName } = {},
): CheckDefinition | undefined {
  const query = resolving.queries.get(use.query);
  if (query === undefined) {
    if (!resolving.queryNames.has(use.query)) {
      reportUnknown(use.query, 'query', resolving.queryNames, place, resolving.faults);
    }
    return undefined;
  }
  const params = use.with === undefined ? query.text.with : overridden(query.text.with, use.with);
  if (use.with !== undefined) reportOverride(query, params, place, resolving);
  if (use.limits !== undefined)
    reportLimits(use.limits, { ...place, path: [...place.path, 'limits'] }, resolving.faults);
  const [system, kind] = systemAndKind(query.text.uses);
  const missing = use.missing ?? query.text.missing;
  return {
    id: use.id ?? use.query,
    title: use.title ?? query.text.title,
    system,
    kind,
    params,
    unit: query.text.unit,
    limits: (use.limits ?? query.text.limits).map(limitOf),
    ...(missing === undefined ? {} : { missing }),
    budgetMs: use.budget ?? query.text.budget,
    ...where,
    chart: 'chart' in params,
  };
}

/** Problems that a query has by itself, wherever it is used. */
export function reportQuery(query: Query, resolving: Pick<Resolving, 'catalog' | 'faults'>): void {
  reportUse(query.text.uses, 'check', query.text.with, query, resolving);
  reportLimits(query.text.limits, { ...query, path: [...query.path, 'limits'] }, resolving.faults);
}

/** Asks the catalog whether the kind exists and its parameters are right. `place` is the mapping that holds `uses` and `with`. */
export function reportUse(
  uses: string,
  use: 'check' | 'action',
  params: unknown,
  place: Place,
  { catalog, faults }: Pick<Resolving, 'catalog' | 'faults'>,
): void {
  const [system, kind] = systemAndKind(uses);
  const problems = catalog.problems(system, kind, use, params);
  if (problems === 'no-such-system' || problems === 'no-such-kind') {
    const message =
      problems === 'no-such-system' ? `There is no system \`${system}\`.` : `\`${system}\` has no ${use} \`${kind}\`.`;
    const remedy = `docs/runbook-language.md lists the kinds of ${use}s.`;
    faults.push(place.document.faultAt([...place.path, 'uses'], message, remedy));
    return;
  }
  for (const problem of problems) faults.push(parameterFault(problem, place, uses));
}

/** Says which word is not known, and which known one it resembles. */
export function reportUnknown(
  word: string,
  what: string,
  known: Iterable<string>,
  place: Place,
  faults: RunbookFault[],
  offset = 0,
): void {
  const words = [...known];
  const guess = nearest(word, words);
  const listed = words.length === 0 ? `Define a ${what} of this name first.` : `Known: ${words.join(', ')}.`;
  const remedy = guess === undefined ? listed : `Did you mean \`${guess}\`?`;
  faults.push(place.document.faultAt(place.path, `There is no ${what} \`${word}\`.`, remedy, { offset }));
}

export function systemAndKind(uses: string): readonly [system: string, kind: string] {
  const dot = uses.indexOf('.');
  return [uses.slice(0, dot), uses.slice(dot + 1)];
}

/** Key by key; `null` takes a parameter away. */
function overridden(
  params: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries({ ...params, ...changes }).filter(([, value]) => value !== null));
}

/** Reports what the changed parameters break; what was wrong before them stands at the query already. */
function reportOverride(query: Query, params: unknown, place: Place, { catalog, faults }: Resolving): void {
  const [system, kind] = systemAndKind(query.text.uses);
  const before = catalog.problems(system, kind, 'check', query.text.with);
  const now = catalog.problems(system, kind, 'check', params);
  if (typeof before === 'string' || typeof now === 'string') return;
  const known = new Set(before.map((problem) => `${problem.path} ${problem.message}`));
  const added = now.filter((problem) => !known.has(`${problem.path} ${problem.message}`));
  for (const problem of added) faults.push(parameterFault(problem, place, query.text.uses));
}

function parameterFault(
  problem: { readonly path: string; readonly message: string },
  place: Place,
  uses: string,
): RunbookFault {
  const path = [...place.path, 'with', ...problem.path.split('.').filter((key) => key !== '')];
  return place.document.faultAt(path, problem.message, `Correct the parameters of \`${uses}\`.`);
}

/** A warning that only comes after the critical limit warns nobody. */
function reportLimits(limits: readonly LimitText[], place: Place, faults: RunbookFault[]): void {
  limits.forEach((warning, index) => {
    if (warning.level !== 'warning') return;
    const late = limits.find(
      ({ level, above, below }) =>
        level === 'critical' &&
        ((above !== undefined && warning.above !== undefined && warning.above > above) ||
          (below !== undefined && warning.below !== undefined && warning.below < below)),
    );
    if (late === undefined) return;
    const message = 'The warning limit is reached only after the critical one.';
    faults.push(place.document.faultAt([...place.path, index], message, 'Exchange the two numbers.'));
  });
}

function limitOf({ level, above, below, source }: LimitText): Limit {
  return above === undefined
    ? { level, breachedWhen: 'below', bound: below ?? Number.NaN, source }
    : { level, breachedWhen: 'above', bound: above, source };
}
