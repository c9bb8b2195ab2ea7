// A process of its own that runs one check of Prometheus and tells what it found and how much memory it took at most.

import { testSystems } from './system-checks.ts';

const [url = '', promql = ''] = process.argv.slice(2);
const systems = testSystems({ prometheus: { url } });
const params = { promql, reduce: 'max', metric: promql, chart: { range: '1h', step: '15s' } };
const ask = (budgetMs: number) =>
  systems.ask('prometheus.value', params, {
    unit: '%',
    limits: [{ level: 'critical', breachedWhen: 'above', bound: 85, source: 'test' }],
    budgetMs,
  });

const beforeKb = process.resourceUsage().maxRSS;
const began = performance.now();
const { observation, series } = await ask(30_000);
const tookMs = performance.now() - began;
const grownMb = (process.resourceUsage().maxRSS - beforeKb) / 1_024;
await systems.close();
process.stdout.write(JSON.stringify({ observation, lines: series.length, grownMb, tookMs }));
