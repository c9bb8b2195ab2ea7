// Which path of the API server answers what.
import type { Deployment } from '../world/cluster.ts';
import { namespace } from '../world/company.ts';
import type { World } from '../world/world.ts';
import {
  autoscalerObject,
  deploymentObject,
  listOf,
  podObject,
  replicaSetObjects,
  scaleObject,
} from './kubernetes-objects.ts';
import { isObject } from './kubernetes-patch.ts';
import { selectorTest } from './kubernetes-selector.ts';
import {
  badRequest,
  forbidden,
  methodNotAllowed,
  notFound,
  pathNotFound,
  type Refusal,
  statusObject,
} from './kubernetes-status.ts';
import { patchDeployment, patchScale, replaceScale, type Written } from './kubernetes-writes.ts';

export interface KubernetesQuestion {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly contentType: string;
}

export interface KubernetesAnswer {
  readonly code: number;
  readonly body: unknown;
}

const user = 'system:serviceaccount:acgs2:chatops';
const version = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.2',
  gitCommit: '67a30c0adcf52bd3f56ff0893ce19966be12991f',
  gitTreeState: 'clean',
  goVersion: 'go1.23.6',
  compiler: 'gc',
  platform: 'linux/amd64',
};

const refuse = (refusal: Refusal): KubernetesAnswer => ({ code: refusal.code, body: statusObject(refusal) });
const give = (body: unknown, code = 200): KubernetesAnswer => ({ code, body });

interface Asked extends KubernetesQuestion {
  readonly group: string;
  /** With its subresource: 'deployments/scale'. */
  readonly resource: string;
  readonly name: string | undefined;
}

/** Answers any request of an authenticated caller; refusals are Status objects. */
export function createKubernetesRoutes(
  world: World,
  allows: (verb: string, resource: string) => boolean,
): (question: KubernetesQuestion) => KubernetesAnswer {
  const { cluster } = world;

  const resources: Readonly<Record<string, (asked: Asked) => KubernetesAnswer>> = {
    'apps/deployments': deployments,
    'apps/deployments/scale': scale,
    'apps/replicasets': (asked) =>
      list(
        asked,
        'ReplicaSet',
        'apps/v1',
        cluster.deployments().flatMap((one) => replicaSetObjects(one, cluster, world.now())),
      ),
    'autoscaling/horizontalpodautoscalers': (asked) =>
      list(asked, 'HorizontalPodAutoscaler', 'autoscaling/v2', [autoscalerObject(cluster, world.now())]),
    '/pods': (asked) =>
      list(
        asked,
        'Pod',
        'v1',
        cluster.pods().flatMap((pod) => {
          const owner = cluster.deployment(pod.deployment);
          return owner ? [podObject(pod, owner, world.now())] : [];
        }),
      ),
  };

  function list(
    asked: Asked,
    kind: string,
    apiVersion: string,
    all: readonly Record<string, unknown>[],
  ): KubernetesAnswer {
    if (asked.method !== 'GET') return refuse(methodNotAllowed);
    if (asked.name !== undefined) {
      const found = all.find((one) => metadataOf(one).name === asked.name);
      return found ? give(found) : refuse(notFound(asked.resource, asked.group, asked.name));
    }
    const fits = selectorTest(asked.url.searchParams.get('labelSelector') ?? '');
    const newest =
      cluster
        .deployments()
        .map((one) => one.resourceVersion)
        .sort()
        .at(-1) ?? '1';
    return give(
      listOf(
        kind,
        apiVersion,
        all.filter((one) => fits(metadataOf(one).labels ?? {})),
        newest,
      ),
    );
  }

  function deployments(asked: Asked): KubernetesAnswer {
    const show = (one: Deployment) => deploymentObject(one, cluster, world.now());
    if (asked.method === 'GET') return list(asked, 'Deployment', 'apps/v1', cluster.deployments().map(show));
    return change(asked, { PATCH: patchDeployment }, show);
  }

  function scale(asked: Asked): KubernetesAnswer {
    const show = (one: Deployment) => scaleObject(one, cluster);
    if (asked.method !== 'GET') return change(asked, { PUT: replaceScale, PATCH: patchScale }, show);
    const found = cluster.deployment(asked.name ?? '');
    return found ? give(show(found)) : refuse(notFound('deployments', 'apps', asked.name ?? ''));
  }

  function change(
    asked: Asked,
    ways: Readonly<Record<string, typeof patchDeployment>>,
    show: (deployment: Deployment) => unknown,
  ): KubernetesAnswer {
    const way = ways[asked.method];
    if (!way || asked.name === undefined) return refuse(methodNotAllowed);
    const deployment = cluster.deployment(asked.name);
    if (!deployment) return refuse(notFound('deployments', 'apps', asked.name));
    const dryRun = asked.url.searchParams.get('dryRun');
    if (dryRun !== null && dryRun !== 'All')
      return refuse(badRequest(`invalid dry run value "${dryRun}": supported values: "All"`));
    const { body, contentType } = asked;
    const outcome: Written = way({ cluster, deployment, body, contentType, dryRun: dryRun === 'All' });
    return outcome.kind === 'written' ? give(show(outcome.deployment)) : refuse(outcome.refusal);
  }

  function review(body: string): KubernetesAnswer {
    let asked: unknown;
    try {
      asked = JSON.parse(body);
    } catch {
      return refuse(badRequest('the object provided is unrecognized'));
    }
    const spec = isObject(asked) && isObject(asked.spec) ? asked.spec : {};
    const attributes = isObject(spec.resourceAttributes) ? spec.resourceAttributes : {};
    const resource = [attributes.resource, attributes.subresource]
      .filter((word) => typeof word === 'string' && word !== '')
      .join('/');
    const allowed = allows(String(attributes.verb ?? ''), resource);
    return give(
      {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec: { resourceAttributes: attributes },
        status: { allowed, ...(allowed ? { reason: 'RBAC: allowed by RoleBinding "chatops/acgs2"' } : {}) },
      },
      201,
    );
  }

  return (question) => {
    const { method, url } = question;
    if (url.pathname === '/version') return give(version);
    if (url.pathname === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' && method === 'POST')
      return review(question.body);
    const place =
      /^\/(?:api\/v1|apis\/(apps|autoscaling)\/v[12])\/namespaces\/([^/]+)\/([a-z]+)(?:\/([^/]+)(?:\/([a-z]+))?)?$/.exec(
        url.pathname,
      );
    if (!place) return refuse(pathNotFound);
    const [, group = '', space = '', kind = '', name, subresource] = place;
    const resource = subresource === undefined ? kind : `${kind}/${subresource}`;
    const route = resources[`${group}/${resource}`];
    if (!route) return refuse(pathNotFound);
    const verb =
      method === 'GET' ? (name === undefined ? 'list' : 'get') : method === 'PUT' ? 'update' : method.toLowerCase();
    if (!allows(verb, resource)) return refuse(forbidden(user, verb, resource, group, space));
    if (space === namespace) return route({ ...question, group, resource, name });
    if (name !== undefined) return refuse(notFound(kind, group, name));
    const here = route({ ...question, group, resource, name });
    return isObject(here.body) && here.code === 200 ? give({ ...here.body, items: [] }) : here;
  };
}

function metadataOf(object: Record<string, unknown>): {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
} {
  return object.metadata as { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
}
