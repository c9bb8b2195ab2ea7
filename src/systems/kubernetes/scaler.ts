// The horizontal pod autoscaler of a deployment, if there is one: on old clusters only the first version of its API exists.

import type { Cluster } from './cluster.ts';

export type Scaler =
  | { readonly kind: 'hpa'; readonly name: string; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'none' }
  /** The question was refused or got no answer. */
  | { readonly kind: 'unknown'; readonly why: string };

interface Autoscaler {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  };
}

export async function scalerOf(cluster: Cluster, deployment: string, signal: AbortSignal): Promise<Scaler> {
  const { namespace } = cluster;
  const request = `list horizontalpodautoscalers in ${namespace}`;
  const second = await cluster.call(
    (library) => library.AutoscalingV2Api,
    request,
    signal,
    async (api): Promise<readonly Autoscaler[]> =>
      (await api.listNamespacedHorizontalPodAutoscaler({ namespace })).items ?? [],
  );
  const answer =
    second.ok || !/answered 404/.test(second.failure.detail)
      ? second
      : await cluster.call(
          (library) => library.AutoscalingV1Api,
          request,
          signal,
          async (api): Promise<readonly Autoscaler[]> =>
            (await api.listNamespacedHorizontalPodAutoscaler({ namespace })).items ?? [],
        );
  if (!answer.ok) return { kind: 'unknown', why: answer.failure.detail };
  const found = answer.value.find(
    ({ spec }) => spec?.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === deployment,
  );
  if (found?.spec === undefined) return { kind: 'none' };
  const { minReplicas = 1, maxReplicas } = found.spec;
  return { kind: 'hpa', name: found.metadata?.name ?? '', minimum: minReplicas, maximum: maxReplicas };
}
