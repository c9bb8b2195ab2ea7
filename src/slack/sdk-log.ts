// The SDK's logger on top of ours: warnings and errors only, because its debug lines carry whole messages and tokens.

import { type Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../core/ports.ts';

export function sdkLog(log: Log): Logger {
  const said = (parts: readonly unknown[]): string =>
    parts.map((part) => (part instanceof Error ? `${part.name}: ${part.message}` : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts) => log.warn({ from: 'slack-sdk' }, said(parts).slice(0, 500)),
    error: (...parts) => log.error({ from: 'slack-sdk' }, said(parts).slice(0, 500)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
