// The log must be useful, and must never carry a secret.

import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { plantedSecrets } from '../support/planted-secrets.ts';

function logged(about: object, message = 'something happened'): string {
  const lines: string[] = [];
  createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } }).warn(about, message);
  return lines.join('');
}

describe.each(plantedSecrets)('F81: %s', (secret, text) => {
  test('is masked in a message, in a value, in a list, in a key and in an error', () => {
    const error = new Error(text, { cause: new AggregateError([new Error(text)], text) });
    for (const line of [
      logged({}, text),
      logged({ detail: text }),
      logged({ deep: { list: [text, { again: text }] } }),
      logged({ [text]: 1 }),
      logged({ error }),
      logged(error),
      logged({ map: new Map([['about', text]]) }),
    ]) {
      expect(line).not.toContain(secret);
      expect(line).toContain('[masked]');
    }
  });
});

test('keys that name a secret are masked whatever their value looks like', () => {
  const line = logged({
    botToken: 'plain',
    headers: { Authorization: 'plain', cookie: 'plain', 'X-Slack-Signature': 'plain' },
    config: { signing_secret: 'plain', apiKey: 'plain', routingKey: ['plain'], password: 12345 },
  });
  expect(line).not.toMatch(/plain|12345/);
});

test('an error of an HTTP client gives its message and code, not the request it carries along', () => {
  const error = Object.assign(new Error('Request failed with status code 401'), {
    code: 'ERR_BAD_REQUEST',
    config: { headers: { Authorization: 'letmein' }, auth: { user: 'letmein' } },
    request: { path: 'letmein' },
  });
  const line = logged({ error });
  expect(line).not.toContain('letmein');
  expect(JSON.parse(line)).toMatchObject({
    error: { name: 'Error', message: 'Request failed with status code 401', code: 'ERR_BAD_REQUEST' },
  });
});

test('what is no secret stays readable', () => {
  const text = 'P99 19.0 ms > 5 ms on agent-bus, asked http://prometheus:9090/api/v1/query?query=up at 02:14';
  expect(JSON.parse(logged({}, text)).msg).toBe(text);
  expect(JSON.parse(logged({ incident: 'INC-42', tookMs: 12, open: true, none: null }))).toMatchObject({
    incident: 'INC-42',
    tookMs: 12,
    open: true,
    none: null,
    msg: 'something happened',
  });
});

test('huge, deep and circular things are cut instead of filling the disk', () => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.self = circle;
  const line = logged({
    text: 'x'.repeat(1_000_000),
    list: Array(10_000).fill('item'),
    circle,
    body: Buffer.alloc(9_999),
  });
  expect(line.length).toBeLessThan(10_000);
  expect(line).toContain('more characters');
});

test('levels below the configured one are not written', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  log.debug({}, 'no');
  log.info({}, 'no');
  log.error({}, 'yes');
  expect(lines).toHaveLength(1);
});
