// The runbook of a rig: the shipped one at a quick pace with one chart, and with actions on every target where it is about actions.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { paceRunbooks } from '../../src/simulator/bot-setup.ts';

/** Recoveries within seconds; a turn of a watch often enough to be hit, and seldom enough to leave room for people. */
const pace = { window: '10s', fastWindow: '5s', every: '4s', samples: 3, hold: '3s' };

const policies = ['allkeys-lru', 'allkeys-lfu', 'volatile-ttl', 'noeviction'] as const;
const deployments = { 'acgs2-agent-bus': 4, 'acgs2-constitutional': 4, 'acgs2-api-gateway': 3 } as const;

const own = [
  ...policies.map((policy) => ({
    id: `policy-${policy}`,
    title: `Set maxmemory-policy to ${policy}`,
    uses: 'redis.maxmemory-policy',
    with: { policy },
  })),
  ...Object.entries(deployments).map(([deployment, replicas]) => ({
    id: `scale-${deployment}`,
    title: `Scale ${deployment} to ${replicas} replicas`,
    uses: 'kubernetes.scale',
    with: { deployment, replicas, maximum: replicas },
  })),
  {
    id: 'silence',
    title: 'Silence an alert for 30 minutes',
    uses: 'alertmanager.silence',
    with: { matchers: { alertname: 'OfTheRig' }, for: '30m' },
  },
];

/** What people ask for where it is about actions, with weights: five targets, so that one in flight does not hold up all others. */
export const manyActions: Readonly<Record<string, number>> = {
  ...Object.fromEntries(own.map(({ id }) => [id, 10])),
  silence: 30,
  'flush-database': 8,
};

/** Writes it into the folder; returns the folder. */
export function writeRunbooks(folder: string, forActions: boolean): string {
  paceRunbooks(folder, pace);
  keepOneChart(join(folder, 'queries.yml'));
  if (forActions) addActions(join(folder, 'latency.yml'));
  return folder;
}

/** Drawing is what an incident costs most, and a second chart is lost no other way than the first. */
function keepOneChart(file: string): void {
  const [first = '', ...rest] = readFileSync(file, 'utf8').split(/^ *chart: \{.*\}\n/m);
  if (rest.length < 2) throw new Error('the shipped queries.yml no longer has charts');
  writeFileSync(file, `${first}      chart: { range: 1h, step: 15s }\n${rest.join('')}`);
}

function addActions(file: string): void {
  const runbook = parseDocument(readFileSync(file, 'utf8'));
  const steps = runbook.getIn(['phases', 'mitigate']);
  const offering = isSeq(steps) ? steps.items.find((step) => isMap(step) && step.has('actions')) : undefined;
  const actions = isMap(offering) ? offering.get('actions') : undefined;
  if (!isSeq(actions)) throw new Error('the shipped latency.yml no longer offers actions');
  for (const action of own) actions.add(runbook.createNode({ risk: 'risky', ...action }));
  writeFileSync(file, String(runbook));
}
