// Time series as the PromQL engine reads them, and the label matchers that choose among them.

export type Labels = Readonly<Record<string, string>>;

/** A point in time (Unix milliseconds) and the value there. */
export type Sample = readonly [ms: number, value: number];

export interface Series {
  readonly labels: Labels;
  /** Oldest first, at most one per millisecond. */
  readonly samples: readonly Sample[];
  /**
   * When a scrape found the series gone after its last sample (Unix milliseconds): Prometheus's stale marker. From then
   * on an instant selector does not see the series; without a marker it sees it for five minutes more.
   */
  readonly endedMs?: number;
}

/** Where the engine gets its data: every series that all `matchers` accept, with its samples in [fromMs, toMs]. */
export interface SeriesSource {
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): readonly Series[];
}

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly op: MatchOperator;
  readonly value: string;
  /** Whether a label with this value passes; the label that a series lacks has the value `''`. */
  accepts(labelValue: string): boolean;
}

/** Builds a matcher. Throws a SyntaxError worded like Prometheus's when `=~` or `!~` has a bad pattern. */
export function matcher(name: string, op: MatchOperator, value: string): Matcher {
  return { name, op, value, accepts: acceptance(op, value) };
}

/** Whether a series with these labels is chosen by all matchers. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((each) => each.accepts(labels[each.name] ?? ''));
}

/** A source over a fixed list: for tests, and for worlds small enough to be kept whole. */
export function seriesInMemory(all: readonly Series[]): SeriesSource {
  return {
    select: (matchers, fromMs, toMs) =>
      all
        .filter((series) => matchesAll(matchers, series.labels))
        .map((series) => ({ ...series, samples: series.samples.filter(([ms]) => ms >= fromMs && ms <= toMs) })),
  };
}

/**
 * Compiles a pattern that must match a whole value, as Prometheus anchors it. Throws a SyntaxError for what Go's RE2
 * refuses but JavaScript would take: lookaround and back-references.
 */
export function wholeMatchPattern(source: string): RegExp {
  const anchored = `^(?:${source})$`;
  const foreign = /(?<!\\)(?:\\\\)*(\(\?<?[=!]|\\[1-9])/.exec(source)?.[1];
  if (foreign?.startsWith('(')) {
    throw new SyntaxError(`error parsing regexp: invalid or unsupported Perl syntax: \`${foreign}\``);
  }
  if (foreign !== undefined) throw new SyntaxError(`error parsing regexp: invalid escape sequence: \`${foreign}\``);
  const ignoreCase = source.startsWith('(?i)');
  const body = source.slice(ignoreCase ? 4 : 0).replaceAll('(?P<', '(?<');
  try {
    return new RegExp(`^(?:${body})$`, ignoreCase ? 'iu' : 'u');
  } catch {
    const reason = hasUnclosedGroup(source) ? 'missing closing )' : 'invalid syntax';
    throw new SyntaxError(`error parsing regexp: ${reason}: \`${anchored}\``);
  }
}

function acceptance(op: MatchOperator, value: string): (labelValue: string) => boolean {
  if (op === '=') return (labelValue) => labelValue === value;
  if (op === '!=') return (labelValue) => labelValue !== value;
  const pattern = wholeMatchPattern(value);
  return op === '=~' ? (labelValue) => pattern.test(labelValue) : (labelValue) => !pattern.test(labelValue);
}

function hasUnclosedGroup(source: string): boolean {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]])*\]/g, '');
  return bare.split('(').length > bare.split(')').length;
}
