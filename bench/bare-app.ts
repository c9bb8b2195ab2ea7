// The baseline as a process: an empty Bolt app with the same receiver and the same checks of a request as ours.

import { join } from 'node:path';
import bolt from '@slack/bolt';
import type { CompanyAddresses } from './company-thread.ts';
import type { BareAppOptions } from './processes.ts';
import type { Question, Questions } from './questions.ts';

const { slack, systems, place, asks } = JSON.parse(process.env.BARE_APP ?? '{}') as CompanyAddresses & BareAppOptions;
const store = await openPlace(place);
const receiver = new bolt.HTTPReceiver({ signingSecret: slack.signingSecret, endpoints: ['/slack/events'] });
const app = new bolt.App({
  receiver,
  convoStore: false,
  authorize: async () => ({ botToken: slack.botToken }),
  clientOptions: { slackApiUrl: `${slack.url}/api/` },
});
const questions = await questionsHere();

app.command(/^\//, async ({ body, ack, client }) => {
  await store(body.trigger_id, JSON.stringify(body));
  await ack();
  const all = body.text.startsWith('incident latency') ? questions.latency : questions.health;
  if (all.length === 0) return;
  const text = (await Promise.all(all.map(answered))).join('\n');
  await client.chat.postMessage({
    channel: body.channel_id,
    text,
    mrkdwn: false,
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  });
});

const server = await receiver.start(0);
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, msg: 'ready' })}\n`);
process.on('SIGTERM', () => process.exit(0));

/** Loaded only by the app that asks: the empty one is to be empty. */
async function questionsHere(): Promise<Questions> {
  if (asks === 'nothing') return { latency: [], health: [] };
  const { bareQuestions, questionsOfOurs } = await import('./questions.ts');
  return asks === 'the same' ? questionsOfOurs(systems) : bareQuestions(systems);
}

async function answered({ title, ask }: Question): Promise<string> {
  return `${title}: ${(await ask()).slice(0, 200)}`;
}

/** One committed row for each delivery, on the same kind of store as ours; nothing without a place. */
async function openPlace(at: BareAppOptions['place']): Promise<(key: string, body: string) => Promise<void>> {
  if (at === undefined) return async () => {};
  const table = 'create table if not exists bare (key text primary key, body jsonb not null, at timestamptz not null)';
  const insert = 'insert into bare (key, body, at) values ($1, $2, now()) on conflict do nothing';
  if (at.kind === 'postgres') {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: at.url, max: 10 });
    await pool.query(table);
    return async (key, body) => {
      await pool.query(insert, [key, body]);
    };
  }
  // In the process of the app, as a small one has it, and synced to disk as ours is.
  const { PGlite } = await import('@electric-sql/pglite');
  const { DurableFiles, synced } = await import('../src/store/durable-files.ts');
  const engine = await PGlite.create({
    fs: new DurableFiles(join(at.path, 'data')),
    startParams: synced(PGlite.defaultStartParams),
  });
  await engine.exec(table);
  return async (key, body) => {
    await engine.query(insert, [key, body]);
  };
}
