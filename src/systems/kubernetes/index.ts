// Kubernetes as a system of checks and actions.

import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { kubernetesActions } from './actions.ts';
import { clusterOf, loadLibrary } from './cluster.ts';
import type { KubernetesConfig } from './config.ts';
import { deployment } from './deployment.ts';

/** Without a config its checks answer `not_configured`. */
export function createKubernetes(
  config: KubernetesConfig | undefined,
  given: { readonly clock: Clock; readonly log: Log },
): System {
  return systemOf({
    name: 'kubernetes',
    deps: config === undefined ? undefined : clusterOf(config),
    checks: { deployment },
    actions: kubernetesActions,
    clock: given.clock,
    log: given.log,
    prepare: loadLibrary,
  });
}
