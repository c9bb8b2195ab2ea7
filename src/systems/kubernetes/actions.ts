// Parameters of the Kubernetes actions.

import { z } from 'zod';
import { byHand } from '../action-kind.ts';
import type { Cluster } from './cluster.ts';
import { objectName } from './deployment.ts';

const quantity = z.string().regex(/^\d+(\.\d+)?(m|[kMGTPE]i?)?$/, 'Write a quantity like 500m, 2 or 4Gi.');

export const kubernetesActions = {
  scale: byHand<Cluster>(
    z
      .strictObject({
        deployment: objectName,
        replicas: z.int().min(0),
        /** No run of this action may go above it. */
        maximum: z.int().min(1),
      })
      .refine(({ replicas, maximum }) => replicas <= maximum, {
        error: 'The replicas are above the maximum.',
        path: ['replicas'],
      }),
  ),
  'set-resources': byHand<Cluster>(
    z
      .strictObject({
        deployment: objectName,
        container: objectName,
        cpu: quantity.optional(),
        memory: quantity.optional(),
      })
      .refine(({ cpu, memory }) => cpu !== undefined || memory !== undefined, {
        error: 'Write a cpu or a memory limit, or both.',
        path: ['cpu'],
      }),
  ),
};
