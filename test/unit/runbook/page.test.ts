// docs/runbook-language.md is right: what it shows as an example loads, and what it lists exists.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createLog } from '../../../src/log.ts';
import { catalogOf } from '../../../src/systems/catalog.ts';
import { createSystems } from '../../../src/systems/index.ts';
import { loadFiles } from './package.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const page = read('docs/runbook-language.md');

describe('the page about the language', () => {
  it('shows examples that load', async () => {
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    const [queries = '', procedure = '', answered = '', hypotheses = '', recovery = '', reviews = '', noise = ''] =
      examples;
    expect(examples).toHaveLength(7);
    expect(await loadFiles({ 'queries.yml': queries })).toMatchObject({ faults: [] });
    const { faults } = await loadFiles({
      'queries.yml': read('runbooks/acgs2/queries.yml'),
      'latency.yml': procedure + answered + hypotheses + recovery,
      'reviews.yml': reviews,
      'alerts.yml': noise,
    });
    expect(faults).toEqual([]);
  });

  it.each([
    ['check', '## Kinds of checks', '## Kinds of actions'],
    ['action', '## Kinds of actions', ''],
  ] as const)('lists kinds of %ss that exist, with their parameters', (use, from, to) => {
    const section = page.slice(page.indexOf(from), to === '' ? undefined : page.indexOf(to));
    const kinds = [...section.matchAll(/`([a-z]+)\.([a-z-]+)`/g)];
    expect(kinds.length).toBeGreaterThan(5);
    const given = { clock: systemClock, log: createLog({ level: 'silent' }), constitutionalHash: '' };
    const shipped = catalogOf(createSystems({}, { ...given, labels: { service: '', status: '' } }).systems);
    for (const [, system = '', kind = ''] of kinds) {
      expect(shipped.problems(system, kind, use, {}), `${system}.${kind}`).not.toBeTypeOf('string');
    }
  });
});
