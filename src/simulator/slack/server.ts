// Listens on loopback, sends each request to the Web API, an upload, a response URL or the mounted page, and composes the workspace.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shownChannel } from './channels.ts';
import { fileUrl } from './content.ts';
import { createEventQueue } from './events.ts';
import { createFaults } from './faults.ts';
import { threadOf, topLevel } from './messages.ts';
import { receiveBytes } from './methods/files.ts';
import { peopleActions } from './people.ts';
import { createRateLimits } from './rate-limits.ts';
import { readBody, uploadedBytes } from './request-arguments.ts';
import { answerResponseUrl } from './responses.ts';
import { snapshotFor } from './snapshot.ts';
import { createSocketMode } from './socket-mode.ts';
import { channelNamed, createState, personNamed, type WorkspaceState } from './state.ts';
import { topView } from './views.ts';
import { answerCall, type WebApi } from './web-api.ts';
import type { PretendSlack, PretendSlackOptions } from './workspace.ts';

/** @returns true when the handler takes the request */
export type Mount = (request: IncomingMessage, response: ServerResponse) => boolean;

export async function serveWorkspace(options: PretendSlackOptions): Promise<PretendSlack> {
  // Longer than any test: a client must not meet a connection that is closed just then.
  const server = http.createServer({ keepAliveTimeout: 120_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state = createState(options, url);
  const faults = createFaults();
  const events = createEventQueue(state, faults);
  state.raise = (event) => events.raise(event);
  const socketMode = createSocketMode(state, faults);
  state.socket = socketMode.transport;
  server.on('upgrade', socketMode.upgrade);
  const api: WebApi = { state, faults, limits: createRateLimits(options.rateLimits ?? 'slack', state.now) };
  const mounts: Mount[] = [];
  server.on('request', (request, response) => {
    route(api, mounts, request, response).catch((cause: unknown) => {
      // The caller went away while its body was read, or sent one that no parser takes: Slack closes the connection.
      state.emit({ kind: 'delivery', problem: String(cause) });
      response.destroy();
    });
  });

  return {
    url,
    botToken: state.app.token,
    signingSecret: state.app.signingSecret,
    appToken: state.app.appToken,
    botUserId: state.app.botUserId,
    botId: state.app.botId,
    teamId: state.team.id,
    appId: state.app.id,
    deliverTo(requestUrl) {
      state.requestUrl = requestUrl;
    },
    ...peopleActions(state, faults),
    ...looking(state),
    findings: state.findings,
    faults,
    socketMode: socketMode.controls,
    on(listener) {
      state.listeners.add(listener);
      return () => state.listeners.delete(listener);
    },
    snapshot: (user) => snapshotFor(state, user),
    mount: (handler) => void mounts.push(handler),
    settled: () => events.settled(),
    async stop() {
      events.stop();
      await events.settled();
      socketMode.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function looking(state: WorkspaceState) {
  return {
    channels: () => [...state.channels.values()].map(shownChannel),
    channel: (nameOrId: string) => shownChannel(channelNamed(state, nameOrId)),
    messages: (channel: string) => topLevel(channelNamed(state, channel)),
    thread: (channel: string, ts: string) => threadOf(channelNamed(state, channel), ts),
    ephemerals: (user: string) => state.ephemerals.filter((one) => one.ephemeralFor === personNamed(state, user).id),
    openView: (user: string) => topView(state, personNamed(state, user).id),
    home: (user: string) => state.views.get(state.homes.get(personNamed(state, user).id) ?? ''),
    files: () => [...state.files.values()].filter((one) => one.completed).map((one) => one.file),
    fileBytes(id: string) {
      const record = state.files.get(id);
      if (!record) throw new Error(`no file ${id} was uploaded`);
      return record.bytes;
    },
    canvases: () => [...state.canvases.values()],
    calls: (method?: string) => state.calls.filter((call) => method === undefined || call.method === method),
  };
}

async function route(
  api: WebApi,
  mounts: readonly Mount[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', api.state.url);
  const slackPath = /^\/(api|upload|commands|actions|files-pri)\//.exec(pathname)?.[1];
  if (slackPath === undefined) {
    if (mounts.some((handler) => handler(request, response))) return;
    response.writeHead(404).end();
    return;
  }
  if (api.faults.isDown()) {
    request.socket.destroy();
    return;
  }
  if (slackPath === 'api') return answerCall(api, pathname.slice('/api/'.length), searchParams, request, response);
  if (slackPath === 'upload') return answerUpload(api, pathname, request, response);
  if (slackPath === 'files-pri') return answerDownload(api, pathname, request, response);
  return answerResponseUrl(api, pathname, request, response);
}

async function answerUpload(
  api: WebApi,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await uploadedBytes(request.headers['content-type'], await readBody(request));
  const fault = api.faults.take('upload');
  if (fault) {
    if (fault.kind === 'http') response.writeHead(fault.status).end(fault.body);
    else request.socket.destroy();
    return;
  }
  const { status, body } = receiveBytes(api.state, path.split('/').pop() ?? '', bytes);
  response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
}

/** Private file URLs ask for the bot's token, as Slack's do. */
function answerDownload(api: WebApi, path: string, request: IncomingMessage, response: ServerResponse): void {
  const { state } = api;
  const record = [...state.files.values()].find(
    ({ file }) => fileUrl(state, file.id, file.name) === `${state.url}${path}`,
  );
  const allowed = request.headers.authorization === `Bearer ${state.app.token}`;
  if (!record || !allowed) {
    response.writeHead(record ? 403 : 404).end();
    return;
  }
  response.writeHead(200, { 'content-type': record.file.mimetype }).end(record.bytes);
}
