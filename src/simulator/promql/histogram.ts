// Quantiles of classic histograms: `histogram_quantile` over `le` buckets.
import { type PromqlFunction, scalarArgument, type Vector, vector, vectorArgument } from './call.ts';
import { labelKey, labelsBesides } from './labels.ts';
import type { Labels } from './series.ts';

const UPPER_EDGE = 'le';
const BUCKET_LABELS = [UPPER_EDGE];

interface Bucket {
  readonly upperEdge: number;
  /** Observations up to the edge: cumulative. */
  readonly count: number;
}

export const histogramQuantile: PromqlFunction = {
  takes: ['scalar', 'vector'],
  returns: 'vector',
  apply: (site) => {
    const quantile = scalarArgument(site, 0);
    return vector(
      histogramsIn(vectorArgument(site, 1)).map(({ labels, buckets }) => ({
        labels,
        value: bucketQuantile(quantile, buckets),
      })),
    );
  },
};

/** Groups bucket samples into histograms. Samples whose `le` is missing or no number take no part. */
function histogramsIn(samples: Vector): readonly { readonly labels: Labels; readonly buckets: Bucket[] }[] {
  const histograms = new Map<string, { readonly labels: Labels; readonly buckets: Bucket[] }>();
  for (const { labels, value } of samples) {
    const upperEdge = edge(labels[UPPER_EDGE] ?? '');
    if (upperEdge === undefined) continue;
    const own = labelsBesides(BUCKET_LABELS, labels);
    const key = labelKey(own);
    const histogram = histograms.get(key) ?? { labels: own, buckets: [] };
    histogram.buckets.push({ upperEdge, count: value });
    histograms.set(key, histogram);
  }
  return [...histograms.values()];
}

/**
 * The quantile by linear interpolation inside its bucket; the first bucket is taken to begin at 0. A quantile in the
 * overflow bucket reads as the highest finite edge: "at least that much". NaN without an overflow bucket, with it alone,
 * and without observations.
 */
function bucketQuantile(quantile: number, unordered: readonly Bucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const buckets = monotonic(merged(unordered.toSorted((left, right) => left.upperEdge - right.upperEdge)));
  const overflow = buckets.at(-1);
  const highestFinite = buckets.at(-2);
  if (overflow?.upperEdge !== Number.POSITIVE_INFINITY || highestFinite === undefined) return Number.NaN;
  if (overflow.count === 0) return Number.NaN;

  const rank = quantile * overflow.count;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  if (bucket === undefined || bucket === overflow) return highestFinite.upperEdge;
  const below = buckets[index - 1];
  if (below === undefined) {
    return bucket.upperEdge <= 0 ? bucket.upperEdge : bucket.upperEdge * (rank / bucket.count);
  }
  const share = (rank - below.count) / (bucket.count - below.count);
  return below.upperEdge + (bucket.upperEdge - below.upperEdge) * share;
}

/** Adds up buckets with one edge written in two ways, such as `1` and `1.0`. */
function merged(sorted: readonly Bucket[]): readonly Bucket[] {
  const result: Bucket[] = [];
  for (const bucket of sorted) {
    const last = result.at(-1);
    if (last?.upperEdge === bucket.upperEdge) {
      result[result.length - 1] = { upperEdge: bucket.upperEdge, count: last.count + bucket.count };
    } else result.push(bucket);
  }
  return result;
}

/** Lifts counts that are below their predecessor: scrapes in between, or rounding, must not give negative buckets. */
function monotonic(buckets: readonly Bucket[]): readonly Bucket[] {
  let highest = buckets[0]?.count ?? 0;
  return buckets.map((bucket) => {
    if (bucket.count < highest) return { ...bucket, count: highest };
    if (bucket.count > highest) highest = bucket.count;
    return bucket;
  });
}

function edge(text: string): number | undefined {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? undefined : number;
}
