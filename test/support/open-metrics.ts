// Writes series as OpenMetrics text, the form in which promtool takes a past.

export interface BackfillSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds and value, oldest first. */
  readonly samples: readonly (readonly [ms: number, value: number])[];
}

/** OpenMetrics text of untyped metrics, families together, ending in `# EOF`. */
export function openMetricsText(all: readonly BackfillSeries[]): string {
  const byName = Map.groupBy(all, ({ labels }) => labels.__name__ ?? '');
  const lines = [...byName.values()].flatMap((family) => family.flatMap(linesOf));
  return `${lines.join('\n')}\n# EOF\n`;
}

function linesOf({ labels, samples }: BackfillSeries): readonly string[] {
  const { __name__: name = '', ...others } = labels;
  const pairs = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const head = pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
  return samples.map(([ms, value]) => `${head} ${valueText(value)} ${(ms / 1_000).toFixed(3)}`);
}

function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
