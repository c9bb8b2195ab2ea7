// What the Kubernetes actions share: the deployment as an approval is tied to it, the dry run, and what is left to see afterwards.

import type { Fact } from '../../core/action/action.ts';
import { differences } from '../../core/action/action.ts';
import type { LookCall } from '../../core/action/port.ts';
import { type FailedWrite, tooEarlyToTell, type WriteAnswer } from '../writing.ts';
import type { Cluster } from './cluster.ts';
import { managerNotes, managerOf, scalerNotes, spellScaler } from './others.ts';
import { type Deployment, readDeployment, wantedReplicas } from './read-deployment.ts';
import { type Scaler, scalerOf } from './scaler.ts';

/** Whose change it is, in the managed fields of the object. */
export const fieldManager = 'acgs-chatops';

export interface Found {
  readonly deployment: Deployment;
  readonly scaler: Scaler;
}

/** The same for every action on this deployment. */
export function targetOf({ namespace }: Cluster, name: string): string {
  return `deployment ${namespace}/${name}`;
}

/** Another uid is another deployment of the same name; another generation is one that somebody has changed. */
export function identityFacts({ metadata }: Deployment): readonly Fact[] {
  return [
    { name: 'deployment uid', value: metadata?.uid ?? 'not known' },
    { name: 'generation', value: metadata?.generation ?? 'not known' },
  ];
}

/** Who will put the change back, as lines of the table. */
export function othersRows({ deployment, scaler }: Found) {
  const manager = managerOf(deployment);
  return [
    { label: 'autoscaler', amount: scaler.kind === 'unknown' ? 'not known' : spellScaler(scaler) || 'none' },
    { label: 'managed by', amount: manager },
  ];
}

export function othersNotes({ deployment, scaler }: Found): readonly string[] {
  return [...scalerNotes(scaler), ...managerNotes(managerOf(deployment))];
}

export function readyRow({ deployment }: Found) {
  const ready = deployment.status?.readyReplicas ?? 0;
  return { label: 'ready now', amount: `${ready} of ${wantedReplicas(deployment)}` };
}

/**
 * Reads the deployment and tries the change on it in the API server, which checks everything and stores nothing. When somebody changes the
 * object in between, both are done once more: nothing has an effect here.
 */
export async function tryOut(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
  dryRun: (found: Deployment) => Promise<WriteAnswer<unknown>> | undefined,
): Promise<(Found & { readonly ok: true }) | FailedWrite> {
  const scaling = scalerOf(cluster, name, signal);
  for (let attempt = 1; ; attempt += 1) {
    const [read, scaler] = await Promise.all([readDeployment(cluster, name, signal), scaling]);
    if (!read.ok) return read;
    const tried = await dryRun(read.value);
    if (tried === undefined || tried.ok) return { ok: true, deployment: read.value, scaler };
    if (tried.status !== 409 || attempt === 2) return tried;
  }
}

/** The deployment, if it is still the one that was claimed; what differs otherwise. */
export async function asClaimed(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
  claimed: readonly Fact[],
  facts: (found: Deployment) => readonly Fact[],
): Promise<{ readonly ok: true; readonly deployment: Deployment } | { readonly ok: false; readonly why: string }> {
  const read = await readDeployment(cluster, name, signal);
  if (!read.ok) return { ok: false, why: `nothing was sent: ${read.failure.detail}` };
  const now = facts(read.value);
  const names = new Set(now.map((fact) => fact.name));
  const changed = differences(
    claimed.filter((fact) => names.has(fact.name)),
    now,
  );
  if (changed.length === 0) return { ok: true, deployment: read.value };
  return { ok: false, why: `nothing was sent, the deployment has just changed: ${changed.join('; ')}` };
}

/** Reads the deployment that an action was claimed on; why nothing can be said otherwise. */
export async function sameAsBefore(
  cluster: Cluster,
  name: string,
  { signal, shown }: LookCall,
): Promise<{ readonly ok: true; readonly deployment: Deployment } | { readonly ok: false; readonly why: string }> {
  const read = await readDeployment(cluster, name, signal);
  if (!read.ok) return { ok: false, why: read.failure.detail };
  const before = shown.facts.find((fact) => fact.name === 'deployment uid')?.value;
  if (read.value.metadata?.uid === before) return { ok: true, deployment: read.value };
  return { ok: false, why: `${targetOf(cluster, name)} is another one now, made anew under the same name` };
}

/** Nothing has changed so far: that proves something only when the request cannot be on its way any more. */
export function notYet(cluster: Cluster, claimedAt: number, summary: string) {
  return tooEarlyToTell(claimedAt, cluster.clock.now())
    ? ({ kind: 'unclear', summary: `${summary}; the request may still be on its way` } as const)
    : ({ kind: 'not-applied', summary } as const);
}
