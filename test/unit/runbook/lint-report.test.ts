// What `acgs runbooks lint` prints.

import { expect, it } from 'vitest';
import { lintReport } from '../../../src/terminal/runbooks-lint.ts';
import { loadChanged, rightLibrary } from './package.ts';

it('names every fault with file, line and column, what is wrong and the way out, and fails', async () => {
  const { faults } = await loadChanged('queries.yml', 'budget: 2s', 'budgte: soon');
  const { text, exitCode } = lintReport({ ok: false, faults });
  expect(exitCode).toBe(1);
  expect(text).toBe(
    [
      'queries.yml:21:5: Unknown key `budgte`.',
      '    at queries.clients.budgte',
      '    Did you mean `budget`?',
      '1 fault in 1 file; nothing was loaded.',
      '',
    ].join('\n'),
  );
});

it('says what a right package holds', async () => {
  const { text, exitCode } = lintReport({ ok: true, library: await rightLibrary() });
  expect(exitCode).toBe(0);
  expect(text).toBe('1 procedure, 1 review: no faults.\n  latency: 3 checks\n  health: 2 checks\n');
});
