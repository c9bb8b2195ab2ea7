// Alerts and incidents: what joins, what opens, what is only noted, and why the end of an alert is no recovery.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert, AlertRule } from '../../../src/core/alert.ts';
import { timelineOf } from '../../../src/core/timeline.ts';
import type { Given } from '../../../src/response/given.ts';
import { receiveAlerts } from '../../../src/response/receive-alerts.ts';
import { watchRecovery } from '../../../src/response/watch-recovery.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

let bench: Bench;
let deliveries = 0;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.store.close());

function given(opens: AlertRule['opens']): Given {
  const { library } = bench.given;
  const procedures = library.procedures.map((procedure) => ({
    ...procedure,
    alerts: [{ alert: 'CriticalP99Latency', labels: {}, opens }],
  }));
  return { ...bench.given, library: { ...library, procedures } };
}

function alert(changes: Partial<Alert> = {}): Alert {
  return {
    fingerprint: 'f1',
    name: 'CriticalP99Latency',
    status: 'firing',
    labels: { alertname: 'CriticalP99Latency', service: 'agent-bus', severity: 'critical' },
    summary: 'P99 is above 5 ms',
    startsAt: bench.now - 60_000,
    ...changes,
  };
}

async function receive(world: Given, ...alerts: readonly Alert[]) {
  deliveries += 1;
  const key = `alerts:${deliveries}`;
  await bench.store.inbox.take({ key, kind: 'alert', payload: alerts, receivedAt: bench.now });
  return receiveAlerts(world, alerts, key);
}

const typesOf = async (stream: string) => (await bench.store.events(stream)).map(({ event }) => event.type);

describe('a rule that opens', () => {
  test('opens one incident, declared by Alertmanager, with the calls and checks of any other', async () => {
    expect(await receive(given('yes'), alert())).toEqual({ opened: 1 });
    const incident = await bench.store.incident('INC-1');
    expect(incident).toMatchObject({
      status: 'open',
      runbook: 'latency',
      declaredBy: { kind: 'system', name: 'Alertmanager' },
      alerts: { f1: { status: 'firing' } },
    });
    expect(await bench.answers()).toEqual(expect.arrayContaining(['open-room', 'post-card', 'announce', 'call L1 L2']));
    expect((await bench.store.inbox.backlog()).waiting).toBe(0);
  });

  test('changes nothing when the same firing is told again, also after a person has closed the incident', async () => {
    const world = given('yes');
    await receive(world, alert());
    const before = await typesOf('INC-1');
    expect(await receive(world, alert())).toEqual({ repeated: 1 });
    expect(await typesOf('INC-1')).toEqual(before);
    await bench.desk.resolve('INC-1', { as: 'false-alarm', reason: 'a test of load' }, bench.asks('U0RITA'));
    expect(await receive(world, alert())).toEqual({ repeated: 1 });
    expect(await bench.store.countIncidents({})).toBe(1);
  });

  test('opens another one when the alert comes back later', async () => {
    const world = given('yes');
    await receive(world, alert());
    await bench.desk.resolve('INC-1', { as: 'resolved', reason: 'rolled back' }, bench.asks('U0RITA'));
    bench.now += 600_000;
    expect(await receive(world, alert({ startsAt: bench.now }))).toEqual({ opened: 1 });
    expect(await bench.store.incident('INC-2')).toMatchObject({ status: 'open' });
  });

  test('one incident for all alerts of its runbook, those of one delivery and those of later ones', async () => {
    const world = given('yes');
    const all = Array.from({ length: 5 }, (_, n) => alert({ fingerprint: `a${n}` }));
    expect(await receive(world, ...all)).toEqual({ opened: 1, joined: 4 });
    expect(await receive(world, alert({ fingerprint: 'b' }), ...all)).toEqual({ joined: 1, repeated: 5 });
    expect(await bench.store.countIncidents({})).toBe(1);
  });

  test('two deliveries at the same moment open one', async () => {
    const world = given('yes');
    const both = await Promise.all([receive(world, alert()), receive(world, alert({ fingerprint: 'f2' }))]);
    expect(both).toEqual(expect.arrayContaining([{ opened: 1 }, { joined: 1 }]));
    expect(await bench.store.countIncidents({})).toBe(1);
  });

  test('of a storm an incident keeps fifty alerts and says that there were more', async () => {
    const world = given('yes');
    const storm = Array.from({ length: 120 }, (_, n) => alert({ fingerprint: `s${n}` }));
    expect(await receive(world, ...storm)).toEqual({ opened: 1, joined: 49, cut: 70 });
    expect(await receive(world, ...storm)).toEqual({ repeated: 50, cut: 70 });
    const types = await typesOf('INC-1');
    expect(types.filter((type) => type === 'alert-received')).toHaveLength(50);
    expect(types.filter((type) => type === 'alerts-cut')).toHaveLength(1);
    await bench.desk.resolve('INC-1', { as: 'resolved', reason: 'the storm is over' }, bench.asks('U0RITA'));
    expect(await receive(world, ...storm)).toEqual({ repeated: 120 });
  });
});

describe('a rule in shadow', () => {
  test('opens nothing; the health post of the day names what it would have opened, once', async () => {
    const world = given('shadow');
    expect(await receive(world, alert(), alert({ fingerprint: 'f2' }))).toEqual({ shadow: 2 });
    expect(await receive(world, alert())).toEqual({ repeated: 1 });
    expect(await bench.store.countIncidents({})).toBe(0);
    expect(await bench.answers()).toEqual([]);
    bench.now += 3_600_000;
    await bench.desk.command('health', bench.asks('U0RITA'));
    const review = await theReview();
    expect(review?.alerts.wouldHaveOpened).toEqual([
      { runbook: 'latency', alert: 'CriticalP99Latency', at: bench.now - 3_600_000 },
    ]);
  });

  test('joins an incident that is open', async () => {
    await bench.desk.command('incident latency', bench.asks('U0RITA'));
    expect(await receive(given('shadow'), alert())).toEqual({ joined: 1 });
    const entries = timelineOf(await bench.store.events('INC-1'));
    expect(entries.find(({ text }) => text === 'alert fires')).toMatchObject({
      at: bench.now - 60_000,
      quote: 'CriticalP99Latency {service="agent-bus", severity="critical"} · P99 is above 5 ms',
    });
  });
});

describe('alerts that nobody answers', () => {
  test('are named in the health post, one line a name', async () => {
    const unknown = [alert({ name: 'HighDiskUsage' }), alert({ name: 'HighDiskUsage', fingerprint: 'f2' })];
    expect(await receive(given('yes'), ...unknown)).toEqual({ unmatched: 2 });
    expect(await typesOf('alerts-2026-11-23')).toEqual(['alert-unmatched']);
    await bench.desk.command('health', bench.asks('U0RITA'));
    expect((await theReview())?.alerts.unmatched).toEqual(['HighDiskUsage']);
  });

  test('that the package mutes are counted and leave no trace', async () => {
    const noise = alert({ name: 'ServiceDown', labels: { job: 'logstash' } });
    expect(await receive(bench.given, noise)).toEqual({ muted: 1 });
    expect(await receive(bench.given, alert({ name: 'ServiceDown', labels: { job: 'agent-bus' } }))).toEqual({
      unmatched: 1,
    });
  });

  test('do not fill the store: a day keeps two hundred', async () => {
    const names = Array.from({ length: 300 }, (_, n) => alert({ name: `Alert${n}`, fingerprint: `f${n}` }));
    expect(await receive(given('yes'), ...names)).toEqual({ unmatched: 300 });
    expect(await typesOf('alerts-2026-11-23')).toHaveLength(200);
  });
});

describe('the end of an alert', () => {
  test('is recorded and is no recovery: the incident stays open, and the thread says what the watch has seen', async () => {
    const world = given('yes');
    await receive(world, alert());
    await bench.answers();
    expect(await receive(world, alert({ status: 'resolved', endsAt: bench.now }))).toEqual({ ended: 1 });
    expect(await bench.store.incident('INC-1')).toMatchObject({
      status: 'open',
      alerts: { f1: { status: 'resolved' } },
    });
    expect((await bench.answers()).join('\n')).toMatch(
      /All alerts of INC-1 have ended · the watch has not seen a recovery/,
    );
    expect(await receive(world, alert({ status: 'resolved', endsAt: bench.now }))).toEqual({ late: 1 });
  });

  test('with its series gone it is a lost signal', async () => {
    const world = given('yes');
    await receive(world, alert());
    bench.values.set('p99', 9);
    await watchRecovery(world, 'INC-1');
    bench.values.set('p99', undefined);
    bench.now += 300_000;
    await watchRecovery(world, 'INC-1');
    await bench.answers();
    await receive(world, alert({ status: 'resolved', endsAt: bench.now }));
    const said = (await bench.answers()).join('\n');
    expect(said).toMatch(/All alerts of INC-1 have ended · SIGNAL LOST, so this is no recovery/);
    expect((await bench.store.incident('INC-1'))?.recovery?.state).toBe('signal-lost');
  });

  test('says nothing while another alert of the incident fires', async () => {
    const world = given('yes');
    await receive(world, alert(), alert({ fingerprint: 'f2' }));
    await bench.answers();
    await receive(world, alert({ status: 'resolved', endsAt: bench.now }));
    expect((await bench.answers()).join('\n')).not.toMatch(/have ended/);
  });

  test('of an incident that is not there is late, and so is a firing told after its end', async () => {
    const world = given('yes');
    expect(await receive(world, alert({ status: 'resolved', endsAt: bench.now }))).toEqual({ late: 1 });
    await receive(world, alert());
    await receive(world, alert({ status: 'resolved', endsAt: bench.now }));
    expect(await receive(world, alert())).toEqual({ repeated: 1 });
  });
});

async function theReview() {
  const started = await bench.store.outbox.claim(50);
  const review = started.flatMap(({ notice }) => (notice.kind === 'review' ? [notice.review] : []))[0];
  return review === undefined ? undefined : bench.desk.reviewView(review);
}
