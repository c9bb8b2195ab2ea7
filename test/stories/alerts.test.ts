// Alertmanager tells the bot: who may, what is refused and why, and that nothing which was answered with 200 is lost.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scrape } from '../support/exposition.ts';
import { allText, type Story, startStory, until } from '../support/story.ts';
import { type Trouble, troubled } from '../support/troubled-store.ts';
import { listening, tell, webhookBody, webhookToken } from '../support/webhook-alerts.ts';

describe('the webhook', () => {
  let story: Story;
  const trouble: Trouble = { mode: 'well' };
  beforeAll(async () => {
    story = await startStory({ configure: listening, around: (store) => troubled(store, trouble) });
  });
  afterAll(() => story.stop());

  const alerts = (outcome: string) =>
    scrape(story.url).then((figures) => figures.value('acgs_chatops_alerts_total', { outcome }));
  const unknown = (fingerprint: string) => webhookBody([{ name: 'HighDiskUsage', fingerprint }]);

  test.each([
    ['without a token', ''],
    ['with another token', 'another'],
    ['with the beginning of the token', webhookToken.slice(0, -1)],
  ])('refuses a call %s', async (_, token) => {
    const { status, body } = await tell(story.url, unknown('a1'), token);
    expect(status).toBe(401);
    expect(body).toContain('not the token that is configured');
    expect(body).not.toContain(webhookToken);
  });

  test.each([
    ['no JSON', '{"version": "4", ', /not JSON/],
    ['another version', { ...webhookBody([]), version: '3' }, /version/],
    ['an alert without a fingerprint', { version: '4', alerts: [{ status: 'firing', labels: {} }] }, /alerts\.0\./],
    [
      'a time that is none',
      JSON.stringify(webhookBody([{ name: 'A', fingerprint: 'a' }])).replace(/"startsAt":"[^"]+"/, '"startsAt":"soon"'),
      /alerts\.0\.startsAt/,
    ],
    [
      'a label that is no text',
      JSON.stringify(unknown('a1')).replace('"critical"', '5'),
      /alerts\.0\.labels\.severity/,
    ],
  ])('answers 400 and says why to %s', async (_, body, why) => {
    const answer = await tell(story.url, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(why);
  });

  test('takes no body of more than a megabyte', async () => {
    const endless = { ...unknown('a1'), padding: 'x'.repeat(1_100_000) };
    // The connection is closed in the middle of the body, which some clients report in the place of the answer.
    const status = await tell(story.url, endless).then(
      (answer) => answer.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect((await fetch(`${story.url}/healthz`)).status).toBe(200);
  });

  test('what no runbook answers is stored, answered with 200 and counted', async () => {
    expect(await tell(story.url, unknown('a1'))).toMatchObject({ status: 200 });
    await until('the count', async () => (await alerts('unmatched')) === 1);
    const figures = await scrape(story.url);
    expect(figures.value('acgs_chatops_deliveries_total', { kind: 'alert', outcome: 'taken' })).toBe(1);
    expect(figures.value('acgs_chatops_ack_duration_seconds_count', { kind: 'alert', transport: 'http' })).toBe(1);
    expect(await story.store.countIncidents({})).toBe(0);
  });

  test.each(['refuses', 'hangs'] as const)(
    'while the store %s it answers 503, so that Alertmanager repeats it',
    async (mode) => {
      trouble.mode = mode;
      const { status } = await tell(story.url, unknown('b1'));
      trouble.mode = 'well';
      expect(status).toBe(503);
      expect((await tell(story.url, unknown('b1'))).status).toBe(200);
    },
  );

  test('a critical alert opens the incident while Slack is down, and Slack shows it when it is back', async () => {
    story.slack.faults.down(true);
    const body = webhookBody([{ name: 'CriticalP99Latency', fingerprint: 'c1' }]);
    expect((await tell(story.url, body)).status).toBe(200);
    const incident = await until('the incident', () => story.store.incident('INC-1'));
    expect(incident).toMatchObject({ declaredBy: { kind: 'system', name: 'Alertmanager' }, status: 'open' });
    story.slack.faults.down(false);
    const card = await story.card();
    expect(allText(card)).toContain('declared by Alertmanager');
    await until('the people on call', () =>
      story.slack.calls('chat.postMessage').some(({ args }) => JSON.stringify(args).includes('S0ONCALL')),
    );
  });

  test('its repeat changes nothing, and its end does not end the incident', async () => {
    const startsAt = new Date((await story.store.incident('INC-1'))?.alerts?.c1?.startsAt ?? 0);
    const told = { name: 'CriticalP99Latency', fingerprint: 'c1', startsAt };
    await tell(story.url, webhookBody([told]));
    await until('the repeat', async () => ((await alerts('repeated')) ?? 0) > 0);
    await tell(story.url, webhookBody([{ ...told, status: 'resolved' }]));
    await until('the end', async () => (await alerts('ended')) === 1);
    expect(await story.store.incident('INC-1')).toMatchObject({ status: 'open' });
    await until('a line in the thread', async () => /have ended · the watch/.test(await story.threadText()));
    expect(await story.store.countIncidents({})).toBe(1);
    expect(await story.store.verify('INC-1')).toEqual({ ok: true });
  });

  test('what a dead process had stored and not done is done by this one', async () => {
    const alert = { fingerprint: 'd1', name: 'HighDiskUsage2', status: 'firing', labels: {}, startsAt: Date.now() };
    await story.store.inbox.take({
      key: 'alerts:of-the-dead',
      kind: 'alert',
      payload: [alert],
      receivedAt: Date.now(),
    });
    const before = (await alerts('unmatched')) ?? 0;
    await story.store.inbox.release(['alerts:of-the-dead']);
    await until('the count', async () => (await alerts('unmatched')) === before + 1);
  });

  test('hostile labels reach people as data, cut and masked', async () => {
    const labels = {
      service: `<!channel> *bold* ${'x'.repeat(5_000)}`,
      url: 'https://bot:hunter2@internal.example/',
      'odd"name': '```',
    };
    const body = webhookBody([{ name: 'CriticalP99Latency', fingerprint: 'e1', labels }]);
    expect((await tell(story.url, body)).status).toBe(200);
    const alert = await until('the alert', async () => (await story.store.incident('INC-1'))?.alerts?.e1);
    expect(alert.labels.service?.length).toBeLessThanOrEqual(200);
    expect(JSON.stringify(alert)).not.toContain('hunter2');
    expect(story.slack.findings).toEqual([]);
  });

  test('the health post names what no runbook answers', async () => {
    await story.slack.command('rita', '#incidents', 'health');
    await until('the line', () =>
      story.slack
        .messages('#incidents')
        .some((message) => /Alerts that no runbook answers: .*HighDiskUsage/.test(allText(message))),
    );
  });
});

describe('a bot without a token', () => {
  test('refuses every alert, and says so at its start', async () => {
    const story = await startStory({
      configure: (config) => ({
        ...config,
        systems: { ...config.systems, alertmanager: { url: 'http://127.0.0.1:9093' } },
      }),
    });
    try {
      expect(story.complaints.join('\n')).toContain('systems.alertmanager.webhookToken is not set');
      for (const token of ['', 'undefined', webhookToken]) {
        const { status, body } = await tell(story.url, webhookBody([]), token);
        expect(status).toBe(401);
        expect(body).toContain('webhookToken is not set');
      }
    } finally {
      await story.stop();
    }
  });
});
