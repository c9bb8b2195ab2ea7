// Everything that can be wrong in a runbook file is told with its place and the way out.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRunbooks } from '../../../src/runbook/index.ts';
import { catalog } from './catalog.ts';
import { mistakes } from './mistakes.ts';
import { loadChanged, loadFiles, placeOf, rightFiles } from './package.ts';

describe('a fault names file, line, column, path and remedy for', () => {
  it.each(mistakes)('$what', async ({ file, from, to, at, path, message, remedy }) => {
    const { faults } = await loadChanged(file, from, to);
    const changed = rightFiles[file].replace(from, () => to);
    const found = faults.filter((fault) => fault.file === file && fault.path === path);
    expect(found, JSON.stringify(faults, null, 1)).toHaveLength(1);
    expect(found[0]).toMatchObject({
      ...placeOf(changed, at),
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('loading', () => {
  it('reports the faults of all files at once, in reading order', async () => {
    const { faults } = await loadFiles({
      ...rightFiles,
      'queries.yml': rightFiles['queries.yml'].replace('budget: 2s', 'budgte: 2s').replace('unit: ms', 'unit: mss'),
      'latency.yml': rightFiles['latency.yml'].replace('needs: [hit-rate]', 'needs: [hitrate]'),
      'broken.yml': 'kind: [',
    });
    expect(faults.map(({ file, path }) => `${file} ${path}`)).toEqual([
      'broken.yml ',
      'latency.yml hypotheses.cache.needs.0',
      'queries.yml queries.p99.unit',
      'queries.yml queries.clients.budgte',
    ]);
  });

  it('does not blame a procedure for a query whose own text is wrong', async () => {
    const { faults } = await loadChanged('queries.yml', 'unit: ms', 'unit: mss');
    expect(faults.map(({ file }) => file)).toEqual(['queries.yml']);
  });

  it('reports a wrong query once, however often it is used', async () => {
    const { faults } = await loadChanged('queries.yml', 'quantile: 0.99', 'quantile: 99');
    expect(faults).toHaveLength(1);
  });

  it('refuses the same query name in two files', async () => {
    const again = 'kind: queries\nqueries:\n  p99: { title: T, uses: redis.clients, unit: count }\n';
    const { faults } = await loadFiles({ ...rightFiles, 'more.yml': again });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ file: 'queries.yml', line: 3, column: 3, path: 'queries.p99' });
    expect(faults[0]?.message).toMatch(/already/);
  });

  it('refuses a YAML bomb of aliases', async () => {
    const rows = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed'].map((pair) => [pair[0], pair[1]])) {
      rows.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`);
    }
    const { faults } = await loadFiles({ 'bomb.yml': rows.join('\n') });
    expect(faults[0]?.message).toMatch(/cannot be read/);
  });

  it('says so when a folder is missing or holds no runbook', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'runbook-'));
    const loaded = await loadRunbooks([empty, join(empty, 'nowhere')], catalog);
    expect(loaded).toMatchObject({
      ok: false,
      faults: [
        { file: empty, line: 1, message: expect.stringMatching(/no .yml file/) },
        { file: join(empty, 'nowhere'), line: 1, message: expect.stringMatching(/cannot be read/) },
      ],
    });
  });

  it('gives an empty file a place too', async () => {
    const { faults } = await loadFiles({ 'empty.yml': '' });
    expect(faults).toMatchObject([{ line: 1, column: 1, path: 'kind' }]);
  });
});
