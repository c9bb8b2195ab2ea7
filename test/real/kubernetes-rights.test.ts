// The account of deploy/kubernetes/rbac.yml on a real API server: enough for every check and action, and good for nothing else.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Acgs2Cluster,
  bus,
  made,
  manifests,
  namespace,
  pathOf,
  startAcgs2Cluster,
} from '../support/acgs2-cluster.ts';
import { type ApiCall, whyNoKubernetes } from '../support/real-kubernetes.ts';

const missing = whyNoKubernetes();
const other = 'acgs2-constitutional';
const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
/** Verbs that no request has: rights to give rights, or to be somebody else. */
const powers = ['bind', 'escalate', 'impersonate', 'use', '*'];

/** One right as `verb group/resource`. */
const spell = (verb: string, group: string, resource: string) => `${verb} ${group === '' ? 'core' : group}/${resource}`;

/** What Kubernetes gives to everybody who has a token (cluster role system:basic-user): to ask what they may do. */
const everybody = [
  'create authorization.k8s.io/selfsubjectaccessreviews',
  'create authorization.k8s.io/selfsubjectrulesreviews',
];

describe.skipIf(missing !== undefined)(`The rights of the bot${missing === undefined ? '' : ` (${missing})`}`, () => {
  let cluster: Acgs2Cluster;
  let bot: ApiCall;
  beforeAll(async () => {
    cluster = await startAcgs2Cluster();
    bot = cluster.kubernetes.as(cluster.token);
  });
  afterAll(() => cluster?.stop());

  async function mayBot(verb: string, group: string, resource: string, at: { namespace?: string; name?: string }) {
    const [kind, subresource] = resource.split('/');
    const attributes = { verb, group, resource: kind, ...(subresource === undefined ? {} : { subresource }), ...at };
    const spec = { resourceAttributes: attributes };
    const review = await made(bot, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec });
    return review.status.allowed === true;
  }

  /** Every resource that this API server has, with its subresources, as [group, resource]. */
  async function resources(): Promise<readonly (readonly [group: string, resource: string])[]> {
    const groups: { versions: { groupVersion: string }[] }[] = (await cluster.admin('GET', '/apis')).body.groups;
    const versions = groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
    const lists = await Promise.all(
      ['/api/v1', ...versions.map((version) => `/apis/${version}`)].map((path) => cluster.admin('GET', path)),
    );
    const found = lists.flatMap(({ body }) =>
      (body.resources as { name: string }[]).map(({ name }) => {
        const [group = '', version] = (body.groupVersion as string).split('/');
        return [version === undefined ? '' : group, name] as const;
      }),
    );
    return [...new Map(found.map((one) => [one.join('/'), one])).values()];
  }

  /** The rules of the file, one right each. */
  async function granted(): Promise<readonly string[]> {
    const role = (await manifests()).find(({ body }) => body.kind === 'Role')?.body;
    const rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] = role.rules;
    return rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((one) => verbs.map((verb) => spell(verb, group, one)))),
    );
  }

  it('are enough for the check, and for each action from its preview to its undo', async () => {
    const { observation } = await cluster.systems.ask('kubernetes.deployment', { name: bus });
    expect(observation.unknown).toBeUndefined();
    for (const [kind, params] of [
      ['scale', { deployment: bus, replicas: 5, maximum: 5 }],
      ['set-resources', { deployment: bus, container: 'agent-bus', memory: '4Gi' }],
    ] as const) {
      const action = cluster.kind(kind, params);
      const shown = await action.shown();
      expect(shown.notes.join()).not.toContain('not known');
      expect(await action.perform(shown)).toMatchObject({ kind: 'succeeded' });
      expect((await action.look(shown)).kind).toBe('applied');
      await cluster.writeStatus({ observedGeneration: 99, replicas: 3, updatedReplicas: 1 });
      expect((await action.verify(shown)).kind).toBe('pending');
      const undo = cluster.kind(shown.undo?.kind ?? '', shown.undo?.params);
      expect(await undo.perform(await undo.shown())).toMatchObject({ kind: 'succeeded' });
    }
  });

  it('are those of the file and no others: every resource of the cluster, with every verb', async () => {
    const all = await resources();
    expect(all.length).toBeGreaterThan(80);
    const asked = all.flatMap(([group, one]) => [...verbs, ...powers].map((verb) => [verb, group, one] as const));
    const allowed: string[] = [];
    await Promise.all(
      asked.map(async ([verb, group, one]) => {
        // With the name of the deployment that the file names, which can only allow more.
        if (await mayBot(verb, group, one, { namespace, name: bus })) allowed.push(spell(verb, group, one));
      }),
    );
    expect(allowed.sort()).toEqual([...(await granted()), ...everybody].sort());
  });

  it.each(['update deployments/scale', 'patch deployments'])('%s: of the named deployment only', async (right) => {
    const [verb = '', resource = ''] = right.split(' ');
    expect(await mayBot(verb, 'apps', resource, { namespace, name: bus })).toBe(true);
    expect(await mayBot(verb, 'apps', resource, { namespace, name: other })).toBe(false);
    expect(await mayBot(verb, 'apps', resource, { namespace })).toBe(false);
  });

  it.each(['default', 'kube-system'])('in the namespace %s it has those of everybody', async (elsewhere) => {
    await made(cluster.admin, `/api/v1/namespaces/${elsewhere}/serviceaccounts`, { metadata: { name: 'nobody' } });
    const path = `/api/v1/namespaces/${elsewhere}/serviceaccounts/nobody/token`;
    const { token } = (await made(cluster.admin, path, { spec: {} })).status;
    const rules = async (as: ApiCall) => {
      const answer = await made(as, '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
        spec: { namespace: elsewhere },
      });
      // Their order is that of the server's memory.
      return [...answer.status.resourceRules, ...answer.status.nonResourceRules]
        .map((rule) => JSON.stringify(rule))
        .sort();
    };
    expect(await rules(bot)).toEqual(await rules(cluster.kubernetes.as(token)));
    for (const right of await granted()) {
      const [verb = '', path = ''] = right.split(' ');
      const [group = '', ...resource] = path.split('/');
      const at = { namespace: elsewhere, name: bus };
      expect(await mayBot(verb, group === 'core' ? '' : group, resource.join('/'), at), right).toBe(false);
    }
  });

  const core = `/api/v1/namespaces/${namespace}`;
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const merge = { 'content-type': 'application/merge-patch+json' };
  const everything = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
  const refused: readonly (readonly [string, ...Parameters<ApiCall>])[] = [
    ['reading secrets', 'GET', `${core}/secrets`],
    ['reading configuration', 'GET', `${core}/configmaps`],
    ['reading the log of a pod', 'GET', `${core}/pods/a/log`],
    ['a shell in a pod', 'POST', `${core}/pods/a/exec?command=sh`],
    ['a tunnel into a pod', 'POST', `${core}/pods/a/portforward`],
    ['making a pod', 'POST', `${core}/pods`, { metadata: { name: 'a' }, spec: { containers: [] } }],
    ['deleting a pod', 'DELETE', `${core}/pods/a`],
    ['evicting a pod', 'POST', `${core}/pods/a/eviction`, { metadata: { name: 'a' } }],
    ['deleting the deployment', 'DELETE', pathOf(bus)],
    ['deleting all deployments', 'DELETE', pathOf('').replace(/\/$/, '')],
    ['listing deployments', 'GET', pathOf('').replace(/\/$/, '')],
    ['replacing the deployment', 'PUT', pathOf(bus), {}],
    ['patching another deployment', 'PATCH', pathOf(other), { spec: { paused: true } }, merge],
    ['scaling another deployment', 'PUT', `${pathOf(other)}/scale`, { spec: { replicas: 0 } }],
    ['patching the scale', 'PATCH', `${pathOf(bus)}/scale`, { spec: { replicas: 0 } }, merge],
    ['writing a status', 'PATCH', `${pathOf(bus)}/status`, { status: { readyReplicas: 9 } }, merge],
    ['the same deployment elsewhere', 'GET', pathOf(bus).replace(namespace, 'default')],
    ['nodes', 'GET', '/api/v1/nodes'],
    ['namespaces', 'GET', '/api/v1/namespaces'],
    ['giving itself more rights', 'PATCH', `${roles}/roles/acgs-chatops`, everything, merge],
    ['making a role', 'POST', `${roles}/roles`, { metadata: { name: 'more' }, ...everything }],
    [
      'binding itself to a role',
      ...(['POST', `${roles}/rolebindings`] as const),
      { metadata: { name: 'more' }, roleRef: { apiGroup: '', kind: 'ClusterRole', name: 'cluster-admin' } },
    ],
    ['a token of its own making', 'POST', `${core}/serviceaccounts/acgs-chatops/token`, { spec: {} }],
    ['being somebody else', 'GET', pathOf(bus), undefined, { 'impersonate-user': 'admin' }],
  ];

  it('are asked at the door, too: what they do not name is answered 403 and changes nothing', async () => {
    const before = (await cluster.deployment()).metadata.resourceVersion;
    for (const [what, ...call] of refused) expect((await bot(...call)).code, what).toBe(403);
    expect((await cluster.deployment()).metadata.resourceVersion).toBe(before);
  });

  it('hold what the file says of them: whoever may patch a deployment may run any image in it', async () => {
    const image = { spec: { template: { spec: { containers: [{ name: 'agent-bus', image: 'other' }] } } } };
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    expect((await bot('PATCH', `${pathOf(bus)}?dryRun=All`, image, headers)).code).toBe(200);
  });
});
