// Secrets that betray themselves inside of text, and how they are masked before a message, a log or the record can hold them.

import type { PrivateText } from './event.ts';

export const masked = '[masked]';

/** What follows the first group is replaced. Where the secret itself cannot be told, what names it can: `password=`, `Bearer`. */
const patterns: readonly RegExp[] = [
  // Slack, AWS, GitHub, GitLab, Google, Stripe-like keys: prefixes that their makers chose to be found by.
  /()\bxox[a-z](?:\.xox[a-z])?-[\w-]+/g,
  /()\bxapp-[\w-]+/g,
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\b(?:gh[opsur]_|github_pat_|glpat-)\w{16,}/g,
  /()\bAIza[\w-]{35}/g,
  /()\b[rs]k_(?:live|test)_\w{8,}/g,
  /\b((?:Bearer|Basic)\s+)[\w.~+/=-]+/gi,
  /\b(Token\s+token=)[^\s,;"']+/gi,
  /(:\/\/[^\s/@:]*:)[^\s@]+(?=@)/g,
  /([?&](?:token|key|api_key|apikey|secret|password|access_token|signature|sig)=)[^&\s"']+/gi,
  // In JSON, in JSON inside of JSON, in YAML, in a command line.
  /((?:authorization|password|passwd|secret|token|api[-_]?key|secret[-_]?access[-_]?key|client-key-data)[\\"']*\s*[:=]\s*[\\"']*)(?!\[masked\]|(?:Bearer|Basic) \[masked\])[^\s"',;}\\]+/gi,
  /(hooks\.slack\.com\/)[\w/-]+/g,
  /()\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** The text with every token, password and key in it replaced. Mask before cutting: half a token matches nothing. */
export function maskSecrets(text: string): string {
  return patterns.reduce((kept, pattern) => kept.replace(pattern, `$1${masked}`), text);
}

/** A longer secret than this is not expected; a text is looked at this far past the place where it will be cut. */
const longestSecret = 4_000;

/** Masked, then cut to `limit` characters with `…` as the last; what is cut off is not searched, whatever its size. */
export function maskedAndCut(text: string, limit: number): string {
  const clean = maskSecrets(text.slice(0, limit + longestSecret));
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/** The same plain data with every text in it masked; names of fields are left. */
export function withoutSecretTexts<T>(value: T): T {
  if (typeof value === 'string') return maskSecrets(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecretTexts<unknown>(item)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecretTexts<unknown>(item)])) as T;
}

/** Words of a person on their way into the record: people paste tokens, too. */
export function wordsOf(text: string): PrivateText & { readonly private: string } {
  return { private: maskSecrets(text.trim()) };
}
