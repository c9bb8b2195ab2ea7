// Quantities of Kubernetes: `500m`, `2`, `4Gi`. The cluster writes them in its own form, so they are compared by what they say.

const factors: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1 },
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

const form = /^(\d+(?:\.\d+)?)(?:([numkMGTPE]|[KMGTPE]i)|[eE](\d+))?$/;

/** Undefined for what is no quantity. */
export function amountOf(quantity: string): number | undefined {
  const [whole, digits, suffix = '', exponent = '0'] = form.exec(quantity) ?? [];
  const factor = factors[suffix];
  return whole === undefined || factor === undefined ? undefined : Number(digits) * factor * 10 ** Number(exponent);
}

/** True also for two that are both absent. */
export function sameQuantity(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const [a, b] = [amountOf(one), amountOf(other)];
  return one === other || (a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.abs(a));
}
