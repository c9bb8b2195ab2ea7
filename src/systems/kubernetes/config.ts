// How the cluster is configured: `systems.kubernetes`.

import { z } from 'zod';

export const kubernetesConfig = z.strictObject({
  /** Path of a kubeconfig; without it the pod's own service account is used. */
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
  namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'Write the name of a namespace.'),
  /** Label selector of the pods, for example `app.kubernetes.io/instance=acgs2`. */
  selector: z.string().min(1).optional(),
});

export type KubernetesConfig = z.output<typeof kubernetesConfig>;
