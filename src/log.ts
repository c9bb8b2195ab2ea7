// The log: one JSON line per event on standard output, with every secret masked before it is written.

import { type DestinationStream, pino } from 'pino';
import type { Log } from './core/ports.ts';

const masked = '[masked]';

/** Keys whose value is a secret whatever it looks like. */
const secretKey =
  /token|secret|password|passwd|authori[sz]ation|cookie|credential|api[-_]?key|private[-_]?key|routing[-_]?key|signature|response_url/i;

/** Secrets that betray themselves inside of text; what follows the first group is replaced. */
const secretText: readonly RegExp[] = [
  /()\bxox[a-z](?:\.xox[a-z])?-[\w-]+/g,
  /()\bxapp-[\w-]+/g,
  /\b((?:Bearer|Basic)\s+)[\w.~+/=-]+/gi,
  /\b(Token\s+token=)[^\s,;"']+/gi,
  /(:\/\/[^\s/@:]*:)[^\s@]+(?=@)/g,
  /([?&](?:token|key|api_key|apikey|secret|password|access_token|signature|sig)=)[^&\s"']+/gi,
  /("?(?:authorization|password|secret|token|api[-_]?key)"?\s*[:=]\s*"?)(?!\[masked\])[^\s"',;}]+/gi,
  /(hooks\.slack\.com\/)[\w/-]+/g,
  /()\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Deeper or wider things are cut: a log line is for people, and an error of an HTTP client can hold megabytes. */
const maxDepth = 6;
const maxItems = 50;
const maxText = 4_000;

/** @param destination where lines go; absent: standard output, written before the call returns */
export function createLog(given: {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly destination?: DestinationStream;
}): Log {
  const logger = pino(
    { level: given.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    given.destination ?? pino.destination(1),
  );
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (about: object, message: string) => {
    if (logger.isLevelEnabled(level)) logger[level](withoutSecrets(about) as object, maskText(message));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** The text with every token, password and key in it replaced. */
export function maskText(text: string): string {
  const cut = text.length > maxText ? `${text.slice(0, maxText)}… (${text.length - maxText} more characters)` : text;
  return secretText.reduce((kept, pattern) => kept.replace(pattern, `$1${masked}`), cut);
}

/** A copy for the log. Errors give name, message, code, stack and cause only: those of HTTP clients carry their headers along. */
function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return String(value).slice(0, 40);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[deeper]';
  if (value instanceof Error) return errorWithoutSecrets(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => withoutSecrets(item, depth + 1));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.slice(0, maxItems).map(([key, item]) => [maskText(String(key)), maskedItem(String(key), item, depth)]),
  );
}

function maskedItem(key: string, item: unknown, depth: number): unknown {
  const empty = item === undefined || item === null || item === '' || typeof item === 'boolean';
  return secretKey.test(key) && !empty ? masked : withoutSecrets(item, depth + 1);
}

function errorWithoutSecrets(error: Error, depth: number): object {
  return {
    name: error.name,
    message: maskText(error.message),
    ...('code' in error && typeof error.code !== 'object' ? { code: error.code } : {}),
    ...(error.stack === undefined ? {} : { stack: maskText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: withoutSecrets(error.cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: withoutSecrets(error.errors, depth + 1) } : {}),
  };
}
