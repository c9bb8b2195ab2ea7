// Masking: no planted secret survives, wherever it is cut, and what is no secret stays readable.

import { describe, expect, test } from 'vitest';
import { maskedAndCut, maskSecrets, withoutSecretTexts, wordsOf } from '../../../src/core/secret.ts';
import { plantedSecrets } from '../../support/planted-secrets.ts';

describe.each(plantedSecrets)('F81: %s', (secret, text) => {
  test('is masked in a text, in plain data and in the words of a person', () => {
    for (const said of [
      maskSecrets(text),
      JSON.stringify(withoutSecretTexts({ rows: [{ label: text, value: 1 }], facts: { about: text } })),
      wordsOf(text).private,
    ]) {
      expect(said).not.toContain(secret);
      expect(said).toContain('[masked]');
    }
  });

  test('leaves no piece of itself where the text is cut through its middle', () => {
    const at = text.indexOf(secret);
    for (let limit = at + 2; limit <= text.length; limit += 1) {
      expect(maskedAndCut(text, limit), `cut at ${limit}`).not.toContain(secret.slice(0, 6));
    }
  });
});

test('masking twice changes nothing more', () => {
  for (const [, text] of plantedSecrets) expect(maskSecrets(maskSecrets(text))).toBe(maskSecrets(text));
});

test.each([
  'P99 19.0 ms > 5 ms on agent-bus, asked http://prometheus:9090/api/v1/query?query=up at 02:14',
  'sum by (le, job) (rate(http_request_duration_seconds_bucket{job="acgs2"}[5m]))',
  'prometheus: GET /api/v1/query was answered 503: query timed out in expression evaluation',
  'secret "acgs2-tls" not found in namespace acgs2',
  'redis://127.0.0.1:6379/0, 12 connected of at most 100',
  'auth_token_requests_total 12, password_resets_total 3',
])('what is no secret stays readable: %s', (text) => {
  expect(maskSecrets(text)).toBe(text);
});

test('numbers, null and lists come through as they are', () => {
  const data = { a: [1, null, true, [2.5, null]], b: { c: 'text' } };
  expect(withoutSecretTexts(data)).toEqual(data);
});
