// What the store promises about actions: a claim is moved once, a target has one action in flight, and a silent claim is found.

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { ActionEvent } from '../../../src/core/action/event.ts';
import { person, theBot } from '../../../src/core/actor.ts';
import { StaleStream, type Store, TargetBusy } from '../../../src/core/ports.ts';
import { declare, onEveryEngine } from './engines.ts';

const shown = {
  target: 'redis prod:6379 db 0',
  typed: 'FLUSHDB prod/0',
  call: 'FLUSHDB ASYNC',
  summary: 'deletes keys',
  risk: 'risky',
  protectedPresent: false,
  facts: [],
} as const;

let made = 0;

async function append(store: Store, incident: string, ...events: readonly ActionEvent[]): Promise<void> {
  await store.transact(async (tx) => {
    const before = await tx.incident(incident);
    const at = Date.parse('2026-11-23T02:20:00Z');
    await tx.append(
      incident,
      before?.seq ?? 0,
      events.map((event) => ({ at, actor: event.type === 'action-claimed' ? theBot : person('U0RITA'), event })),
    );
  });
}

/** An action that is approved and may be claimed. */
async function approved(store: Store, incident: string, target: string = shown.target): Promise<string> {
  made += 1;
  const action = `action-${made}`;
  const about = { definition: 'flush', title: 'Flush', step: '8', system: 'redis', kind: 'flushdb', params: {} };
  const body = new TextEncoder().encode('{}');
  const evidence = await store.transact((tx) => tx.keep({ kind: 'preview', mediaType: 'application/json', body }));
  await append(
    store,
    incident,
    { type: 'action-proposed', action, risk: 'risky', ...about },
    { type: 'action-previewed', action, shown: { ...shown, target }, evidence },
    { type: 'action-requested', action, breakGlass: false, runBy: Date.now() + 60_000 },
  );
  return action;
}

const claim = (store: Store, incident: string, action: string) =>
  append(store, incident, { type: 'action-claimed', action, owner: 'me', facts: [] });
const finish = (store: Store, incident: string, action: string, outcome: 'succeeded' | 'unknown') =>
  append(store, incident, { type: 'action-finished', action, outcome, summary: 's' });

onEveryEngine('actions', (bench) => {
  it('are known by their incident, and a claim is counted on its target', async () => {
    const { store } = bench();
    const incident = await declare(store);
    const action = await approved(store, incident, 'target A');
    expect(await store.incidentOfAction(action)).toBe(incident);
    expect(await store.incidentOfAction('nothing')).toBeUndefined();
    await claim(store, incident, action);
    expect(await store.claimsOn('target A', 0)).toBe(1);
    expect(await store.claimsOn('target A', Date.now())).toBe(0);
    await finish(store, incident, action, 'succeeded');
  });

  it('F05: move to running once, however many claim at the same moment', async () => {
    const { store } = bench();
    const incident = await declare(store);
    const action = await approved(store, incident, 'target B');
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => claimOnce(store, incident, action)));
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(StaleStream);
    const claims = (await store.events(incident)).filter(({ event }) => event.type === 'action-claimed');
    expect(claims).toHaveLength(1);
    await finish(store, incident, action, 'succeeded');
  });

  it('have one in flight on a target over all incidents, also while an outcome is unknown', async () => {
    const { store } = bench();
    const [one, two] = [await declare(store), await declare(store)];
    const [first, second] = [await approved(store, one, 'target C'), await approved(store, two, 'target C')];
    await claim(store, one, first);
    await expect(claim(store, two, second)).rejects.toBeInstanceOf(TargetBusy);
    await finish(store, one, first, 'unknown');
    await expect(claim(store, two, second)).rejects.toBeInstanceOf(TargetBusy);
    await append(store, one, { type: 'action-settled', action: first, as: 'failed', how: 'looked', summary: 's' });
    await claim(store, two, second);
    expect(await store.verify(two)).toEqual({ ok: true });
    await finish(store, two, second, 'succeeded');
  });

  it('are found when nobody speaks for them any more, and not while somebody does', async () => {
    const { store, engine } = bench();
    const incident = await declare(store);
    const action = await approved(store, incident, 'target D');
    await claim(store, incident, action);
    expect(await store.claims.left()).toEqual([]);
    await sql`update action set lease_until = now() - interval '1 second' where id = ${action}`.execute(engine.db);
    expect(await store.claims.left()).toMatchObject([{ id: action, incident, state: 'running' }]);
    await store.claims.renew(action);
    expect(await store.claims.left()).toEqual([]);
    await finish(store, incident, action, 'succeeded');
    await store.claims.renew(action);
    expect(await store.claims.left()).toEqual([]);
  });
});

/** Claims after the sequence number that all of them have read, so that only one can be right. */
async function claimOnce(store: Store, incident: string, action: string): Promise<void> {
  const read = await store.incident(incident);
  const event: ActionEvent = { type: 'action-claimed', action, owner: 'me', facts: [] };
  await store.transact(async (tx) => {
    const now = await tx.incident(incident);
    // What the pipeline decides on: an action that is no longer approved is not claimed again.
    if (now?.actions[action]?.state !== 'approved') throw new StaleStream('claimed meanwhile');
    await tx.append(incident, now.seq, [{ at: read?.declaredAt ?? 0, actor: theBot, event }]);
  });
}
