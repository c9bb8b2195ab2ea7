// Reads what `GET /metrics` of a bot says.

export interface Exposition {
  readonly text: string;
  /** The sum of all series of that name that carry these labels; undefined when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Values of one label over all series of that name. */
  labels(name: string, label: string): readonly string[];
}

export async function scrape(url: string): Promise<Exposition> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET /metrics answered ${response.status}`);
  return readExposition(await response.text());
}

function readExposition(text: string): Exposition {
  const samples = text.split('\n').flatMap((line) => {
    const [, name = '', inside = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '') return [];
    const pairs = [...inside.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label, of]) => [label, of]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
  return {
    text,
    value(name, labels = {}) {
      const found = samples.filter(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      return found.length === 0 ? undefined : found.reduce((sum, sample) => sum + sample.value, 0);
    },
    labels: (name, label) => [
      ...new Set(samples.flatMap((sample) => (sample.name === name ? [sample.labels[label] ?? ''] : []))),
    ],
  };
}
