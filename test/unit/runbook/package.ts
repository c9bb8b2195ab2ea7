// A small, right runbook package for tests, and a way to load it with one thing changed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Library } from '../../../src/core/runbook.ts';
import { loadRunbooks, type RunbookFault } from '../../../src/runbook/index.ts';
import { catalog } from './catalog.ts';

export const rightFiles = {
  'alerts.yml': `kind: alerts
mute:
  - alert: Slow
    labels: { severity: critical, component: false }
    because: it never ends
`,
  'queries.yml': `kind: queries
queries:
  p99:
    title: P99 latency
    uses: prometheus.latency
    with: { metric: m, quantile: 0.99, window: 5m, chart: { range: 1h, step: 15s } }
    unit: ms
    limits:
      - { level: warning, above: 4, source: runbook }
      - { level: critical, above: 5, source: runbook }
  hit-rate:
    title: Hit rate
    uses: prometheus.share
    with: { part: { metric: hits }, rest: { metric: misses }, window: 5m }
    unit: "%"
    missing: nobody counts
  clients:
    title: Clients
    uses: redis.clients
    unit: count
    budget: 2s
`,
  'latency.yml': `kind: procedure
name: latency
title: High latency
aliases: [slow]
scope: bus
severity: critical
respondWithin: 5m
alerts:
  - P99High
  - alert: Slow
    labels: { severity: critical, component: true }
    opens: yes
headline: p99
phases:
  acknowledge:
    - step: 1
      says: [Acknowledge the page.]
  verify:
    - step: 2
      checks:
        - p99
  investigate:
    - step: 4
      checks:
        - hit-rate
        - clients
  mitigate:
    - step: 8
      actions:
        - id: clear
          title: Clear
          helps: cache
          risk: risky
          uses: redis.unlink-prefixes
          with: { prefixes: ["a:"] }
hypotheses:
  cache:
    title: Cache
    needs: [hit-rate]
    for:
      - when: checks["hit-rate"].value < 85
        says: "{hit-rate}"
    against:
      - when: checks["hit-rate"].value >= 85
        says: "{hit-rate}"
recovery:
  check: p99
  every: 5s
  samples: 5
  hold: 3m
`,
  'reviews.yml': `kind: reviews
reviews:
  health:
    title: Health
    checks: [p99, clients]
`,
} as const;

type FileName = keyof typeof rightFiles;

export async function loadFiles(
  files: Readonly<Record<string, string>>,
): Promise<{ library?: Library; faults: readonly RunbookFault[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const loaded = await loadRunbooks([folder], catalog);
    if (loaded.ok) return { library: loaded.library, faults: [] };
    return { faults: loaded.faults.map((fault) => ({ ...fault, file: basename(fault.file) })) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Loads the right package with `from` replaced by `to` in one file; fails when `from` does not stand there exactly once. */
export async function loadChanged(file: FileName, from: string, to: string) {
  const right = rightFiles[file];
  if (right.split(from).length !== 2) throw new Error(`${file} does not contain exactly one ${from}`);
  return loadFiles({ ...rightFiles, [file]: right.replace(from, () => to) });
}

export async function rightLibrary(): Promise<Library> {
  const { library, faults } = await loadFiles(rightFiles);
  if (library === undefined) throw new Error(JSON.stringify(faults));
  return library;
}

/** Line and column (from 1) at which `text` stands for the first time. */
export function placeOf(source: string, text: string): { readonly line: number; readonly column: number } {
  const before = source.slice(0, source.indexOf(text)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
