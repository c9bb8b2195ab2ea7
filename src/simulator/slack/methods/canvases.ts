// canvases.*: Markdown documents; one may be the tab of a channel.
import { type Args, accept, invalidArguments, type Method, refuse, textArg } from '../answers.ts';
import { isObject } from '../block-kit/schema.ts';
import { visibleChannel } from '../channel-access.ts';
import type { PretendCanvas } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

const maxBytes = 1024 * 1024;

/** The Markdown of a document_content object, or Slack's refusal; lists inside quotes are what it cannot take. */
function markdownOf(content: unknown) {
  if (content === undefined) return '';
  if (!isObject(content) || content.type !== 'markdown' || typeof content.markdown !== 'string') {
    return invalidArguments([{ pointer: '/document_content', message: 'failed to match all allowed schemas' }]);
  }
  const lines = content.markdown.split('\n');
  const quotedList = lines.findIndex((line) => /^>\s*([-*+]|\d+\.)\s/.test(line));
  if (quotedList >= 0) {
    const detail = `'content' error: line ${quotedList + 1}: Unsupported block type (List) within block quote`;
    return refuse('canvas_creation_failed', { detail });
  }
  return Buffer.byteLength(content.markdown) > maxBytes ? refuse('canvas_creation_failed') : content.markdown;
}

function created(state: WorkspaceState, args: Args, channelId: string | undefined) {
  if (channelId !== undefined) {
    const channel = visibleChannel(state, channelId);
    if ('ok' in channel) return channel;
    const taken = [...state.canvases.values()].some((canvas) => canvas.channel === channelId);
    if (taken) return refuse('channel_canvas_already_exists');
  }
  const markdown = markdownOf(args.document_content);
  if (typeof markdown !== 'string') return markdown;
  const id = state.newId('F');
  const title = textArg(args, 'title') ?? 'Untitled';
  keep(state, { id, title, markdown, ...(channelId === undefined ? {} : { channel: channelId }) });
  return accept({ canvas_id: id });
}

const create: Method = (args, state) => created(state, args, textArg(args, 'channel_id'));
const createForChannel: Method = (args, state) => created(state, args, textArg(args, 'channel_id') ?? '');

const edit: Method = (args, state) => {
  const canvas = state.canvases.get(textArg(args, 'canvas_id') ?? '');
  if (!canvas) return refuse('canvas_not_found');
  const changes = Array.isArray(args.changes) ? args.changes : [];
  if (changes.length > 1) return invalidArguments([{ pointer: '/changes', message: 'no more than 1 items allowed' }]);
  const change: unknown = changes[0];
  if (!isObject(change)) return invalidArguments([{ pointer: '/changes', message: 'must provide at least 1 items' }]);
  const markdown = markdownOf(change.document_content);
  if (typeof markdown !== 'string') return markdown;
  const edits: { readonly [operation: string]: (() => string) | undefined } = {
    insert_at_end: () => `${canvas.markdown}\n${markdown}`,
    insert_at_start: () => `${markdown}\n${canvas.markdown}`,
    replace: change.section_id === undefined ? () => markdown : undefined,
  };
  const apply = edits[String(change.operation)];
  if (!apply) {
    return invalidArguments([{ pointer: '/changes/0/operation', message: 'must be a valid enum value' }]);
  }
  keep(state, { ...canvas, markdown: apply() });
  return accept();
};

const remove: Method = (args, state) => {
  const known = state.canvases.delete(textArg(args, 'canvas_id') ?? '');
  return known ? accept() : refuse('canvas_not_found');
};

/** Accepts a grant for people or channels that exist; this workspace does not hide canvases from anybody. */
const grant: Method = (args, state) => {
  if (!state.canvases.has(textArg(args, 'canvas_id') ?? '')) return refuse('canvas_not_found');
  if (!['read', 'write', 'owner'].includes(String(args.access_level))) {
    return invalidArguments([{ pointer: '/access_level', message: 'must be a valid enum value' }]);
  }
  const [users, channels] = [args.user_ids, args.channel_ids].map((ids) => (Array.isArray(ids) ? ids : []));
  if (users?.some((id) => !state.people.has(id))) return refuse('user_not_found');
  if (channels?.some((id) => !state.channels.has(id))) return refuse('channel_not_found');
  return accept();
};

export const canvasMethods = {
  'canvases.create': create,
  'conversations.canvases.create': createForChannel,
  'canvases.edit': edit,
  'canvases.delete': remove,
  'canvases.access.set': grant,
};

function keep(state: WorkspaceState, canvas: PretendCanvas): void {
  state.canvases.set(canvas.id, canvas);
  state.emit({ kind: 'canvas', canvas: canvas.id });
}
