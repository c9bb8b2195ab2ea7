// The cluster's things as the API server shows them: Deployment, Scale, ReplicaSet, Pod, HorizontalPodAutoscaler.
import { type Cluster, type Deployment, type Pod, replicaSetHash } from '../world/cluster.ts';
import { autoscaler } from '../world/cluster-seed.ts';
import { namespace } from '../world/company.ts';

const stamp = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** A list, as every collection answers. */
export function listOf(kind: string, apiVersion: string, items: readonly unknown[], resourceVersion: string): unknown {
  return { kind: `${kind}List`, apiVersion, metadata: { resourceVersion }, items };
}

export function deploymentObject(deployment: Deployment, cluster: Cluster, nowMs: number): Record<string, unknown> {
  const mine = cluster.pods().filter((pod) => pod.deployment === deployment.name);
  const ready = mine.filter((pod) => pod.readyMs <= nowMs).length;
  const wanted = deployment.spec.replicas;
  const condition = (type: string, holds: boolean, reason: string, message: string) => ({
    type,
    status: holds ? 'True' : 'False',
    lastUpdateTime: stamp(deployment.createdMs),
    lastTransitionTime: stamp(deployment.createdMs),
    reason,
    message,
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: deployment.name,
      namespace,
      uid: deployment.uid,
      resourceVersion: deployment.resourceVersion,
      generation: deployment.generation,
      creationTimestamp: stamp(deployment.createdMs),
      labels: deployment.labels,
      annotations: { ...deployment.annotations, 'deployment.kubernetes.io/revision': String(deployment.revision) },
    },
    spec: { ...deployment.spec, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
    status: {
      observedGeneration: deployment.generation,
      replicas: mine.length,
      updatedReplicas: mine.filter((pod) => pod.revision === deployment.revision).length,
      ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
      ...(ready < wanted ? { unavailableReplicas: wanted - ready } : {}),
      conditions: [
        condition(
          'Available',
          ready >= wanted - 1 && ready > 0,
          'MinimumReplicasAvailable',
          'Deployment has minimum availability.',
        ),
        condition('Progressing', true, 'NewReplicaSetAvailable', 'ReplicaSet has successfully progressed.'),
      ],
    },
  };
}

export function scaleObject(deployment: Deployment, cluster: Cluster): Record<string, unknown> {
  const labels = deployment.spec.selector.matchLabels;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: deployment.name,
      namespace,
      uid: deployment.uid,
      resourceVersion: deployment.resourceVersion,
      creationTimestamp: stamp(deployment.createdMs),
    },
    spec: { replicas: deployment.spec.replicas },
    status: {
      replicas: cluster.pods().filter((pod) => pod.deployment === deployment.name).length,
      selector: Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(','),
    },
  };
}

export function podObject(pod: Pod, owner: Deployment, nowMs: number): Record<string, unknown> {
  const ready = pod.readyMs <= nowMs;
  const ending = Number.isFinite(pod.goneMs) && pod.goneMs - nowMs <= 2_000;
  const waiting = pod.stuck
    ? { reason: 'ImagePullBackOff', message: 'Back-off pulling image' }
    : { reason: 'ContainerCreating', message: '' };
  const hash = replicaSetHash({ name: owner.name, revision: pod.revision });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace,
      uid: pod.uid,
      resourceVersion: owner.resourceVersion,
      creationTimestamp: stamp(pod.createdMs),
      labels: { ...pod.template.metadata.labels, 'pod-template-hash': hash },
      ...(ending ? { deletionTimestamp: stamp(pod.goneMs) } : {}),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${owner.name}-${hash}`,
          uid: replicaSetUid(owner),
          controller: true,
        },
      ],
    },
    spec: { nodeName: pod.node, containers: pod.template.spec.containers },
    status: {
      phase: ready ? 'Running' : 'Pending',
      podIP: pod.ip,
      startTime: stamp(pod.createdMs),
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          lastTransitionTime: stamp(ready ? pod.readyMs : pod.createdMs),
        },
      ],
      containerStatuses: pod.template.spec.containers.map((container) => ({
        name: container.name,
        image: container.image,
        imageID: '',
        ready,
        started: ready,
        restartCount: 0,
        state: ready ? { running: { startedAt: stamp(pod.readyMs) } } : { waiting },
      })),
    },
  };
}

export function replicaSetObjects(
  deployment: Deployment,
  cluster: Cluster,
  nowMs: number,
): readonly Record<string, unknown>[] {
  const revisions = new Set([deployment.revision]);
  const mine = cluster.pods().filter((pod) => pod.deployment === deployment.name);
  for (const pod of mine) revisions.add(pod.revision);
  return [...revisions].map((revision) => {
    const hash = replicaSetHash({ name: deployment.name, revision });
    const pods = mine.filter((pod) => pod.revision === revision);
    const current = revision === deployment.revision;
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.name}-${hash}`,
        namespace,
        uid: replicaSetUid(deployment),
        resourceVersion: deployment.resourceVersion,
        labels: { ...deployment.spec.selector.matchLabels, 'pod-template-hash': hash },
        annotations: { 'deployment.kubernetes.io/revision': String(revision) },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.name, uid: deployment.uid, controller: true },
        ],
      },
      spec: {
        replicas: current ? deployment.spec.replicas : pods.length,
        selector: { matchLabels: { ...deployment.spec.selector.matchLabels, 'pod-template-hash': hash } },
      },
      status: { replicas: pods.length, readyReplicas: pods.filter((pod) => pod.readyMs <= nowMs).length },
    };
  });
}

export function autoscalerObject(cluster: Cluster, nowMs: number): Record<string, unknown> {
  const target = cluster.deployment(autoscaler.name);
  const replicas = target?.spec.replicas ?? autoscaler.minReplicas;
  const metric = (name: string, averageUtilization: number) => ({
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization } },
  });
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: autoscaler.name,
      namespace,
      uid: autoscaler.uid,
      resourceVersion: target?.resourceVersion ?? '1',
      creationTimestamp: stamp(target?.createdMs ?? nowMs),
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: autoscaler.name },
      minReplicas: autoscaler.minReplicas,
      maxReplicas: autoscaler.maxReplicas,
      metrics: [metric('cpu', autoscaler.cpuTargetPercent), metric('memory', autoscaler.memoryTargetPercent)],
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
        },
      },
    },
    status: { currentReplicas: replicas, desiredReplicas: replicas, conditions: [] },
  };
}

function replicaSetUid(owner: Deployment): string {
  return `${owner.uid.slice(0, -4)}b${owner.revision.toString(16).padStart(3, '0')}`;
}
