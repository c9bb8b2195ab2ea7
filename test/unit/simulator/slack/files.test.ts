// Uploads and canvases of the pretend workspace: tickets, byte counts, sharing, images in blocks; with the real SDK too.
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import type { PretendSlack } from '../../../../src/simulator/slack/workspace.ts';
import { at, call, details, quiet, startWorkspace } from './fixture.ts';

const channel = 'C0INCIDENTS';
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

async function upload(slack: PretendSlack, filename = 'p99.png', bytes = png): Promise<string> {
  const ticket = await call(slack, 'files.getUploadURLExternal', { filename, length: bytes.length });
  const sent = await fetch(String(ticket.upload_url), { method: 'POST', body: bytes });
  expect([sent.status, await sent.text()]).toEqual([200, `OK - ${bytes.length}`]);
  return String(ticket.file_id);
}

const complete = (slack: PretendSlack, id: string, args: object = {}) =>
  call(slack, 'files.completeUploadExternal', { files: [{ id, title: 'P99' }], ...args });

describe('an upload', () => {
  it('is shared in a thread of a channel with its comment', async () => {
    const slack = await startWorkspace();
    const parent = await call(slack, 'chat.postMessage', { channel, text: 'card', ...quiet });
    const id = await upload(slack);
    const args = { channel_id: channel, thread_ts: parent.ts, initial_comment: 'P99 passed 5 ms' };
    expect(await complete(slack, id, args)).toMatchObject({ ok: true, files: [{ id, title: 'P99' }] });
    expect(slack.thread('incidents', String(parent.ts))[1]).toMatchObject({ text: 'P99 passed 5 ms', files: [id] });
    expect(slack.fileBytes(id)).toEqual(Buffer.from(png));
    const info = await call(slack, 'files.info', { file: id });
    expect(info.file).toMatchObject({ mimetype: 'image/png', size: 7, shares: { public: { [channel]: [{}] } } });
    const url = String(at(info, 'file', 'url_private'));
    expect((await fetch(url)).status).toBe(403);
    const headers = { authorization: `Bearer ${slack.botToken}` };
    expect(new Uint8Array(await (await fetch(url, { headers })).arrayBuffer())).toEqual(png);
  });

  it('takes exactly the bytes announced, once', async () => {
    const slack = await startWorkspace();
    const ticket = await call(slack, 'files.getUploadURLExternal', { filename: 'a.txt', length: 3 });
    const send = (body: string) => fetch(String(ticket.upload_url), { method: 'POST', body }).then((one) => one.status);
    expect([await send('four'), await send('abc'), await send('abc')]).toEqual([400, 200, 404]);
    const none = await call(slack, 'files.getUploadURLExternal', { filename: 'a.txt', length: 0 });
    expect(details(none)).toEqual(['[ERROR] must be greater than 1 [json-pointer:/length]']);
  });

  it('must exist and be completed once, in a channel with the bot', async () => {
    const slack = await startWorkspace();
    expect((await complete(slack, 'F0NONE')).error).toBe('file_not_found');
    const id = await upload(slack);
    expect((await complete(slack, id, { channel_id: 'C0GENERAL' })).error).toBe('not_in_channel');
    expect((await complete(slack, id)).ok).toBe(true);
    expect((await complete(slack, id)).error).toBe('file_not_found');
  });

  it("works through the SDK's uploadV2", async () => {
    const slack = await startWorkspace();
    const client = new WebClient(slack.botToken, { slackApiUrl: `${slack.url}/api/` });
    const answer = await client.files.uploadV2({
      channel_id: channel,
      file: Buffer.from('# Post-mortem'),
      filename: 'inc-1.md',
      title: 'Draft',
    });
    expect(answer.ok).toBe(true);
    const [file] = slack.files();
    expect(file).toMatchObject({ name: 'inc-1.md', title: 'Draft', mimetype: 'text/markdown' });
    expect(Buffer.from(slack.fileBytes(file?.id ?? '')).toString()).toBe('# Post-mortem');
    expect(slack.messages('incidents')[0]?.files).toEqual([file?.id]);
  });
});

describe('an image block', () => {
  const image = (more: object) => ({ type: 'image', alt_text: 'P99 19 ms', ...more });
  const post = (slack: PretendSlack, block: object) =>
    call(slack, 'chat.postMessage', { channel, text: 'chart', blocks: [block], ...quiet });

  it('shows an uploaded image that was completed without a channel', async () => {
    const slack = await startWorkspace();
    const id = await upload(slack);
    const block = image({ slack_file: { id } });
    expect((await post(slack, block)).errors).toEqual(['invalid slack file [json-pointer:/blocks/0/slack_file]']);
    await complete(slack, id);
    expect((await post(slack, block)).ok).toBe(true);
    expect(slack.files()[0]?.shares).toEqual([]);
  });

  it('refuses files that are no images, and images still being processed', async () => {
    let now = Date.parse('2026-11-20T02:14:00Z');
    const slack = await startWorkspace({ now: () => now, fileProcessingMs: 2000 });
    const text = await upload(slack, 'a.txt');
    await complete(slack, text);
    const id = await upload(slack);
    await complete(slack, id);
    expect((await post(slack, image({ slack_file: { id } }))).error).toBe('invalid_blocks');
    now += 2000;
    expect((await post(slack, image({ slack_file: { id } }))).ok).toBe(true);
    expect((await post(slack, image({ slack_file: { id: text } }))).error).toBe('invalid_blocks');
  });

  it('refuses pictures that Slack could not download', async () => {
    const slack = await startWorkspace({ reachableImageHosts: ['charts.example.com'] });
    const answer = await post(slack, image({ image_url: 'http://quickchart.internal/chart' }));
    expect(answer.errors).toEqual(['downloading image failed [json-pointer:/blocks/0/image_url]']);
    expect((await post(slack, image({ image_url: 'https://charts.example.com/1.png' }))).ok).toBe(true);
  });
});

describe('canvases', () => {
  const content = (markdown: string) => ({ type: 'markdown', markdown });

  it('hold Markdown, one per channel, edited one change at a time', async () => {
    const slack = await startWorkspace();
    const make = (markdown: string) =>
      call(slack, 'canvases.create', { title: 'INC-1', channel_id: channel, document_content: content(markdown) });
    const made = await make('# Summary');
    expect((await make('again')).error).toBe('channel_canvas_already_exists');
    const change = { operation: 'insert_at_end', document_content: content('## Impact') };
    const edit = (changes: object[]) => call(slack, 'canvases.edit', { canvas_id: made.canvas_id, changes });
    expect(details(await edit([change, change]))).toEqual([
      '[ERROR] no more than 1 items allowed [json-pointer:/changes]',
    ]);
    expect((await edit([change])).ok).toBe(true);
    expect(slack.canvases()[0]).toMatchObject({ title: 'INC-1', markdown: '# Summary\n## Impact', channel });
  });

  it('refuse a list inside a quote, with the line', async () => {
    const slack = await startWorkspace();
    const document = content('# A\n> - item');
    expect(await call(slack, 'canvases.create', { document_content: document })).toMatchObject({
      error: 'canvas_creation_failed',
      detail: "'content' error: line 2: Unsupported block type (List) within block quote",
    });
  });
});
