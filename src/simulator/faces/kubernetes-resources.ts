// Requests and limits of containers, as the API server compares them.
import type { Json } from './kubernetes-patch.ts';

const decimal: Readonly<Record<string, number>> = { m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** What a quantity says; undefined for what is none. */
export function amountOf(quantity: Json): number | undefined {
  const [whole, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  const factor = decimal[suffix] ?? binary[suffix];
  return whole === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
