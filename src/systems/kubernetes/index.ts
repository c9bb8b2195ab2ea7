// Kubernetes as a system of checks and actions.

import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { clusterOf, loadLibrary } from './cluster.ts';
import type { KubernetesConfig } from './config.ts';
import { deployment } from './deployment.ts';
import { scale } from './scale.ts';
import { setResources } from './set-resources.ts';

/** Without a config its checks answer `not_configured`. */
export function createKubernetes(
  config: KubernetesConfig | undefined,
  given: { readonly clock: Clock; readonly log: Log },
): System {
  return systemOf({
    name: 'kubernetes',
    deps: config === undefined ? undefined : clusterOf(config, given.clock),
    checks: { deployment },
    actions: { scale, 'set-resources': setResources },
    clock: given.clock,
    log: given.log,
    prepare: loadLibrary,
  });
}
