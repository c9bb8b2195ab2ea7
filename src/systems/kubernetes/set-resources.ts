// `kubernetes.set-resources`: sets limits of one container, and names nothing else. It replaces the pods one after another.

import type { V1Container } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Fact } from '../../core/action/action.ts';
import type { Preview } from '../../core/action/port.ts';
import { done, type Outcome, refused } from '../../core/fault.ts';
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
import { amountOf, sameQuantity } from './quantity.ts';
import { type Deployment, isDeployment, notTheDeployment, objectName, wantedReplicas } from './read-deployment.ts';
import { rolloutOf } from './rollout.ts';

const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|[MGTPE]|[KMGTPE]i)?$/, 'Write a quantity like 500m, 2 or 4Gi.');
/** `none` takes the limit away. */
const limit = z.union([quantity, z.literal('none')], { error: 'Write a quantity like 500m, 2 or 4Gi, or none.' });

const params = z
  .strictObject({
    deployment: objectName,
    container: objectName,
    cpu: limit.optional(),
    memory: limit.optional(),
  })
  .refine(({ cpu, memory }) => cpu !== undefined || memory !== undefined, {
    error: 'Write a cpu or a memory limit, or both.',
    path: ['cpu'],
  });

type Params = z.output<typeof params>;

const resources = ['cpu', 'memory'] as const;

export const setResources = defineAction(params, {
  async preview(cluster: Cluster, about, { signal }) {
    const found = await tryOut(cluster, about.deployment, signal, (read) =>
      containerIn(read, about) === undefined || isSet(read, about)
        ? undefined
        : patchLimits(cluster, read, about, signal, 'All'),
    );
    if (!found.ok) return cannotShow('kubernetes', found.failure);
    const problem = problemOf(cluster, about, found.deployment);
    return problem ?? done(previewOf(cluster, about, found));
  },

  async perform(cluster, about, { signal: outer, shown }) {
    const signal = writeDeadline(outer);
    const facts = (read: Deployment) => limitFacts(read, about);
    const claimed = await asClaimed(cluster, about.deployment, signal, shown.facts, facts);
    if (!claimed.ok) return { kind: 'failed', summary: claimed.why };
    const answer = await patchLimits(cluster, claimed.deployment, about, signal);
    if (!answer.ok) return writeEnd(answer);
    if (answer.value === undefined || !isSet(answer.value, about))
      return { kind: 'unknown', summary: 'the answer to the patch does not have the new limits' };
    return { kind: 'succeeded', summary: `limits ${changesOf(claimed.deployment, about).join(', ')}; pods follow` };
  },

  async look(cluster, about, call) {
    const same = await sameAsBefore(cluster, about.deployment, call);
    if (!same.ok) return { kind: 'unclear', summary: same.why };
    const now = spellLimits(same.deployment, about);
    if (isSet(same.deployment, about)) return { kind: 'applied', summary: `limits are ${now}` };
    const before = call.shown.facts.find((fact) => fact.name === factName(about))?.value;
    if (now === before) return notYet(cluster, call.claimedAt, `limits are still ${now}`);
    return { kind: 'unclear', summary: `limits are ${now}, neither the old nor the new ones` };
  },

  async verify(cluster, about, call) {
    const same = await sameAsBefore(cluster, about.deployment, call);
    if (!same.ok) return { kind: 'pending', summary: same.why };
    if (!isSet(same.deployment, about)) {
      const now = spellLimits(same.deployment, about);
      return { kind: 'pending', summary: `limits are ${now}: something else has changed them` };
    }
    return rolloutOf(cluster, same.deployment, call.signal);
  },
});

/** One strategic merge patch, which joins containers by name, or its dry run; the deployment that the cluster answers. */
async function patchLimits(
  cluster: Cluster,
  { metadata }: Deployment,
  about: Params,
  signal: AbortSignal,
  dryRun?: 'All',
): Promise<WriteAnswer<Deployment | undefined>> {
  const { namespace } = cluster;
  const { deployment: name, container } = about;
  const resourceVersion = metadata?.resourceVersion;
  // With it, a deployment that somebody else has changed is a 409.
  if (resourceVersion === undefined) return notTheDeployment(cluster, name);
  const limits = Object.fromEntries(
    resources.flatMap((one) => {
      const wanted = about[one];
      return wanted === undefined ? [] : [[one, wanted === 'none' ? null : wanted] as const];
    }),
  );
  const body = {
    metadata: { resourceVersion },
    spec: { template: { spec: { containers: [{ name: container, resources: { limits } }] } } },
  };
  return cluster.call(
    (library) => library.AppsV1Api,
    `${dryRun === undefined ? 'patch' : 'dry run of the limits'} of deployment ${namespace}/${name}`,
    signal,
    async (api, { PatchStrategy, setHeaderOptions }) => {
      const how = { name, namespace, body, fieldManager, ...(dryRun === undefined ? {} : { dryRun }) };
      const asMerge = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
      const patched = await api.patchNamespacedDeployment(how, asMerge);
      return isDeployment(patched, name) ? patched : undefined;
    },
  );
}

function containerIn({ spec }: Deployment, { container }: Pick<Params, 'container'>): V1Container | undefined {
  return spec.template.spec?.containers.find(({ name }) => name === container);
}

function limitOf(found: Deployment, about: Params, resource: (typeof resources)[number]): string | undefined {
  return containerIn(found, about)?.resources?.limits?.[resource];
}

function isSet(found: Deployment, about: Params): boolean {
  if (containerIn(found, about) === undefined) return false;
  return resources.every((one) => {
    const wanted = about[one];
    return wanted === undefined || sameQuantity(limitOf(found, about, one), wanted === 'none' ? undefined : wanted);
  });
}

function factName({ container }: Params): string {
  return `limits of ${container}`;
}

function spellLimits(found: Deployment, about: Params): string {
  return resources.map((one) => `${one} ${limitOf(found, about, one) ?? 'none'}`).join(', ');
}

/** `memory 2Gi → 4Gi` for each that is another one then. */
function changesOf(found: Deployment, about: Params): readonly string[] {
  return resources.flatMap((one) => {
    const [now = 'none', wanted] = [limitOf(found, about, one), about[one]];
    return wanted === undefined || sameQuantity(now, wanted) ? [] : [`${one} ${now} → ${wanted}`];
  });
}

function limitFacts(found: Deployment, about: Params): readonly Fact[] {
  return [...identityFacts(found), { name: factName(about), value: spellLimits(found, about) }];
}

function problemOf(cluster: Cluster, about: Params, found: Deployment): Outcome<never> | undefined {
  const target = targetOf(cluster, about.deployment);
  if (containerIn(found, about) === undefined) {
    const names = found.spec.template.spec?.containers.map(({ name }) => name).join(', ') ?? '';
    const message = `${target} has no container ${about.container}, so nothing can be set.`;
    return refused({ whose: 'author', code: 'no-such-container', message, remedy: `It has: ${names}.` });
  }
  if (!isSet(found, about)) return undefined;
  const message = `The limits of ${about.container} in ${target} are ${spellLimits(found, about)} already.`;
  return refused({ whose: 'person', code: 'nothing-to-do', message });
}

function previewOf(cluster: Cluster, about: Params, found: Found): Preview {
  const { deployment: name, container } = about;
  const target = targetOf(cluster, name);
  const changes = changesOf(found.deployment, about).join(', ');
  const prior = Object.fromEntries(
    resources.flatMap((one) =>
      about[one] === undefined ? [] : [[one, limitOf(found.deployment, about, one) ?? 'none'] as const],
    ),
  );
  return {
    target,
    typed: `LIMITS ${cluster.namespace}/${name}`,
    call: `PATCH deployments/${name} container ${container} limits ${changes}`,
    summary: `Sets limits of ${container} in ${target}: ${changes}. Restarts its pods one after another; the old limits can be put back.`,
    risk: 'risky',
    protectedPresent: false,
    facts: limitFacts(found.deployment, about),
    undo: {
      system: 'kubernetes',
      kind: 'set-resources',
      params: { deployment: name, container, ...prior },
      title: `Put the limits of ${container} back`,
    },
    rows: [
      ...resources.flatMap((one) => {
        const [now = 'none', wanted] = [limitOf(found.deployment, about, one), about[one]];
        return wanted === undefined ? [] : [{ label: `${one} limit`, amount: `${now} → ${wanted}` }];
      }),
      readyRow(found),
      ...othersRows(found),
    ],
    notes: [
      `Restarts ${wantedReplicas(found.deployment)} pods one after another, and so does putting it back.`,
      ...resources.filter((one) => isLower(found.deployment, about, one)).map(loweredNote),
      ...requestNotes(found.deployment, about),
      ...othersNotes(found),
    ],
  };
}

function isLower(found: Deployment, about: Params, resource: (typeof resources)[number]): boolean {
  const wanted = amountOf(about[resource] ?? '');
  if (wanted === undefined) return false;
  return wanted < (amountOf(limitOf(found, about, resource) ?? '') ?? Number.POSITIVE_INFINITY);
}

function loweredNote(resource: (typeof resources)[number]): string {
  return resource === 'memory'
    ? 'It LOWERS the memory limit: a pod that needs more is killed.'
    : 'It LOWERS the cpu limit: a pod that needs more is throttled.';
}

/** Where a container has no request of its own, each of its new pods gets one out of the limit; the deployment itself is stored without. */
function requestNotes(found: Deployment, about: Params): readonly string[] {
  return resources.flatMap((one) => {
    const wanted = about[one];
    if (wanted === undefined || wanted === 'none') return [];
    if (containerIn(found, about)?.resources?.requests?.[one] !== undefined) return [];
    return [`${about.container} has no ${one} request, so each new pod reserves ${wanted}, as much as its limit.`];
  });
}
