// Matchers of Alertmanager: in silences, and as text in the `filter` of a request.

export type Labels = Readonly<Record<string, string>>;

export interface AlertmanagerAnswer {
  readonly code: number;
  /** Absent: an empty body. */
  readonly body?: unknown;
}

export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** A label that is not there counts as an empty one. */
export function fits({ name, value, isRegex, isEqual }: Matcher, labels: Labels): boolean {
  const present = labels[name] ?? '';
  return (isRegex ? new RegExp(`^(?:${value})$`).test(present) : present === value) === isEqual;
}

/** Why it cannot be, in the words of the real one where it has some of its own. */
export function problemOf({ name, value, isRegex }: Matcher): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return `invalid label name "${name}"`;
  if (!isRegex) return undefined;
  try {
    new RegExp(`^(?:${value})$`);
    return undefined;
  } catch {
    return `invalid regular expression "${value}"`;
  }
}

/** All `filter` parameters, or the first that is none. */
export function readFilters(query: URLSearchParams): readonly Matcher[] | string {
  const filters: Matcher[] = [];
  for (const text of query.getAll('filter')) {
    const [, name = '', sign = '', value = ''] =
      /^\s*([a-zA-Z_:][\w:]*)\s*(=~|!=|!~|=)\s*([\s\S]*?)\s*$/.exec(text) ?? [];
    if (name === '') return `bad matcher format: ${text}`;
    const bare = /^"([\s\S]*)"$/.exec(value)?.[1]?.replace(/\\([\\"n])/g, (_, one) => (one === 'n' ? '\n' : one));
    const matcher = { name, value: bare ?? value, isRegex: sign.endsWith('~'), isEqual: !sign.startsWith('!') };
    const problem = problemOf(matcher);
    if (problem !== undefined) return problem;
    filters.push(matcher);
  }
  return filters;
}

export function badFilter(problem: string): AlertmanagerAnswer {
  return { code: 400, body: problem };
}
