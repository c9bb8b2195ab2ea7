// Who else moves a deployment: what manages it, and what that means for a change by hand.

import type { V1Deployment } from '@kubernetes/client-node';
import { oneLine } from '../failure.ts';
import type { Scaler } from './scaler.ts';

export function managerOf(found: V1Deployment): 'Argo CD' | 'Helm' | 'none' | string {
  const { labels = {}, annotations = {} } = found.metadata ?? {};
  const names = [...Object.keys(labels), ...Object.keys(annotations)];
  if (names.some((name) => name.startsWith('argocd.argoproj.io/'))) return 'Argo CD';
  const manager = labels['app.kubernetes.io/managed-by'];
  if (manager === 'Helm' || annotations['meta.helm.sh/release-name'] !== undefined) return 'Helm';
  return manager === undefined || manager === '' ? 'none' : oneLine(manager, 40);
}

/** `HPA 3 to 20`; empty when there is none, or nobody knows. */
export function spellScaler(scaler: Scaler): string {
  return scaler.kind === 'hpa' ? `HPA ${scaler.minimum} to ${scaler.maximum}` : '';
}

export function scalerNotes(scaler: Scaler): readonly string[] {
  return [
    ...(scaler.kind === 'hpa'
      ? [`HPA ${oneLine(scaler.name, 80)} moves the replicas: scaling by hand will be undone`]
      : []),
    ...(scaler.kind === 'unknown' ? [`whether an HPA moves the replicas is not known: ${scaler.why}`] : []),
  ];
}

export function managerNotes(managedBy: string): readonly string[] {
  return [
    ...(managedBy === 'Argo CD' ? ['Argo CD with self-heal puts changes by hand back'] : []),
    ...(managedBy === 'Helm' ? ['the next Helm upgrade puts changes by hand back'] : []),
  ];
}
