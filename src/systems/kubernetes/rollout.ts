// Whether the pods of a deployment have followed its last change, and if not, what holds them up.

import type { V1Pod } from '@kubernetes/client-node';
import type { Verified } from '../../core/action/port.ts';
import { oneLine } from '../failure.ts';
import type { Cluster } from './cluster.ts';
import { type Deployment, wantedReplicas } from './read-deployment.ts';

/** Reasons of a container that waits and is well. */
const onItsWay: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
const reasonsTold = 3;

/** As `kubectl rollout status` judges it: the controller has seen the change, and every wanted pod is of the new kind and available. */
export async function rolloutOf(cluster: Cluster, found: Deployment, signal: AbortSignal): Promise<Verified> {
  const wanted = wantedReplicas(found);
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = found.status ?? {};
  if (observedGeneration < (found.metadata?.generation ?? Number.POSITIVE_INFINITY))
    return { kind: 'pending', summary: 'the cluster has not begun with it' };
  const count = `${updatedReplicas} of ${wanted} pods are up to date, ${availableReplicas} available`;
  if (updatedReplicas === wanted && availableReplicas === wanted && replicas === wanted)
    return { kind: 'converged', summary: count };
  const old = replicas > updatedReplicas ? `, ${replicas - updatedReplicas} old ones are left` : '';
  const reasons = [...progressOf(found), ...(await waitingFor(cluster, found, signal))];
  const held = reasons.length === 0 ? '' : `: ${reasons.slice(0, reasonsTold).join(', ')}`;
  return { kind: 'pending', summary: `${count}${old}${held}` };
}

function progressOf({ status }: Deployment): readonly string[] {
  const stopped = status?.conditions?.find(({ type, status: holds }) => type === 'Progressing' && holds === 'False');
  return stopped === undefined ? [] : [oneLine(stopped.reason ?? 'no progress', 80)];
}

/** Why pods are not ready, each reason with its number; `[]` too when the cluster does not tell. */
async function waitingFor(cluster: Cluster, { spec }: Deployment, signal: AbortSignal): Promise<readonly string[]> {
  const labels = Object.entries(spec.selector.matchLabels ?? {});
  if (labels.length === 0 || spec.selector.matchExpressions !== undefined) return [];
  const { namespace } = cluster;
  const labelSelector = labels.map(([name, value]) => `${name}=${value}`).join(',');
  const answer = await cluster.call(
    (library) => library.CoreV1Api,
    `list pods in ${namespace}`,
    signal,
    async (api) => (await api.listNamespacedPod({ namespace, labelSelector })).items ?? [],
  );
  if (!answer.ok) return [];
  const counts = new Map<string, number>();
  for (const reason of answer.value.flatMap(reasonsOf)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, pods]) => `${pods} ${pods === 1 ? 'pod' : 'pods'} ${reason}`);
}

function reasonsOf({ status }: V1Pod): readonly string[] {
  const unplaced = status?.conditions?.find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False');
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = containers.flatMap(({ state }) => state?.waiting?.reason ?? []).find((why) => !onItsWay.has(why));
  const reason = unplaced?.reason ?? waiting;
  return reason === undefined ? [] : [oneLine(reason, 80)];
}
