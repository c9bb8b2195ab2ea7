// `kubernetes.scale`: sets the replicas of a deployment, bound to the version that was read. Fewer than now is destructive.

import { z } from 'zod';
import type { Fact } from '../../core/action/action.ts';
import type { Preview } from '../../core/action/port.ts';
import { done, refused } from '../../core/fault.ts';
import { defineAction } from '../action-kind.ts';
import { cannotShow, type WriteAnswer, writeDeadline, writeEnd } from '../writing.ts';
import {
  asClaimed,
  type Found,
  fieldManager,
  identityFacts,
  notYet,
  othersNotes,
  othersRows,
  readyRow,
  sameAsBefore,
  targetOf,
  tryOut,
} from './changing.ts';
import type { Cluster } from './cluster.ts';
import { type Deployment, notTheDeployment, objectName, wantedReplicas } from './read-deployment.ts';
import { rolloutOf } from './rollout.ts';

const params = z
  .strictObject({
    deployment: objectName,
    replicas: z.int().min(0),
    /** No run of this action may go above it. */
    maximum: z.int().min(1),
  })
  .refine(({ replicas, maximum }) => replicas <= maximum, {
    error: 'The replicas are above the maximum.',
    path: ['replicas'],
  });

type Params = z.output<typeof params>;

export const scale = defineAction(params, {
  async preview(cluster: Cluster, about, { signal }) {
    const { deployment: name, replicas } = about;
    const found = await tryOut(cluster, name, signal, (read) =>
      wantedReplicas(read) === replicas ? undefined : putScale(cluster, read, about, signal, 'All'),
    );
    if (!found.ok) return cannotShow('kubernetes', found.failure);
    if (wantedReplicas(found.deployment) === replicas) {
      const message = `${targetOf(cluster, name)} has ${replicas} replicas already, so there is nothing to change.`;
      return refused({ whose: 'person', code: 'nothing-to-do', message });
    }
    return done(previewOf(cluster, about, found));
  },

  async perform(cluster, about, { signal: outer, shown }) {
    const signal = writeDeadline(outer);
    const claimed = await asClaimed(cluster, about.deployment, signal, shown.facts, replicaFacts);
    if (!claimed.ok) return { kind: 'failed', summary: claimed.why };
    const answer = await putScale(cluster, claimed.deployment, about, signal);
    if (!answer.ok) return writeEnd(answer);
    if (answer.value !== about.replicas)
      return { kind: 'unknown', summary: `the answer to the scale names ${answer.value ?? 'no number of'} replicas` };
    return {
      kind: 'succeeded',
      summary: `replicas ${wantedReplicas(claimed.deployment)} → ${about.replicas}; pods follow`,
    };
  },

  async look(cluster, { deployment: name, replicas }, call) {
    const same = await sameAsBefore(cluster, name, call);
    if (!same.ok) return { kind: 'unclear', summary: same.why };
    const now = wantedReplicas(same.deployment);
    if (now === replicas) return { kind: 'applied', summary: `replicas are ${now}` };
    const before = call.shown.facts.find((fact) => fact.name === 'replicas')?.value;
    if (now === before) return notYet(cluster, call.claimedAt, `replicas are still ${now}`);
    return { kind: 'unclear', summary: `replicas are ${now}, neither ${before} as before nor ${replicas}` };
  },

  async verify(cluster, { deployment: name, replicas }, call) {
    const same = await sameAsBefore(cluster, name, call);
    if (!same.ok) return { kind: 'pending', summary: same.why };
    const now = wantedReplicas(same.deployment);
    if (now !== replicas)
      return { kind: 'pending', summary: `replicas are ${now} and not ${replicas}: something else has moved them` };
    return rolloutOf(cluster, same.deployment, call.signal);
  },
});

/** One PUT, or its dry run; the number that the cluster answers. */
async function putScale(
  cluster: Cluster,
  { metadata }: Deployment,
  { deployment: name, replicas }: Params,
  signal: AbortSignal,
  dryRun?: 'All',
): Promise<WriteAnswer<number | undefined>> {
  const { namespace } = cluster;
  const { uid, resourceVersion } = metadata ?? {};
  if (uid === undefined || resourceVersion === undefined) return notTheDeployment(cluster, name);
  return cluster.call(
    (library) => library.AppsV1Api,
    `${dryRun === undefined ? 'put' : 'dry run of'} scale ${replicas} of deployment ${namespace}/${name}`,
    signal,
    async (api) => {
      const body = {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name, namespace, uid, resourceVersion },
        spec: { replicas },
      };
      const how = { name, namespace, body, fieldManager, ...(dryRun === undefined ? {} : { dryRun }) };
      return (await api.replaceNamespacedDeploymentScale(how))?.spec?.replicas;
    },
  );
}

function replicaFacts(found: Deployment): readonly Fact[] {
  return [...identityFacts(found), { name: 'replicas', value: wantedReplicas(found) }];
}

function previewOf(cluster: Cluster, { deployment: name, replicas, maximum }: Params, found: Found): Preview {
  const now = wantedReplicas(found.deployment);
  const down = replicas < now;
  const target = targetOf(cluster, name);
  const { scaler } = found;
  const outside = scaler.kind === 'hpa' && (replicas < scaler.minimum || replicas > scaler.maximum);
  return {
    target,
    typed: `SCALE ${cluster.namespace}/${name} ${replicas}`,
    call: `PUT deployments/${name}/scale replicas ${now} → ${replicas}`,
    summary: down
      ? `Scales ${target} DOWN from ${now} to ${replicas} replicas: ${now - replicas} of its pods end. The old number can be put back.`
      : `Scales ${target} up from ${now} to ${replicas} replicas; the old number can be put back.`,
    risk: down ? 'destructive' : 'risky',
    protectedPresent: false,
    facts: [
      ...replicaFacts(found.deployment),
      { name: 'autoscaler', value: scaler.kind === 'hpa' ? `HPA ${scaler.name}` : scaler.kind },
    ],
    undo: {
      system: 'kubernetes',
      kind: 'scale',
      params: { deployment: name, replicas: now, maximum: Math.max(maximum, now) },
      title: `Scale ${name} back to ${now} replicas`,
    },
    rows: [{ label: 'replicas', amount: `${now} → ${replicas}` }, readyRow(found), ...othersRows(found)],
    notes: [
      ...(down ? [`This scales DOWN: ${now} replicas are wanted now.`] : []),
      ...(replicas === 0 ? ['With 0 replicas nothing answers.'] : []),
      ...(outside ? [`${replicas} is outside of what the HPA allows, so it moves the number back at once.`] : []),
      ...othersNotes(found),
    ],
  };
}
