// Serves the browser page on the workspace's own port: the page's files, what a person sees, what they do, and the faults.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PretendCompany } from '../pretend-company.ts';
import { isFaultId } from '../world/faults.ts';
import { type FirstWalk, followFirstWalk } from './first-walk.ts';
import { createSlackSwitches, type SlackSwitches } from './slack-switches.ts';

const assets = new URL('./assets/', import.meta.url);
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/** Changes are told at most this often: a page that redraws more often only flickers. */
const tellEveryMs = 120;
/** How soon a page that lost the connection tries again. */
const reconnectMs = 1_000;

export interface PageOptions {
  /** Sets company and bot up anew; absent where nobody can. The page then offers no such button. */
  readonly reset?: () => void;
  /** Whether commands reach a bot already; absent: they do. */
  readonly isBotThere?: () => boolean;
}

/** What the doors work with. */
interface Stage {
  readonly company: PretendCompany;
  readonly walk: FirstWalk;
  readonly slackSwitches: SlackSwitches;
  readonly listeners: Set<ServerResponse>;
  readonly options: PageOptions;
  /** Tells the page that company and workspace are no longer those that it knew. */
  readonly run: string;
}

/** Mounts the page; returns its address. */
export function mountPage(company: PretendCompany, options: PageOptions = {}): string {
  const { slack } = company;
  const listeners = new Set<ServerResponse>();
  let isToldSoon = false;
  const tell = () => {
    if (isToldSoon) return;
    isToldSoon = true;
    setTimeout(() => {
      isToldSoon = false;
      for (const listener of listeners) listener.write('data: changed\n\n');
    }, tellEveryMs).unref();
  };
  slack.on(tell);
  company.world.onChange(tell);

  const open = doors({
    company,
    walk: followFirstWalk(company),
    slackSwitches: createSlackSwitches(slack.faults),
    listeners,
    options,
    run: randomUUID(),
  });
  slack.mount((request, response) => {
    const url = new URL(request.url ?? '/', slack.url);
    const answer = open[`${request.method} ${url.pathname}`];
    if (answer !== undefined) {
      void Promise.resolve(answer(url, request, response)).catch((error: unknown) =>
        send(response, 400, { error: error instanceof Error ? error.message : String(error) }),
      );
      return true;
    }
    if (request.method === 'GET' && url.pathname.startsWith('/page/files/')) {
      sendFile(company, url.pathname.slice('/page/files/'.length), response);
      return true;
    }
    if (request.method === 'GET' && (url.pathname === '/' || url.pathname.startsWith('/page/'))) {
      void sendAsset(response, url.pathname === '/' ? 'index.html' : url.pathname.slice('/page/'.length));
      return true;
    }
    return false;
  });
  return slack.url;
}

type Door = (url: URL, request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

function doors(stage: Stage): Readonly<Record<string, Door>> {
  const { slack, world } = stage.company;
  return {
    'GET /page/snapshot': (url, _request, response) =>
      send(response, 200, slack.snapshot(url.searchParams.get('user') ?? 'rita')),
    'GET /page/world': (_url, _request, response) =>
      send(response, 200, {
        ...world.state(),
        slackFaults: stage.slackSwitches.list(),
        walk: stage.walk.steps(),
        run: stage.run,
        canReset: stage.options.reset !== undefined,
        isBotThere: stage.options.isBotThere?.() ?? true,
      }),
    'GET /page/changes': (_url, request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write(`retry: ${reconnectMs}\ndata: changed\n\n`);
      stage.listeners.add(response);
      request.on('close', () => stage.listeners.delete(response));
    },
    'POST /page/do': async (_url, request, response) =>
      send(response, 200, await perform(stage, await readJson(request))),
  };
}

/** One thing that a person does, or a fault that is switched. Throws what the workspace says when nobody could do it. */
async function perform(stage: Stage, wish: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { slack, world } = stage.company;
  const text = (name: string) => String(wish[name] ?? '');
  switch (wish.kind) {
    case 'command':
      return slack.command(text('who'), text('channel'), text('text'));
    case 'say':
      return slack.say(
        text('who'),
        text('channel'),
        text('text'),
        typeof wish.thread === 'string' ? wish.thread : undefined,
      );
    case 'join':
      return slack.join(text('who'), text('channel'));
    case 'click':
      return slack.click(text('who'), { channel: text('channel'), ts: text('ts') }, text('action'), {
        ...(typeof wish.value === 'string' ? { value: wish.value } : {}),
        ...(typeof wish.option === 'string' ? { option: wish.option } : {}),
      });
    case 'react':
      return slack.react(text('who'), { channel: text('channel'), ts: text('ts') }, text('emoji'));
    case 'shortcut':
      return slack.shortcut(text('who'), text('shortcut'), { channel: text('channel'), ts: text('ts') });
    case 'submit':
      return slack.submit(text('who'), text('view'), (wish.values ?? {}) as Readonly<Record<string, unknown>>);
    case 'close':
      return slack.close(text('who'), text('view'));
    case 'fault': {
      const fault = text('fault');
      if (!isFaultId(fault)) throw new Error(`there is no fault ${fault}`);
      if (wish.on === true) world.inject(fault, { agoSeconds: Number(wish.agoSeconds ?? 0) });
      else world.heal(fault);
      return {};
    }
    case 'slack-fault':
      return stage.slackSwitches.set(text('fault'), wish.on === true);
    case 'looked':
      return stage.walk.looked(text('at'));
    case 'reset':
      return stage.options.reset?.();
    default:
      throw new Error(`nothing is known by the name ${text('kind')}`);
  }
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
}

/** What the bot uploaded, under its own media type. It came from outside the page, so no script in it may run. */
function sendFile({ slack }: PretendCompany, id: string, response: ServerResponse): void {
  const file = slack.files().find((one) => one.id === id);
  if (file === undefined) {
    send(response, 404, { error: `there is no file ${id}` });
    return;
  }
  const type = file.mimetype.startsWith('text/') ? `${file.mimetype}; charset=utf-8` : file.mimetype;
  response
    .writeHead(200, {
      'content-type': type,
      'cache-control': 'max-age=3600',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    })
    .end(slack.fileBytes(id));
}

async function sendAsset(response: ServerResponse, name: string): Promise<void> {
  const type = mediaTypes[extname(name)];
  if (type === undefined || !/^[a-z-]+\.[a-z]+$/.test(name)) return send(response, 404, { error: 'not found' });
  try {
    const body = await readFile(fileURLToPath(new URL(name, assets)));
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body);
  } catch {
    send(response, 404, { error: 'not found' });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
}
