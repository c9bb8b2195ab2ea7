// Pictures and files: a chart with its numbers in words, a report that is shared once, and what happens when either fails.

import { afterEach, expect, it } from 'vitest';
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
