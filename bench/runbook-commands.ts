// The runbook's own commands of steps 2 to 7, mended so that they work, one after the other in a shell.

import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CompanyAddresses } from './company-thread.ts';

const needed = ['bash', 'curl', 'jq', 'redis-cli'];

/** `one interval`: `--latency-history -i 1` ended after the one second that it needs for its first line. */
export type RedisLatency = 'one interval' | 'quick pings';

export function whyNotByHand(): string | undefined {
  const missing = needed.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed`;
}

/** Runs the prepared script; resolves with its ms. Rejects when a command fails: an error is quick, and no evidence. */
export async function runByHand(
  systems: CompanyAddresses['systems'],
  folder: string,
  redis: RedisLatency,
): Promise<number> {
  const file = join(folder, 'steps-2-to-7.sh');
  writeFileSync(file, scriptOf(systems, redis));
  const begun = performance.now();
  await promisify(execFile)('bash', [file], { timeout: 60_000 });
  return performance.now() - begun;
}

/**
 * Mended: queries are encoded (`-G --data-urlencode`; as written, curl takes the braces and brackets for its own), and jq is
 * asked for the breakers that are there (as written it fails where none are published).
 */
function scriptOf(systems: CompanyAddresses['systems'], redis: RedisLatency): string {
  const { hostname, port } = new URL(systems.redis);
  const query = (promql: string) =>
    `curl -fsS -G --data-urlencode '${`query=${promql}`}' ${systems.prometheus}/api/v1/query | jq .`;
  const cli = `redis-cli -h ${hostname} -p ${port}`;
  const byService = 'histogram_quantile(0.99,sum(rate(http_request_duration_seconds_bucket[5m]))by(le,service))';
  return [
    'set -euo pipefail',
    '# 2. Verify the Issue',
    query('histogram_quantile(0.99,sum(rate(http_request_duration_seconds_bucket[5m]))by(le))'),
    query(byService),
    '# 3. Identify Affected Services',
    query(`topk(5,${byService})`),
    '# 4. Check Resource Utilization',
    query('100-(avg(irate(node_cpu_seconds_total{mode="idle"}[5m]))*100)'),
    query('(1-node_memory_MemAvailable_bytes/node_memory_MemTotal_bytes)*100'),
    '# 5. Check Cache Performance',
    query('sum(rate(cache_hits_total[5m]))/(sum(rate(cache_hits_total[5m]))+sum(rate(cache_misses_total[5m])))*100'),
    '# 6. Check Database/Redis Latency',
    redis === 'one interval' ? `timeout 1.05 ${cli} --latency-history -i 1 || test $? -eq 124` : `${cli} -r 100 PING`,
    `${cli} CLIENT LIST | wc -l`,
    '# 7. Check Circuit Breaker Status',
    `curl -fsS ${systems.dashboard}/dashboard/health | jq '.circuit_breakers[]? | select(.state == "open")'`,
    '',
  ].join('\n');
}
