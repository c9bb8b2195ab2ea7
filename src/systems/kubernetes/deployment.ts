// `kubernetes.deployment`: wanted and ready replicas, who else moves them, and what the containers may use.

import type { V1Container } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Row } from '../../core/observation.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import { ruleReading, type Statement, sayValue, unmeasured } from '../statement.ts';
import type { Cluster } from './cluster.ts';
import { managerNotes, managerOf, scalerNotes, spellScaler } from './others.ts';
import { objectName, readDeployment, readRequest, wantedReplicas } from './read-deployment.ts';
import { scalerOf } from './scaler.ts';

const params = z.strictObject({ name: objectName });

export const deployment = defineCheck(params, async (cluster: Cluster, call, { name }): Promise<Statement> => {
  const source = { system: 'kubernetes', query: readRequest(cluster, name) };
  const [answer, scaler] = await Promise.all([
    readDeployment(cluster, name, call.signal),
    scalerOf(cluster, name, call.signal),
  ]);
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const found = answer.value;
  const wanted = wantedReplicas(found);
  const ready = found.status?.readyReplicas ?? 0;
  const asShare = call.unit === '%';
  const value = asShare ? (wanted === 0 ? 0 : (100 * ready) / wanted) : ready;
  const unit = asShare ? '%' : 'count';
  const managedBy = managerOf(found);
  const none = ready === 0 ? 1 : 0;
  const limitReadings = holdAgainst(value, call.limits);
  const readings = [
    ...limitReadings,
    ruleReading('critical', 'at least one replica must be ready', none),
    ruleReading('warning', 'every wanted replica must be ready', Math.max(0, wanted - ready)),
  ];
  const told = limitReadings.some((reading) => reading.outcome === 'breached')
    ? `${sayValue(value, unit, limitReadings)}: `
    : '';
  const others = [spellScaler(scaler), managedBy === 'none' ? '' : `managed by ${managedBy}`];
  return {
    kind: 'measured',
    source,
    measurement: { value, unit },
    readings,
    summary: `${told}${ready} of ${wanted} replicas ready${others
      .filter(Boolean)
      .map((part) => `, ${part}`)
      .join('')}`,
    rows: (found.spec.template.spec?.containers ?? []).map(containerRow),
    notes: [...scalerNotes(scaler), ...managerNotes(managedBy)],
    facts: { replicas: wanted, ready, hpa: scaler.kind === 'unknown' ? 'unknown' : scaler.kind === 'hpa', managedBy },
  };
});

function containerRow({ name, resources }: V1Container): Row {
  const limits = Object.entries(resources?.limits ?? {}).map(([what, amount]) => `${what} ${amount}`);
  return { label: name, verdict: 'ok', note: limits.length > 0 ? `limits ${limits.join(', ')}` : 'no limits' };
}
