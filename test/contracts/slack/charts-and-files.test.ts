// Pictures and files: a chart with its numbers in words, a report that is shared once, and what happens when either fails.

import { afterEach, expect, it } from 'vitest';
import type { Answer } from '../../../src/core/answer.ts';
import type { Chart } from '../../../src/core/chart.ts';
import type { PretendMessage } from '../../../src/simulator/slack/workspace.ts';
import { anIncident, nightMs } from '../../support/face-views.ts';
import { type SlackStage, type StageOptions, startSlackStage, until, wordsOf } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

const ref = { id: 'ev-1', digest: 'ab' };
const chart: Chart = {
  title: 'P99 passed 5 ms at 02:14, agent-bus',
  unit: 'ms',
  series: [
    {
      name: 'P99 <!channel>',
      unit: 'ms',
      points: [1, 3, 19].map((value, n) => [nightMs + n * 60_000, value] as const),
    },
  ],
  limits: [{ level: 'critical', breachedWhen: 'above', bound: 5, source: 'runbook' }],
  marks: [],
};

/** A declared incident with a chart and a report on record; returns what stands in the card's thread afterwards. */
async function begin(options: StageOptions = {}): Promise<{ room: string; thread: () => readonly PretendMessage[] }> {
  stage = await startSlackStage(options);
  stage.desk.charts.set(ref.id, chart);
  stage.desk.reports.set(ref.id, '# Report\n\nIt was slow.');
  await stage.desk.declare(anIncident());
  await stage.quiet();
  const room = await until('the channel', () => stage.room());
  const card = stage.slack.messages(room).find((one) => one.subtype === undefined)?.ts ?? '';
  return { room, thread: () => stage.slack.thread(room, card).slice(1) };
}

const postChart = () => stage.desk.send({ kind: 'chart', incident: 'INC-42', chart: ref });
const postReport = () => stage.desk.send({ kind: 'report', incident: 'INC-42', report: ref });

it('a chart goes into the thread as a picture whose text says the same numbers, once the file is visible', async () => {
  const { thread } = await begin({ slack: { fileProcessingMs: 700 } });
  await postChart();
  await stage.quiet();
  const [message, ...others] = thread();
  expect(others).toEqual([]);
  const image = message?.blocks?.find((block) => block.type === 'image');
  expect(image?.alt_text).toMatch(/19\.?0? ms/);
  expect(message?.text).toMatch(/^P99 passed 5 ms at 02:14, agent-bus/);
  expect(message?.text).not.toContain('<!channel>');
  expect(stage.slack.files()).toHaveLength(1);
  expect(
    Buffer.from(stage.slack.fileBytes(stage.slack.files()[0]?.id ?? ''))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(stage.slack.findings).toEqual([]);
});

it('an upload never carries the bot token to the upload server', async () => {
  const seen: (string | undefined)[] = [];
  await begin();
  stage.slack.mount(() => false);
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    if (url.includes('/upload/')) seen.push(JSON.stringify(init?.headers));
    return original(input, init);
  };
  try {
    await postChart();
    await stage.quiet();
  } finally {
    globalThis.fetch = original;
  }
  expect(seen).toHaveLength(1);
  expect(seen[0]).not.toContain(stage.slack.botToken);
});

it('a chart that cannot be drawn is told in words and small bars', async () => {
  const { thread } = await begin({ draw: async () => Promise.reject(new Error('renderer is down')) });
  await postChart();
  await stage.quiet();
  expect(thread()).toHaveLength(1);
  expect(wordsOf(thread()[0])).toContain('rich_text_preformatted');
  expect(thread()[0]?.text).toContain('19');
  expect(stage.slack.files()).toEqual([]);
});

it('a chart whose post is doubtful uploads no second picture and posts no second message', async () => {
  const { thread } = await begin();
  stage.slack.faults.fail('chat.postMessage', { kind: 'reset', applied: true });
  await postChart();
  await stage.quiet();
  expect(thread()).toHaveLength(1);
  expect(stage.slack.files()).toHaveLength(1);
});

it('a workspace that takes no files gets the chart in words', async () => {
  const { thread } = await begin();
  stage.slack.faults.fail('files.getUploadURLExternal', { kind: 'error', error: 'file_uploads_disabled' });
  await postChart();
  await stage.quiet();
  expect(thread()[0]?.text).toContain('P99 passed 5 ms');
});

it('the report is a Markdown file in the channel, shared once although the answer to the share got lost', async () => {
  const { room } = await begin();
  stage.slack.faults.fail('files.completeUploadExternal', { kind: 'reset', applied: true });
  await postReport();
  await stage.quiet();
  const shared = stage.slack.messages(room).filter((one) => one.files.length > 0);
  expect(shared).toHaveLength(1);
  expect(shared[0]?.text).toContain('Report draft of INC-42');
  expect(new TextDecoder().decode(stage.slack.fileBytes(shared[0]?.files[0] ?? ''))).toBe('# Report\n\nIt was slow.');
});

it('the report is shared when the first share never arrived', async () => {
  const { room } = await begin();
  stage.slack.faults.fail('files.completeUploadExternal', { kind: 'reset', applied: false });
  await postReport();
  await stage.quiet();
  expect(stage.slack.messages(room).filter((one) => one.files.length > 0)).toHaveLength(1);
});

/** An incident with one check of that many rows. */
function withRows(many: number) {
  const view = anIncident();
  const [check] = view.checks;
  if (check?.observation === undefined) throw new Error('the incident of tests has an answered check');
  const rows = Array.from({ length: many }, (_, n) => ({
    label: `pod-${n} <!channel> ${'x'.repeat(300)}`,
    verdict: 'ok' as const,
    note: `note ${n} ${'n'.repeat(300)}`,
  }));
  return { ...view, checks: [{ ...check, observation: { ...check.observation, rows } }] };
}

const evidence = { kind: 'evidence', incident: 'INC-42', round: 1 } as const;

it('F27: evidence that is too long is cut with a count, and the whole of it is a file in the thread, shared once', async () => {
  const { thread } = await begin();
  stage.desk.incidents.set('INC-42', withRows(60));
  // The answer to the share gets lost, so it is looked for.
  stage.slack.faults.fail('files.completeUploadExternal', { kind: 'error', error: 'fatal_error', applied: true });
  await stage.desk.send(evidence);
  await stage.quiet();
  const messages = thread();
  const [first] = messages;
  expect(wordsOf(first)).toContain('and 54 more rows');
  expect(wordsOf(first)).toMatch(/… \(\+\d+ characters\)/);
  for (const message of messages) {
    expect(message.blocks?.length ?? 0).toBeLessThanOrEqual(50);
    expect(message.text.length).toBeLessThanOrEqual(4_000);
  }
  expect(stage.slack.files().map((file) => file.name)).toEqual(['inc-42-evidence-1.md']);
  const [file] = stage.slack.files();
  const text = Buffer.from(stage.slack.fileBytes(file?.id ?? '')).toString('utf8');
  for (const n of [0, 30, 59]) {
    expect(text).toContain(`pod-${n} &lt;!channel> ${'x'.repeat(300)}`);
    expect(text).toContain(`note ${n} ${'n'.repeat(300)}`);
  }
  expect(messages.filter((message) => message.files.length > 0)).toHaveLength(1);
  expect(stage.slack.findings).toEqual([]);
});

/** A list that is longer than a message shows. */
const manyIncidents: Extract<Answer, { kind: 'incident-list' }> = {
  kind: 'incident-list',
  incidents: Array.from({ length: 40 }, (_, n) => ({
    id: `INC-${n + 1}`,
    title: `High latency <!channel> ${n + 1}`,
    scope: 'agent-bus',
    status: 'open',
    verdict: 'critical',
    headline: 'P99 19 ms > 5 ms',
    declaredAt: nightMs,
  })),
  total: 43,
};

it('F27: an answer to one person that is too long is cut with a count, and the whole of it is a file in their direct message', async () => {
  stage = await startSlackStage();
  stage.desk.answers = () => manyIncidents;
  // The upload has to wait, then the answer to the share gets lost, so it is looked for.
  stage.slack.faults.fail('files.getUploadURLExternal', { kind: 'ratelimited', retryAfter: 1 });
  stage.slack.faults.fail('files.completeUploadExternal', { kind: 'error', error: 'fatal_error', applied: true });
  await stage.slack.command('rita', '#incidents', 'incident list');
  await until('the file', () => stage.slack.files()[0]);
  await stage.quiet();
  expect(stage.slack.ephemerals('rita')).toHaveLength(1);
  const [given] = stage.slack.ephemerals('rita');
  expect(wordsOf(given)).toContain('and 28 more');
  expect(wordsOf(given)).toContain('The whole of it comes as a file in a direct message.');
  expect(stage.slack.files().map((file) => file.name)).toEqual(['answer.txt']);
  const whole = Buffer.from(stage.slack.fileBytes(stage.slack.files()[0]?.id ?? '')).toString('utf8');
  for (const n of [1, 20, 40]) expect(whole).toContain(`INC-${n} High latency <!channel> ${n} · P99 19 ms > 5 ms`);
  expect(whole).toContain('and 3 older ones');
  const direct = stage.slack.messages(stage.slack.openDirectMessage('rita'));
  expect(direct.filter((message) => message.files.length > 0)).toHaveLength(1);
  expect(direct.filter((message) => message.text.includes('longer than Slack shows'))).toHaveLength(1);
  expect(stage.slack.messages('#incidents').filter((message) => message.files.length > 0)).toEqual([]);
  expect(stage.slack.findings).toEqual([]);
});

it('F27: an answer of one long text is cut, too; one that fits comes alone, and a Slack that takes no file leaves the cut one', async () => {
  stage = await startSlackStage();
  const long = `${'x'.repeat(5_000)} the end`;
  stage.desk.answers = () => ({ kind: 'text', text: long });
  await stage.slack.command('rita', '#incidents', 'help');
  const file = await until('the file', () => stage.slack.files()[0]);
  expect(Buffer.from(stage.slack.fileBytes(file.id)).toString('utf8')).toBe(long);

  stage.desk.answers = () => ({ ...manyIncidents, incidents: manyIncidents.incidents.slice(0, 3), total: 3 });
  await stage.slack.command('lena', '#incidents', 'help');
  await until('the answer', () => stage.slack.ephemerals('lena')[0]);
  await stage.quiet();
  expect(wordsOf(stage.slack.ephemerals('lena')[0])).not.toContain('direct message');
  expect(stage.slack.messages(stage.slack.openDirectMessage('lena'))).toEqual([]);

  stage.slack.faults.fail('files.getUploadURLExternal', { kind: 'error', error: 'missing_scope' });
  stage.desk.answers = () => manyIncidents;
  await stage.slack.command('omar', '#incidents', 'help');
  await until('the answer', () => stage.slack.ephemerals('omar')[0]);
  await stage.quiet();
  expect(stage.slack.files()).toHaveLength(1);
  expect(stage.slack.messages(stage.slack.openDirectMessage('omar')).map((message) => message.text)).toEqual([
    expect.stringMatching(/longer than Slack shows there\. Slack took no file with the whole of it: .+/),
  ]);
  expect((await stage.store.outbox.backlog()).failed).toBe(0);
});

it('F27: evidence that fits needs no file, and a Slack that takes none gets the cut one', async () => {
  const { thread } = await begin();
  stage.desk.incidents.set('INC-42', { ...withRows(2), checks: anIncident().checks.slice(0, 1) });
  await stage.desk.send(evidence);
  await stage.quiet();
  expect(stage.slack.files()).toEqual([]);
  stage.slack.faults.fail('files.getUploadURLExternal', { kind: 'error', error: 'missing_scope' });
  stage.desk.incidents.set('INC-42', withRows(60));
  await stage.desk.send({ ...evidence, round: 2 });
  await stage.quiet();
  expect(thread().map((message) => message.text.split(':')[0])).toEqual([
    'Evidence of INC-42, round 1',
    'Evidence of INC-42, round 2',
  ]);
  expect((await stage.store.outbox.backlog()).failed).toBe(0);
});
