// The company's Kubernetes namespace: deployments whose pods need time to start and to stop.
import { deploymentSeeds } from './cluster-seed.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: 'TCP' }[];
  readonly resources: {
    readonly limits: Readonly<Record<string, string>>;
    readonly requests: Readonly<Record<string, string>>;
  };
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** The part of a Deployment that callers may write; the rest is the cluster's own. */
export interface DeploymentSpec {
  readonly replicas: number;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: {
    readonly metadata: {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: { readonly containers: readonly Container[] };
  };
  readonly strategy: unknown;
}

export interface Deployment {
  readonly name: string;
  readonly uid: string;
  readonly createdMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generation: number;
  readonly resourceVersion: string;
  /** Goes up with each new pod template; names the replica set. */
  readonly revision: number;
  readonly spec: DeploymentSpec;
}

export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly deployment: string;
  readonly revision: number;
  readonly template: DeploymentSpec['template'];
  readonly createdMs: number;
  readonly readyMs: number;
  readonly goneMs: number;
  readonly node: string;
  readonly ip: string;
  readonly stuck: boolean;
}

export type WriteOutcome =
  | { readonly kind: 'written'; readonly deployment: Deployment }
  | { readonly kind: 'conflict' };

export interface Cluster {
  deployments(): readonly Deployment[];
  deployment(name: string): Deployment | undefined;
  /** Pods that exist now; none while the signal is lost. */
  pods(): readonly Pod[];
  readyPods(deployment: string): number;
  /** Stores a changed deployment if `expectedVersion` (when given) is still its resourceVersion. */
  write(
    name: string,
    change: Partial<Pick<Deployment, 'labels' | 'annotations' | 'spec'>>,
    how: { readonly expectedVersion?: string | undefined; readonly dryRun: boolean },
  ): WriteOutcome;
}

const startsInMs = 6_000;
const stopsInMs = 2_000;
const rolloutStepMs = 4_000;

export interface ClusterOptions {
  readonly now: () => number;
  /** All pods are gone. */
  readonly vanished: () => boolean;
  /** Pods that are made now will never get ready. */
  readonly stuck: () => boolean;
}

export function createCluster({ now, vanished, stuck }: ClusterOptions): Cluster {
  const deployments = new Map<string, Deployment>();
  let pods: Pod[] = [];
  let version = 184_200;
  let serial = 0;

  const makePod = (owner: Deployment, createdMs: number, readyMs: number): Pod => {
    serial += 1;
    const mark = (serial * 7919 + 104_729).toString(36).slice(-5).padStart(5, 'b');
    return {
      name: `${owner.name}-${replicaSetHash(owner)}-${mark}`,
      uid: uid(owner.uid, serial),
      deployment: owner.name,
      revision: owner.revision,
      template: owner.spec.template,
      createdMs,
      readyMs,
      goneMs: Number.POSITIVE_INFINITY,
      node: `node-${(serial % 3) + 1}`,
      ip: `10.244.${(serial % 3) + 1}.${20 + serial}`,
      stuck: readyMs === Number.POSITIVE_INFINITY,
    };
  };

  for (const seed of deploymentSeeds) {
    version += 1;
    const createdMs = now() - 9 * 86_400_000;
    const owner: Deployment = { ...seed, createdMs, generation: 1, revision: 1, resourceVersion: String(version) };
    deployments.set(owner.name, owner);
    for (let made = 0; made < owner.spec.replicas; made += 1)
      pods.push(makePod(owner, createdMs, createdMs + startsInMs));
  }

  const present = () => pods.filter((pod) => pod.goneMs > now());
  const readyAt = (startMs: number) => (stuck() ? Number.POSITIVE_INFINITY : startMs + startsInMs);

  function resize(owner: Deployment): void {
    const mine = present().filter((pod) => pod.deployment === owner.name && pod.goneMs === Number.POSITIVE_INFINITY);
    for (let made = mine.length; made < owner.spec.replicas; made += 1)
      pods.push(makePod(owner, now(), readyAt(now())));
    const surplus = new Set(mine.slice(owner.spec.replicas));
    pods = pods.map((pod) => (surplus.has(pod) ? { ...pod, goneMs: now() + stopsInMs } : pod));
  }

  /** One new pod at a time; an old one leaves when its successor is ready. */
  function rollOut(owner: Deployment): void {
    const old = present().filter((pod) => pod.deployment === owner.name && pod.goneMs === Number.POSITIVE_INFINITY);
    const leaves = new Map<Pod, number>();
    for (let step = 0; step < owner.spec.replicas; step += 1) {
      const readyMs = readyAt(now() + step * rolloutStepMs);
      pods.push(makePod(owner, now() + step * rolloutStepMs, readyMs));
      const replaced = old[step];
      if (replaced) leaves.set(replaced, readyMs);
      if (readyMs === Number.POSITIVE_INFINITY) break;
    }
    for (const pod of old.slice(owner.spec.replicas)) leaves.set(pod, now() + stopsInMs);
    pods = pods.map((pod) => ({ ...pod, goneMs: leaves.get(pod) ?? pod.goneMs }));
  }

  return {
    deployments: () => [...deployments.values()],
    deployment: (name) => deployments.get(name),
    pods: () => (vanished() ? [] : present().filter((pod) => pod.createdMs <= now())),
    readyPods: (name) =>
      vanished() ? 0 : present().filter((pod) => pod.deployment === name && pod.readyMs <= now()).length,
    write(name, change, { expectedVersion, dryRun }) {
      const stored = deployments.get(name);
      if (!stored || (expectedVersion !== undefined && expectedVersion !== stored.resourceVersion))
        return { kind: 'conflict' };
      const spec = change.spec ?? stored.spec;
      const templateChanged = JSON.stringify(spec.template) !== JSON.stringify(stored.spec.template);
      const specChanged = JSON.stringify(spec) !== JSON.stringify(stored.spec);
      const changed: Deployment = {
        ...stored,
        ...change,
        generation: stored.generation + (specChanged ? 1 : 0),
        revision: stored.revision + (templateChanged ? 1 : 0),
        resourceVersion: dryRun ? stored.resourceVersion : String(version + 1),
      };
      if (dryRun) return { kind: 'written', deployment: changed };
      version += 1;
      deployments.set(name, changed);
      pods = present();
      if (templateChanged) rollOut(changed);
      else resize(changed);
      return { kind: 'written', deployment: changed };
    },
  };
}

/** The hash in replica set and pod names. */
export function replicaSetHash(owner: Pick<Deployment, 'name' | 'revision'>): string {
  let hash = 5381 + owner.revision * 7919;
  for (const letter of owner.name) hash = (Math.imul(hash, 33) ^ letter.charCodeAt(0)) >>> 0;
  return hash.toString(16).padStart(10, '6').slice(0, 10);
}

function uid(base: string, serial: number): string {
  return `${base.slice(0, -4)}${(0xa000 + serial).toString(16)}`;
}
