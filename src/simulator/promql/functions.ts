// The functions of the language, by name. Those that Prometheus has beyond these are unknown here.
import { type PromqlFunction, perSample, type Signature, scalarArgument, vector, vectorArgument } from './call.ts';
import { histogramQuantile } from './histogram.ts';
import { LABEL_FUNCTIONS } from './label-functions.ts';
import { dropMetricName } from './labels.ts';
import { OVER_TIME_FUNCTIONS } from './over-time.ts';
import { RATE_FUNCTIONS } from './rates.ts';
import { unwrapped } from './syntax.ts';

const FUNCTIONS: Readonly<Record<string, PromqlFunction>> = {
  ...RATE_FUNCTIONS,
  ...OVER_TIME_FUNCTIONS,
  ...LABEL_FUNCTIONS,
  histogram_quantile: histogramQuantile,

  abs: perSample(Math.abs),
  ceil: perSample(Math.ceil),
  floor: perSample(Math.floor),
  exp: perSample(Math.exp),
  ln: perSample(Math.log),
  log2: perSample(Math.log2),
  log10: perSample(Math.log10),
  sqrt: perSample(Math.sqrt),
  sgn: perSample(Math.sign),
  clamp_min: perSample((value, low = Number.NaN) => Math.max(value, low), 1),
  clamp_max: perSample((value, high = Number.NaN) => Math.min(value, high), 1),
  // Prometheus divides by the inverse, which decides how the last digits fall.
  round: perSample((value, nearest = 1) => Math.floor(value * (1 / nearest) + 0.5) / (1 / nearest), 1, 1),

  time: { takes: [], returns: 'scalar', apply: ({ atMs }) => ({ kind: 'scalar', value: atMs / 1_000 }) },
  timestamp: {
    takes: ['vector'],
    returns: 'vector',
    apply: (site) => {
      const written = site.written[0];
      const isSelector = written !== undefined && unwrapped(written).kind === 'selector';
      return vector(
        vectorArgument(site, 0).map(({ labels, sampledMs }) => ({
          labels: dropMetricName(labels),
          value: (isSelector ? (sampledMs ?? site.atMs) : site.atMs) / 1_000,
        })),
      );
    },
  },
  scalar: {
    takes: ['vector'],
    returns: 'scalar',
    apply: (site) => {
      const samples = vectorArgument(site, 0);
      return { kind: 'scalar', value: samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN };
    },
  },
  vector: {
    takes: ['scalar'],
    returns: 'vector',
    apply: (site) => vector([{ labels: {}, value: scalarArgument(site, 0) }]),
  },
  sort: sorted((left, right) => left - right),
  sort_desc: sorted((left, right) => right - left),
};

export function isKnownFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

/** What the function takes and returns. The name must be known. */
export function signatureOf(name: string): Signature {
  return functionNamed(name);
}

/** The function itself. The name must be known. */
export function functionNamed(name: string): PromqlFunction {
  const found = isKnownFunction(name) ? FUNCTIONS[name] : undefined;
  if (found === undefined) throw new Error(`no PromQL function ${name}: the parser should have refused it`);
  return found;
}

/** Sorts by value, NaN last either way. */
function sorted(compare: (left: number, right: number) => number): PromqlFunction {
  return {
    takes: ['vector'],
    returns: 'vector',
    apply: (site) =>
      vector(
        vectorArgument(site, 0).toSorted((left, right) => {
          if (Number.isNaN(left.value)) return Number.isNaN(right.value) ? 0 : 1;
          if (Number.isNaN(right.value)) return -1;
          return compare(left.value, right.value);
        }),
      ),
  };
}
