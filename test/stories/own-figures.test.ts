// The bot's own figures: each moves for the right reason, and a scrape is answered whatever the store does.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Exposition, scrape } from '../support/exposition.ts';
import { type Story, startStory, until, untilIn } from '../support/story.ts';
import { type Trouble, troubled } from '../support/troubled-store.ts';

const noPromtool = spawnSync('promtool', ['--version']).error !== undefined;

describe('the figures of the bot', () => {
  let story: Story;
  const trouble: Trouble = { mode: 'well' };
  beforeAll(async () => {
    story = await startStory({ around: (store) => troubled(store, trouble) });
  });
  afterAll(() => story.stop());

  const figures = () => scrape(story.url);
  /** Waits until the scrape shows it. */
  const shown = (what: string, look: (now: Exposition) => boolean) =>
    until(what, async () => {
      const now = await figures();
      return look(now) && now;
    });

  test('say which version runs', async () => {
    const now = await figures();
    expect(now.value('acgs_chatops_build_info', { version: '0.1.0', node: process.versions.node })).toBe(1);
  });

  test('show the contact with Slack and the store, and that the bot found itself ready', async () => {
    const now = await shown(
      'a self-probe',
      (one) => (one.value('acgs_chatops_self_probe_last_success_timestamp_seconds') ?? 0) > 0,
    );
    const recent = Date.now() / 1_000 - 120;
    for (const peer of ['slack', 'store']) {
      expect(now.value('acgs_chatops_last_contact_timestamp_seconds', { peer })).toBeGreaterThan(recent);
    }
    expect(now.value('acgs_chatops_store_up')).toBe(1);
    expect(now.value('acgs_chatops_slack_connected')).toBe(1);
    expect(now.value('acgs_chatops_store_operation_duration_seconds_count', { operation: 'ping' })).toBeGreaterThan(0);
  });

  test('a command is one delivery and one acknowledgement; its repeat is a duplicate', async () => {
    const startedAt = performance.now();
    const before = await figures();
    const ofCommands = { kind: 'command', transport: 'http' };
    expect(before.value('acgs_chatops_deliveries_total', { kind: 'command' })).toBe(0);
    const delivery = await story.slack.command('rita', '#incidents', 'incident latency');
    await delivery.replay();
    const now = await shown(
      'both acknowledgements',
      (one) => (one.value('acgs_chatops_ack_duration_seconds_count', ofCommands) ?? 0) >= 2,
    );
    expect(now.value('acgs_chatops_deliveries_total', { kind: 'command', outcome: 'taken' })).toBe(1);
    expect(now.value('acgs_chatops_deliveries_total', { kind: 'command', outcome: 'duplicate' })).toBe(1);
    expect(now.value('acgs_chatops_ack_duration_seconds_count', ofCommands)).toBe(2);
    const seconds = now.value('acgs_chatops_ack_duration_seconds_sum', ofCommands) ?? 0;
    expect(seconds).toBeGreaterThan(0);
    // Of ms it would be a thousand times as much.
    expect(seconds).toBeLessThan((performance.now() - startedAt) / 1_000);
  });

  test('the incident is open, its jobs ran, and its watch turns', async () => {
    const startedAt = (await figures()).value('acgs_chatops_process_start_time_seconds') ?? 0;
    const now = await shown(
      'a turn of the watch',
      (one) =>
        (one.value('acgs_chatops_job_duration_seconds_count', { kind: 'watch-recovery', outcome: 'done' }) ?? 0) > 0 &&
        // A scrape that the store does not answer in time is without what only the store knows.
        one.value('acgs_chatops_incidents_open') !== undefined,
    );
    expect(now.value('acgs_chatops_incidents_open')).toBe(1);
    expect(now.value('acgs_chatops_incidents_watched')).toBe(1);
    expect(now.value('acgs_chatops_watch_last_turn_timestamp_seconds')).toBeGreaterThan(startedAt);
    await shown(
      'the checks',
      (one) => one.value('acgs_chatops_job_duration_seconds_count', { kind: 'run-checks' }) === 1,
    );
  });

  test('checks are counted by system, kind and verdict, unknown ones by reason', async () => {
    const now = await shown(
      'the breakers that nobody publishes',
      (one) =>
        (one.value('acgs_chatops_check_duration_seconds_count', { kind: 'breakers', verdict: 'unknown' }) ?? 0) > 0,
    );
    expect(now.labels('acgs_chatops_check_duration_seconds_count', 'system')).toContain('redis');
    expect(now.value('acgs_chatops_checks_unknown_total', { system: 'dashboard' })).toBeGreaterThan(0);
    // A reason that has not occurred is there with 0: a counter born at 1 would hide its first event.
    expect(now.value('acgs_chatops_checks_unknown_total', { system: 'redis', reason: 'truncated' })).toBe(0);
    expect(now.value('acgs_chatops_checks_unknown_total', { system: 'kubernetes', reason: 'malformed' })).toBe(0);
  });

  test('a system that goes away is counted as unreachable', async () => {
    story.world.inject('redis:down');
    await until('all checks', async () => (await story.store.incident('INC-1'))?.roundFinished === true);
    const card = await story.card();
    await untilIn(story.slack, card.channel);
    await story.slack.click('rita', card, 'acgs.acknowledge');
    await story.slack.command('rita', '#incidents', 'checks');
    await shown(
      'an unreachable Redis',
      (one) => (one.value('acgs_chatops_checks_unknown_total', { system: 'redis', reason: 'unreachable' }) ?? 0) > 0,
    );
    story.world.heal('redis:down');
    expect((await figures()).value('acgs_chatops_deliveries_total', { kind: 'click', outcome: 'taken' })).toBe(1);
  });

  test('calls of Slack are counted by method and outcome, and take from the allowance', async () => {
    const now = await shown('a spent allowance', (one) => {
      const free = one.value('acgs_chatops_slack_budget_free_ratio', { method: 'chat.postMessage' });
      return free !== undefined && free < 1;
    });
    const ofPosts = { method: 'chat.postMessage', outcome: 'ok' };
    expect(now.value('acgs_chatops_slack_call_duration_seconds_count', ofPosts)).toBeGreaterThan(0);
    expect(now.value('acgs_chatops_slack_budget_free_ratio', { method: 'views.open' })).toBe(1);
  });

  test('a rate limit is a pause of its method, and its allowance is gone', async () => {
    story.slack.faults.fail('conversations.setTopic', { kind: 'ratelimited', retryAfter: 7 });
    const method = 'conversations.setTopic';
    await story.slack.command('rita', '#incidents', 'resolve it is over');
    const now = await shown('a pause', (one) => one.value('acgs_chatops_slack_pauses_total', { method }) === 1);
    expect(now.value('acgs_chatops_slack_paused_seconds_total', { method })).toBe(7);
    expect(now.value('acgs_chatops_slack_budget_free_ratio', { method })).toBe(0);
    expect(now.value('acgs_chatops_slack_call_duration_seconds_count', { method, outcome: 'rate-limited' })).toBe(1);
    await shown('no open incident', (one) => one.value('acgs_chatops_incidents_open') === 0);
  });

  test('a notice that is given up is counted by its kind, and its row stays', async () => {
    expect((await figures()).value('acgs_chatops_notices_given_up_total', { notice: 'call' })).toBe(0);
    story.slack.faults.fail(
      'chat.postMessage',
      { kind: 'error', error: 'restricted_action' },
      Number.POSITIVE_INFINITY,
    );
    await story.slack.command('rita', '#incidents', 'incident latency');
    await shown(
      'a call that is given up',
      (one) => (one.value('acgs_chatops_notices_given_up_total', { notice: 'call' }) ?? 0) > 0,
    );
    story.slack.faults.clear();
    // In figures of its own: the first may have counted the rows a moment before the notice was given up.
    await shown('its row', (one) => (one.value('acgs_chatops_queue_failed', { queue: 'outbox' }) ?? 0) > 0);
  });

  test('jobs and rows that wait are counted with the age of the oldest', async () => {
    story.slack.faults.down(true);
    await story.slack.command('rita', '#incidents', 'health');
    const now = await shown(
      'an outbox that waits',
      (one) => (one.value('acgs_chatops_queue_oldest_age_seconds', { queue: 'outbox' }) ?? 0) > 1,
    );
    story.slack.faults.down(false);
    expect(now.value('acgs_chatops_queue_waiting', { queue: 'outbox' })).toBeGreaterThan(0);
    expect(now.value('acgs_chatops_queue_waiting', { queue: 'inbox' })).toBeGreaterThanOrEqual(0);
    expect(now.value('acgs_chatops_queue_waiting', { queue: 'jobs' })).toBeGreaterThanOrEqual(0);
    expect(now.value('acgs_chatops_queue_failed', { queue: 'jobs' })).toBe(0);
  });

  test('the delay of the event loop is there', async () => {
    await shown('a delay', (one) => (one.value('acgs_chatops_nodejs_eventloop_lag_max_seconds') ?? Number.NaN) >= 0);
  });

  test.skipIf(noPromtool)(
    `promtool finds nothing to complain about${noPromtool ? ' (needs promtool (npm run setup:servers))' : ''}`,
    async () => {
      const { text } = await figures();
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect(`${stdout}${stderr}`).toBe('');
      expect(status).toBe(0);
    },
  );

  test.each(['hangs', 'refuses'] as const)(
    'while the store %s a scrape tells what it knows, and that the store is away',
    async (mode) => {
      trouble.mode = mode;
      const begun = performance.now();
      const now = await figures();
      expect(performance.now() - begun).toBeLessThan(5_000);
      trouble.mode = 'well';
      expect(now.value('acgs_chatops_store_up')).toBe(0);
      // Old numbers would look like new ones.
      expect(now.value('acgs_chatops_queue_waiting')).toBeUndefined();
      expect(now.value('acgs_chatops_incidents_open')).toBeUndefined();
      expect(now.value('acgs_chatops_deliveries_total', { kind: 'command' })).toBeGreaterThan(0);
    },
  );

  test('when the store is back the next scrapes say so', async () => {
    const now = await shown('the store', (one) => one.value('acgs_chatops_store_up') === 1);
    expect(now.value('acgs_chatops_queue_waiting', { queue: 'inbox' })).toBeGreaterThanOrEqual(0);
  });

  test('what cannot be stored is counted, and told so', async () => {
    trouble.mode = 'refuses';
    const delivery = await story.slack.command('rita', '#incidents', 'status');
    trouble.mode = 'well';
    expect(JSON.stringify(delivery)).toContain('Not accepted');
    const now = await figures();
    expect(now.value('acgs_chatops_deliveries_total', { kind: 'command', outcome: 'unavailable' })).toBe(1);
    expect(
      now.value('acgs_chatops_store_operation_duration_seconds_count', { operation: 'take', outcome: 'failed' }),
    ).toBe(1);
  });
});
