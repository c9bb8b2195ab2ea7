// The deployments and the autoscaler that ACGS-2's Helm chart installs as release `acgs2`.

import type { Deployment } from './cluster.ts';
import { constitutionalHash } from './company.ts';

interface Seed {
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  readonly container: string;
  readonly port: number;
  readonly metricsPort: boolean;
  readonly replicas: number;
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

const seeds: readonly Seed[] = [
  {
    name: 'acgs2-agent-bus',
    uid: '5d0c1f8e-31a4-4f0e-9a52-6c1be2d70001',
    component: 'agent-bus',
    container: 'agent-bus',
    port: 8000,
    metricsPort: true,
    replicas: 3,
    requests: { cpu: '500m', memory: '512Mi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  {
    name: 'acgs2-constitutional',
    uid: '5d0c1f8e-31a4-4f0e-9a52-6c1be2d70002',
    component: 'constitutional-service',
    container: 'constitutional-service',
    port: 8001,
    metricsPort: false,
    replicas: 3,
    requests: { cpu: '500m', memory: '512Mi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  {
    name: 'acgs2-api-gateway',
    uid: '5d0c1f8e-31a4-4f0e-9a52-6c1be2d70003',
    component: 'api-gateway',
    container: 'api-gateway',
    port: 8080,
    metricsPort: false,
    replicas: 2,
    requests: { cpu: '250m', memory: '256Mi' },
    limits: { cpu: '1', memory: '1Gi' },
  },
];

export type DeploymentSeed = Pick<Deployment, 'name' | 'uid' | 'labels' | 'annotations' | 'spec'>;

/** No `app` label anywhere, as in the chart: `-l app=acgs2` selects nothing. */
export const deploymentSeeds: readonly DeploymentSeed[] = seeds.map((seed) => {
  const selectorLabels = {
    'app.kubernetes.io/name': 'acgs2',
    'app.kubernetes.io/instance': 'acgs2',
    'app.kubernetes.io/component': seed.component,
  };
  const port = { name: 'http', containerPort: seed.port, protocol: 'TCP' as const };
  const metrics = { name: 'metrics', containerPort: 9090, protocol: 'TCP' as const };
  return {
    name: seed.name,
    uid: seed.uid,
    labels: {
      ...selectorLabels,
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/version': '2.0.0',
      'helm.sh/chart': 'acgs2-2.0.0',
    },
    annotations: {
      'acgs.io/constitutional-hash': constitutionalHash,
      'meta.helm.sh/release-name': 'acgs2',
      'meta.helm.sh/release-namespace': 'acgs2',
    },
    spec: {
      replicas: seed.replicas,
      selector: { matchLabels: selectorLabels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: selectorLabels, annotations: { 'acgs.io/constitutional-hash': constitutionalHash } },
        spec: {
          containers: [
            {
              name: seed.container,
              image: `acgs2/${seed.component}:2.0.0`,
              ports: seed.metricsPort ? [port, metrics] : [port],
              resources: { limits: seed.limits, requests: seed.requests },
              env: [
                { name: 'CONSTITUTIONAL_HASH', value: constitutionalHash },
                { name: 'LOG_LEVEL', value: 'INFO' },
              ],
            },
          ],
        },
      },
    },
  };
});

/** The chart's only autoscaler; the agent bus has none. */
export const autoscaler = {
  name: 'acgs2-constitutional',
  uid: '5d0c1f8e-31a4-4f0e-9a52-6c1be2d70010',
  minReplicas: 3,
  maxReplicas: 20,
  cpuTargetPercent: 70,
  memoryTargetPercent: 80,
} as const;
