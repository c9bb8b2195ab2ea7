// Changes to deployments through the API: PUT and PATCH of a scale, PATCH of a deployment.
import type { Cluster, Deployment, DeploymentSpec } from '../world/cluster.ts';
import { applyPatch, isObject, type Json, type JsonObject, type PatchType, patchTypes } from './kubernetes-patch.ts';
import { amountOf } from './kubernetes-resources.ts';
import { badRequest, conflict, invalid, type Refusal, unsupportedMediaType, wrongUid } from './kubernetes-status.ts';

export type Written =
  | { readonly kind: 'written'; readonly deployment: Deployment }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface ChangeRequest {
  readonly cluster: Cluster;
  readonly deployment: Deployment;
  readonly body: string;
  readonly contentType: string;
  readonly dryRun: boolean;
}

const refused = (refusal: Refusal): Written => ({ kind: 'refused', refusal });

/** PUT …/scale: sets the replicas, bound to the resourceVersion that the body names (if it names one). */
export function replaceScale({ cluster, deployment, body, dryRun }: ChangeRequest): Written {
  const scale = parse(body);
  if (!isObject(scale)) return refused(badRequest('the object provided is unrecognized'));
  const metadata = isObject(scale.metadata) ? scale.metadata : {};
  if (metadata.name !== deployment.name)
    return refused(badRequest('the name of the object does not match the name on the URL'));
  if (typeof metadata.uid === 'string' && metadata.uid !== '' && metadata.uid !== deployment.uid)
    return refused(wrongUid(deployment.name, metadata.uid, deployment.uid));
  const spec = isObject(scale.spec) ? scale.spec : {};
  return setReplicas(cluster, deployment, spec.replicas ?? 0, metadata.resourceVersion, dryRun);
}

/** PATCH …/scale. */
export function patchScale(change: ChangeRequest): Written {
  const read = readPatch(change);
  if ('code' in read) return refused(read);
  const metadata = isObject(read.patch.metadata) ? read.patch.metadata : {};
  const spec = isObject(read.patch.spec) ? read.patch.spec : {};
  const { cluster, deployment, dryRun } = change;
  return setReplicas(cluster, deployment, spec.replicas ?? deployment.spec.replicas, metadata.resourceVersion, dryRun);
}

/** PATCH of a deployment: labels, annotations and spec. A new pod template starts a rollout. */
export function patchDeployment(change: ChangeRequest): Written {
  const read = readPatch(change);
  if ('code' in read) return refused(read);
  const { cluster, deployment, dryRun } = change;
  const stored = JSON.parse(
    JSON.stringify({
      metadata: { labels: deployment.labels, annotations: deployment.annotations },
      spec: deployment.spec,
    }),
  ) as JsonObject;
  const patched = applyPatch(stored, read.patch, read.type);
  const metadata = isObject(patched.metadata) ? patched.metadata : {};
  const problem = problemOf(deployment.name, patched.spec);
  if (problem) return refused(problem);
  return write(cluster, deployment, metadata.resourceVersion, dryRun, {
    labels: metadata.labels as Readonly<Record<string, string>>,
    annotations: metadata.annotations as Readonly<Record<string, string>>,
    // `problemOf` has looked at every part of it that the cluster reads.
    spec: patched.spec as unknown as DeploymentSpec,
  });
}

function setReplicas(
  cluster: Cluster,
  deployment: Deployment,
  wanted: Json,
  version: Json | undefined,
  dryRun: boolean,
): Written {
  const problem = replicasProblem(deployment.name, wanted);
  if (problem) return refused(problem);
  return write(cluster, deployment, version, dryRun, { spec: { ...deployment.spec, replicas: Number(wanted) } });
}

function write(
  cluster: Cluster,
  deployment: Deployment,
  version: Json | undefined,
  dryRun: boolean,
  change: Parameters<Cluster['write']>[1],
): Written {
  const expectedVersion = typeof version === 'string' && version !== '' ? version : undefined;
  const outcome = cluster.write(deployment.name, change, { expectedVersion, dryRun });
  return outcome.kind === 'written' ? outcome : refused(conflict(deployment.name));
}

function readPatch({
  body,
  contentType,
}: ChangeRequest): { readonly patch: JsonObject; readonly type: 'merge' | 'strategic' } | Refusal {
  const mediaType = contentType.split(';')[0]?.trim() ?? '';
  const type: PatchType | undefined = (patchTypes as Readonly<Record<string, PatchType>>)[mediaType];
  const patch = parse(body);
  if (!type) return unsupportedMediaType(Object.keys(patchTypes));
  if (patch === undefined) return badRequest('error decoding patch: invalid character in JSON');
  if (type === 'json') {
    return isObject(patch)
      ? badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
      : unsupportedMediaType(Object.keys(patchTypes).slice(1));
  }
  return isObject(patch)
    ? { patch, type }
    : badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}');
}

function parse(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function problemOf(name: string, spec: Json | undefined): Refusal | undefined {
  if (!isObject(spec)) return invalid(name, 'spec', null, 'Required value');
  const template = isObject(spec.template) ? spec.template : {};
  const podSpec = isObject(template.spec) ? template.spec : {};
  const containers = Array.isArray(podSpec.containers) ? (podSpec.containers as readonly Json[]) : [];
  if (containers.length === 0) return invalid(name, 'spec.template.spec.containers', [], 'Required value');
  for (const [place, container] of containers.entries()) {
    const field = `spec.template.spec.containers[${place}]`;
    if (!isObject(container) || typeof container.name !== 'string')
      return invalid(name, `${field}.name`, '', 'Required value');
    if (typeof container.image !== 'string') return invalid(name, `${field}.image`, '', 'Required value');
    const resources = isObject(container.resources) ? container.resources : {};
    const limits = isObject(resources.limits) ? resources.limits : {};
    for (const [resource, amount] of Object.entries(limits)) {
      if (amountOf(amount) === undefined)
        return badRequest(
          `Deployment in version "v1" cannot be handled as a Deployment: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$' (${field}.resources.limits.${resource})`,
        );
    }
    const requests = isObject(resources.requests) ? resources.requests : {};
    for (const [resource, amount] of Object.entries(requests)) {
      const limit = limits[resource];
      if (limit !== undefined && (amountOf(amount) ?? 0) > (amountOf(limit) ?? 0))
        return invalid(
          name,
          `${field}.resources.requests`,
          amount,
          `must be less than or equal to ${resource} limit of ${limit}`,
        );
    }
  }
  return replicasProblem(name, spec.replicas ?? 1);
}

function replicasProblem(name: string, replicas: Json): Refusal | undefined {
  if (typeof replicas !== 'number' || !Number.isInteger(replicas))
    return badRequest(`cannot unmarshal ${typeof replicas} into Go struct field .spec.replicas of type int32`);
  return replicas < 0 ? invalid(name, 'spec.replicas', replicas, 'must be greater than or equal to 0') : undefined;
}
