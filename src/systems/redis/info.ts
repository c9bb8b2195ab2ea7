// One section of INFO as names and numbers.

import type { Redis } from 'ioredis';

/** `{ connected_clients: '12', … }`; a section that the server does not know is empty. */
export async function infoOf(redis: Redis, section: string): Promise<ReadonlyMap<string, string>> {
  const text = await redis.info(section);
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

export function numberIn(info: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = info.get(name);
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A setting, or undefined where CONFIG is refused, as managed services do. */
export async function settingOf(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer: unknown = await redis.config('GET', name);
    const value: unknown = Array.isArray(answer) ? answer[1] : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
