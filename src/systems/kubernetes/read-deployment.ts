// Reads one deployment, and nothing that merely looks like one.

import type { V1Deployment } from '@kubernetes/client-node';
import { z } from 'zod';
import type { FailedWrite, WriteAnswer } from '../writing.ts';
import type { Cluster } from './cluster.ts';

export const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'Write the name of a Kubernetes object.');

/** What every deployment has when it was really read. */
export type Deployment = V1Deployment & { readonly spec: NonNullable<V1Deployment['spec']> };

export async function readDeployment(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<WriteAnswer<Deployment>> {
  const { namespace } = cluster;
  const answer = await cluster.call(
    (library) => library.AppsV1Api,
    readRequest(cluster, name),
    signal,
    (api) => api.readNamespacedDeployment({ name, namespace }),
  );
  if (!answer.ok) return answer;
  const found = answer.value;
  if (isDeployment(found, name)) return { ok: true, value: found };
  return notTheDeployment(cluster, name);
}

/** Nothing is written by such an answer: without uid and version a change would be taken whatever has happened since. */
export function notTheDeployment(cluster: Cluster, name: string): FailedWrite {
  const failure = {
    reason: 'malformed',
    detail: `kubernetes: ${readRequest(cluster, name)} was answered with something that is not this deployment`,
    remedy: 'Check that the server of this kubeconfig context is the Kubernetes API itself.',
  } as const;
  return { ok: false, failure, effect: 'none' };
}

export function readRequest({ namespace }: Cluster, name: string): string {
  return `get deployment ${namespace}/${name}`;
}

/** Whatever an answer claims to be; a proxy may have put anything in its place. */
export function isDeployment(found: V1Deployment | undefined, name: string): found is Deployment {
  return found?.metadata?.name === name && found.spec !== undefined;
}

export function wantedReplicas({ spec }: Deployment): number {
  return spec.replicas ?? 1;
}
