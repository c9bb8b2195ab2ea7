// The log: one JSON line per event on standard output, with every secret masked before it is written.

import { type DestinationStream, pino } from 'pino';
import type { Log } from './core/ports.ts';
import { masked, maskedAndCut } from './core/secret.ts';

/** Keys whose value is a secret whatever it looks like. */
const secretKey =
  /token|secret|password|passwd|authori[sz]ation|cookie|credential|api[-_]?key|private[-_]?key|routing[-_]?key|signature|response_url/i;

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
    if (logger.isLevelEnabled(level)) logger[level](withoutSecrets(about) as object, textOf(message));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** A copy for the log. Errors give name, message, code, stack and cause only: those of HTTP clients carry their headers along. */
function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return textOf(value);
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
    entries.slice(0, maxItems).map(([key, item]) => [textOf(String(key)), maskedItem(String(key), item, depth)]),
  );
}

function maskedItem(key: string, item: unknown, depth: number): unknown {
  const empty = item === undefined || item === null || item === '' || typeof item === 'boolean';
  return secretKey.test(key) && !empty ? masked : withoutSecrets(item, depth + 1);
}

function errorWithoutSecrets(error: Error, depth: number): object {
  return {
    name: error.name,
    message: textOf(error.message),
    ...('code' in error && typeof error.code !== 'object' ? { code: error.code } : {}),
    ...(error.stack === undefined ? {} : { stack: textOf(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: withoutSecrets(error.cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: withoutSecrets(error.errors, depth + 1) } : {}),
  };
}

function textOf(text: string): string {
  const more = text.length - maxText;
  return more <= 0 ? maskedAndCut(text, maxText) : `${maskedAndCut(text, maxText)} (${more} more characters)`;
}
