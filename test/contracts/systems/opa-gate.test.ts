// The gate of actions against the pretend OPA and against everything that is not one: only a clear yes is a yes, and a no says which.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { GateQuestion } from '../../../src/core/action/gate.ts';
import type { Gate } from '../../../src/core/action/ports.ts';
import { type OpaFace, startOpaFace } from '../../../src/simulator/faces/opa.ts';
import type { Rule } from '../../../src/simulator/faces/opa-policies.ts';
import { createWorld, type World } from '../../../src/simulator/world/world.ts';
import { createSystems, systemsConfig } from '../../../src/systems/index.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { constitutionalHash } from '../../support/system-checks.ts';
import { type HttpFault, httpFaults, startPretendHttp } from './pretend-http.ts';

const decision = 'acgs/chatops/allow';
const question: GateQuestion = {
  moment: 'approval',
  incident: 'INC-1',
  action: 'flush-database',
  title: 'Flush',
  system: 'redis',
  kind: 'flushdb',
  params: { cache: ['policy:'] },
  target: 'redis prod:6379 db 0',
  risk: 'destructive',
  protectedPresent: true,
  undo: false,
  requestedBy: 'U0RITA',
  approvedBy: ['U0OMAR'],
};

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function gateAt(url: string, more: object = {}): Gate {
  const systems = createSystems(systemsConfig.parse({ opa: { url, decision, ...more } }), {
    ...givenToStore(),
    labels: { service: 'service', status: 'status' },
    constitutionalHash,
  });
  ending.push(systems.close);
  if (systems.gate === undefined) throw new Error('with a decision there is a gate');
  return systems.gate;
}

async function company(
  policies?: Readonly<Record<string, Rule>>,
  token?: string,
): Promise<{ readonly opa: OpaFace; readonly world: World; readonly gate: Gate }> {
  const world = createWorld({ historyDays: 0.01 });
  const opa = await startOpaFace({
    world,
    ...(policies === undefined ? {} : { policies }),
    ...(token === undefined ? {} : { token }),
  });
  ending.push(() => opa.stop());
  return { opa, world, gate: gateAt(opa.url, token === undefined ? {} : { bearerToken: token }) };
}

const answering = (result: unknown) => company({ [decision]: () => result }).then(({ gate }) => gate.allows(question));

it('is asked about the action with everything that a policy could want, once', async () => {
  const { opa, gate } = await company();
  expect(await gate.allows(question)).toEqual({ allowed: true, why: `OPA allows it (${decision})` });
  expect(opa.inputs).toEqual([{ path: decision, input: question }]);
});

it('a no of the policy carries its reasons', async () => {
  const { world, gate } = await company();
  world.inject('policy-forbids');
  expect(await gate.allows(question)).toEqual({
    allowed: false,
    why: `OPA refuses it (${decision}): the platform team has stopped all changes`,
  });
});

it.each<readonly [string, unknown, { allowed: boolean; why: RegExp }]>([
  ['true', true, { allowed: true, why: /^OPA allows it/ }],
  ['false', false, { allowed: false, why: /^OPA refuses it/ }],
  [
    'an object that allows',
    { allow: true, reason: 'office hours' },
    { allowed: true, why: /allows it .*: office hours$/ },
  ],
  [
    'an object that refuses for many reasons',
    { allow: false, reasons: ['a', 'b', 'c', 'd', 'e'] },
    { allowed: false, why: /: a; b; c; and 2 more$/ },
  ],
  [
    'nothing: the policy is not loaded',
    undefined,
    { allowed: false, why: /data\.acgs\.chatops\.allow is not defined there/ },
  ],
  ['null', null, { allowed: false, why: /neither true nor false/ }],
  ['the text "true"', 'true', { allowed: false, why: /neither true nor false/ }],
  ['the number 1', 1, { allowed: false, why: /neither true nor false/ }],
  ['a list', [true], { allowed: false, why: /neither true nor false/ }],
  ['an object whose allow is a text', { allow: 'true' }, { allowed: false, why: /neither true nor false/ }],
  ['an object without allow', { reasons: [] }, { allowed: false, why: /neither true nor false/ }],
])('%s', async (_, result, expected) => {
  const { allowed, why } = await answering(result);
  expect(allowed).toBe(expected.allowed);
  expect(why).toMatch(expected.why);
});

const said: Readonly<Record<HttpFault, RegExp>> = {
  hang: /no complete answer within 3/,
  trickle: /no complete answer within 3/,
  unauthorized: /answered 401/,
  forbidden: /answered 403/,
  'not-found': /answered 404/,
  'too-many': /answered 429/,
  'server-error': /answered 500/,
  html: /an HTML page/,
  'truncated-json': /not complete JSON/,
  'empty-body': /a form that is not its API/,
  huge: /more than 8 MB/,
  redirect: /a redirect/,
  cut: /connection was cut/,
};

it('an OPA that answers with anything else did not decide, which is a no that says so', {
  timeout: 30_000,
}, async () => {
  const answered = await Promise.all(
    httpFaults.map(async (fault) => {
      const server = await startPretendHttp();
      ending.push(() => server.stop());
      server.behave(fault);
      const decided = await gateAt(server.url, { bearerToken: 'planted-token-5f3a9c' }).allows(question);
      return { fault, ...decided, asked: server.requests.length };
    }),
  );
  for (const { fault, allowed, why, asked } of answered) {
    expect({ fault, allowed }).toEqual({ fault, allowed: false });
    expect(why).toMatch(/^OPA did not decide, which counts as a no: /);
    expect(why).toMatch(said[fault]);
    expect(why).not.toContain('planted-token');
    // The same question is not put twice: a person waits.
    expect({ fault, asked }).toEqual({ fault, asked: 1 });
  }
});

it('an OPA that is not there did not decide', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { allowed, why } = await gateAt(`http://127.0.0.1:${port}`).allows(question);
  expect(allowed).toBe(false);
  expect(why).toMatch(/the connection was refused/);
});

it('secrets and control characters of a reason reach nobody', async () => {
  const { why } = await answering({ allow: false, reason: `no\n\u202e password=hunter2-planted ${'x'.repeat(5_000)}` });
  expect(why).not.toMatch(/hunter2|\n|\u202e/);
  expect(why.length).toBeLessThan(300);
});

it('shows its token to an OPA that wants one, and only there', async () => {
  const { gate } = await company(undefined, 'planted-token-5f3a9c');
  expect((await gate.allows(question)).allowed).toBe(true);
  const { opa } = await company(undefined, 'another');
  const refused = await gateAt(opa.url, { bearerToken: 'planted-token-5f3a9c' }).allows(question);
  expect(refused).toMatchObject({
    allowed: false,
    why: expect.stringMatching(/answered 401: request rejected by administrative policy/),
  });
});

it('there is none without a decision in the configuration, and a path that is none is refused there', () => {
  const systems = createSystems(systemsConfig.parse({ opa: { url: 'http://127.0.0.1:8181' } }), {
    ...givenToStore(),
    labels: { service: 'service', status: 'status' },
    constitutionalHash,
  });
  ending.push(systems.close);
  expect(systems.gate).toBeUndefined();
  for (const path of ['../health', '/acgs/allow', 'acgs/allow?x', 'acgs//allow', 'acgs/allow#'])
    expect(systemsConfig.safeParse({ opa: { url: 'http://127.0.0.1:8181', decision: path } }).success).toBe(false);
});
