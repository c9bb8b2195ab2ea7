// `kubernetes.deployment`: wanted and ready replicas, who else moves them, and what the containers may use.

import type { V1Container, V1Deployment } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Row } from '../../core/observation.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import { oneLine } from '../failure.ts';
import { ruleReading, type Statement, sayValue, unmeasured } from '../statement.ts';
import type { Cluster } from './cluster.ts';
import { scalerOf } from './scaler.ts';

export const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'Write the name of a Kubernetes object.');

const params = z.strictObject({ name: objectName });

export const deployment = defineCheck(params, async (cluster: Cluster, call, { name }): Promise<Statement> => {
  const { namespace } = cluster;
  const request = `get deployment ${namespace}/${name}`;
  const source = { system: 'kubernetes', query: request };
  const [answer, scaler] = await Promise.all([
    cluster.call(
      (library) => library.AppsV1Api,
      request,
      call.signal,
      (api) => api.readNamespacedDeployment({ name, namespace }),
    ),
    scalerOf(cluster, name, call.signal),
  ]);
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const found = answer.value;
  if (found?.metadata?.name !== name || found.spec === undefined)
    return unmeasured(
      {
        reason: 'malformed',
        detail: `kubernetes: ${request} was answered with something that is not this deployment`,
        remedy: 'Check that the server of this kubeconfig context is the Kubernetes API itself.',
      },
      { source },
    );

  const wanted = found.spec.replicas ?? 1;
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
  const others = [
    scaler.kind === 'hpa' ? `HPA ${scaler.minimum} to ${scaler.maximum}` : '',
    managedBy === 'none' ? '' : `managed by ${managedBy}`,
  ];
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
    notes: [
      ...(scaler.kind === 'hpa'
        ? [`HPA ${oneLine(scaler.name, 80)} moves the replicas: scaling by hand will be undone`]
        : []),
      ...(scaler.kind === 'unknown' ? [`whether an HPA moves the replicas is not known: ${scaler.why}`] : []),
      ...(managedBy === 'Argo CD' ? ['Argo CD with self-heal puts changes by hand back'] : []),
      ...(managedBy === 'Helm' ? ['the next Helm upgrade puts changes by hand back'] : []),
    ],
    facts: { replicas: wanted, ready, hpa: scaler.kind === 'unknown' ? 'unknown' : scaler.kind === 'hpa', managedBy },
  };
});

function managerOf(found: V1Deployment): 'Argo CD' | 'Helm' | 'none' | string {
  const { labels = {}, annotations = {} } = found.metadata ?? {};
  const names = [...Object.keys(labels), ...Object.keys(annotations)];
  if (names.some((name) => name.startsWith('argocd.argoproj.io/'))) return 'Argo CD';
  const manager = labels['app.kubernetes.io/managed-by'];
  if (manager === 'Helm' || annotations['meta.helm.sh/release-name'] !== undefined) return 'Helm';
  return manager === undefined || manager === '' ? 'none' : oneLine(manager, 40);
}

function containerRow({ name, resources }: V1Container): Row {
  const limits = Object.entries(resources?.limits ?? {}).map(([what, amount]) => `${what} ${amount}`);
  return { label: name, verdict: 'ok', note: limits.length > 0 ? `limits ${limits.join(', ')}` : 'no limits' };
}
