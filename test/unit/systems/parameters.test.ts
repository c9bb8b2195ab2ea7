// What may be written in the config and in a runbook: all of the contract, and nothing else.

import { describe, expect, it } from 'vitest';
import { catalogOf } from '../../../src/systems/catalog.ts';
import { systemsConfig } from '../../../src/systems/index.ts';
import { testSystems } from '../../support/system-checks.ts';

const systems = testSystems({});
const catalog = catalogOf(
  ['prometheus', 'dashboard', 'redis', 'kubernetes', 'alertmanager', 'opa'].map(systems.system),
);

function problems(uses: string, params: unknown, use: 'check' | 'action' = 'check') {
  const [system = '', kind = ''] = uses.split('.');
  return catalog.problems(system, kind, use, params);
}

describe('config', () => {
  it.each([
    ['an unknown system', { promtheus: { url: 'http://x' } }],
    ['an unknown key', { prometheus: { url: 'http://x', token: 'x' } }],
    ['an address without a scheme', { dashboard: { url: 'localhost:8090' } }],
    ['a file as an address', { prometheus: { url: 'file:///etc/passwd' } }],
    ['HTTP for Redis', { redis: { url: 'http://localhost:6379' } }],
    ['an empty list of jobs', { prometheus: { url: 'http://x', jobs: [] } }],
    ['a namespace with capitals', { kubernetes: { namespace: 'ACGS' } }],
  ])('refuses %s', (_what, block) => {
    expect(systemsConfig.safeParse(block).success).toBe(false);
  });

  it('needs no system at all', () => {
    expect(systemsConfig.parse({})).toEqual({});
    expect(systems.system('redis').configured).toBe(false);
  });
});

describe('parameters of checks', () => {
  it('know neither a system nor a kind that is not there', () => {
    expect(problems('nagios.ping', {})).toBe('no-such-system');
    expect(problems('redis.flushdb', {})).toBe('no-such-kind');
    expect(problems('redis.flushdb', {}, 'action')).toEqual([]);
    expect(problems('redis.toString', {})).toBe('no-such-kind');
  });

  it.each([
    ['prometheus.latency', { metric: 'x_bucket' }, 'metric'],
    ['prometheus.latency', { metric: 'x', quantile: 99 }, 'quantile'],
    ['prometheus.latency', { metric: 'x{a="b"}' }, 'metric'],
    ['prometheus.latency', { metric: 'x', select: { 'a-b': 'c' } }, 'select.a-b'],
    ['prometheus.latency', { metric: 'x', chart: { range: '30d', step: '15s' } }, 'chart'],
    ['prometheus.share', { part: { metric: 'x' } }, 'of'],
    ['prometheus.share', { part: { metric: 'x' }, of: { metric: 'y' }, rest: { metric: 'z' } }, 'of'],
    ['prometheus.value', { promql: '', reduce: 'max', metric: 'x' }, 'promql'],
    ['prometheus.value', { promql: 'x', reduce: 'avg', metric: 'x' }, 'reduce'],
    ['prometheus.budget', { total: { metric: 'x' }, errors: { metric: 'x' }, objective: 100 }, 'objective'],
    ['redis.latency', { samples: 1 }, 'samples'],
    ['redis.slowlog', { count: 10, sinceMinutes: 0 }, 'sinceMinutes'],
    ['kubernetes.deployment', {}, 'name'],
  ])('of %s: %j is wrong at %s', (uses, params, path) => {
    expect(problems(uses, params)).toMatchObject([{ path, message: expect.stringMatching(/\S/) }]);
  });
});

describe('parameters of actions', () => {
  it.each([
    ['redis.maxmemory-policy', { policy: 'volatile-lru' }],
    ['redis.unlink-prefixes', { prefixes: ['policy:', 'opa:'] }],
    ['redis.flushdb', {}],
    ['kubernetes.scale', { deployment: 'acgs2-agent-bus', replicas: 5, maximum: 5 }],
    ['kubernetes.set-resources', { deployment: 'acgs2-agent-bus', container: 'agent-bus', cpu: '2', memory: '4Gi' }],
    ['kubernetes.set-resources', { deployment: 'acgs2-agent-bus', container: 'agent-bus', memory: 'none' }],
    ['alertmanager.silence', { matchers: { alertname: 'HighP99Latency', service: '=~acgs2.*' }, for: '2h' }],
  ])('of %s: %j is fine', (uses, params) => {
    expect(problems(uses, params, 'action')).toEqual([]);
  });

  it.each([
    ['redis.maxmemory-policy', { policy: 'forget-all' }, 'policy'],
    ['redis.unlink-prefixes', { prefixes: [] }, 'prefixes'],
    ['redis.unlink-prefixes', { prefixes: ['*'] }, 'prefixes.0'],
    ['redis.unlink-prefixes', { prefixes: [''] }, 'prefixes.0'],
    ['redis.flushdb', { db: 1 }, ''],
    ['kubernetes.scale', { deployment: 'a', replicas: 6, maximum: 5 }, 'replicas'],
    ['kubernetes.set-resources', { deployment: 'a', container: 'b' }, 'cpu'],
    ['kubernetes.set-resources', { deployment: 'a', container: 'b', cpu: 'lots' }, 'cpu'],
    ['kubernetes.set-resources', { deployment: 'a', container: 'b', memory: '4ki' }, 'memory'],
    ['kubernetes.set-resources', { deployment: 'a', container: 'b', memory: '-1' }, 'memory'],
    ['alertmanager.silence', { matchers: {}, for: '2h' }, 'matchers'],
    ['alertmanager.silence', { matchers: { a: 'b' }, for: 'ever' }, 'for'],
    ['alertmanager.silence', { matchers: { a: 'b' }, for: '25h' }, 'for'],
    ['alertmanager.silence', { matchers: { a: '=~.*' }, for: '2h' }, 'matchers'],
    ['alertmanager.silence', { matchers: { a: '=~(' }, for: '2h' }, 'matchers'],
  ])('of %s: %j is wrong at %j', (uses, params, path) => {
    expect(problems(uses, params, 'action')).toMatchObject([{ path }]);
  });
});
