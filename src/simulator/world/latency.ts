// How long requests take: a log-normal body and, when something waits, a flat tail.

export interface LatencyShape {
  readonly medianSeconds: number;
  /** Spread of the body (standard deviation of the logarithm). */
  readonly sigma: number;
  /** Part of the requests that wait, 0–1; they take anything from `tailFrom` to `tailTo` seconds, evenly. */
  readonly tailShare: number;
  readonly tailFrom: number;
  readonly tailTo: number;
}

/** Part of the requests, 0–1, that take at most `seconds`. */
export function shareWithin(shape: LatencyShape, seconds: number): number {
  if (seconds <= 0) return 0;
  const body = normalShare(Math.log(seconds / shape.medianSeconds) / shape.sigma);
  if (shape.tailShare === 0) return body;
  const tail = Math.min(1, Math.max(0, (seconds - shape.tailFrom) / (shape.tailTo - shape.tailFrom)));
  return (1 - shape.tailShare) * body + shape.tailShare * tail;
}

/** The shape `weight` (0–1) of the way from `from` to `to`. */
export function blend(from: LatencyShape, to: LatencyShape, weight: number): LatencyShape {
  if (weight <= 0) return from;
  const line = (a: number, b: number) => a + (b - a) * weight;
  const curve = (a: number, b: number) => a * (b / a) ** weight;
  return {
    medianSeconds: curve(from.medianSeconds, to.medianSeconds),
    sigma: line(from.sigma, to.sigma),
    tailShare: line(from.tailShare, to.tailShare),
    tailFrom: to.tailFrom,
    tailTo: to.tailTo,
  };
}

/** The same shape for an endpoint whose body is `slowness` times slower. */
export function slowed(shape: LatencyShape, slowness: number): LatencyShape {
  return { ...shape, medianSeconds: shape.medianSeconds * slowness };
}

/** The latency in seconds below which `quantile` of a mixture of requests stays; weights need not sum to 1. */
export function quantileOf(
  mixture: readonly { readonly weight: number; readonly shape: LatencyShape }[],
  quantile: number,
): number {
  const total = mixture.reduce((sum, part) => sum + part.weight, 0);
  let low = 0;
  let high = 20;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    const within = mixture.reduce((sum, part) => sum + part.weight * shareWithin(part.shape, middle), 0) / total;
    if (within < quantile) low = middle;
    else high = middle;
  }
  return high;
}

/** Mean seconds of one request. */
export function meanSeconds(shape: LatencyShape): number {
  const body = shape.medianSeconds * Math.exp(shape.sigma ** 2 / 2);
  return (1 - shape.tailShare) * body + (shape.tailShare * (shape.tailFrom + shape.tailTo)) / 2;
}

/** Standard normal distribution function; Abramowitz and Stegun 7.1.26, error below 1e-7. */
function normalShare(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const error = 1 - polynomial * Math.exp(-x * x);
  return z >= 0 ? (1 + error) / 2 : (1 - error) / 2;
}
