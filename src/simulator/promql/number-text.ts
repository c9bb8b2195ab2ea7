// Sample values as Prometheus writes them into its JSON: strings such as "0.004", "NaN", "+Inf", "1e-07".

/** The shortest text that reads back as the same number, in Go's spelling. */
export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  // JavaScript turns to exponents at the same sizes, but writes 1e-7 where Go writes 1e-07.
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
