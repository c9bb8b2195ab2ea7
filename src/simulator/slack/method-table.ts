// Every Web API method of the pretend workspace: verb, rate tier, scopes, arguments (https://docs.slack.dev/reference/methods).

/** Calls a minute per workspace that Slack grants at least; `post` is one a second per channel, `none` unlimited here. */
export type Tier = 2 | 3 | 4 | 'post' | 'none';

export interface MethodContract {
  /** GET methods also take their arguments from the query. */
  readonly http: 'GET' | 'POST';
  readonly tier: Tier;
  /** Any of these is enough; empty: none needed. For channels the kind of channel narrows them further. */
  readonly scopes: readonly string[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Arguments that are JSON text in a form. */
  readonly json?: readonly string[];
  /** Whether an application/json body is taken. */
  readonly jsonBody: boolean;
  /** Asks for the app-level token, and the scopes are that token's. Absent: the bot's. */
  readonly token?: 'app';
}

const manage = ['channels:manage', 'groups:write', 'im:write', 'mpim:write'];
const create = ['channels:manage', 'channels:write', 'groups:write', 'im:write', 'mpim:write'];
const topic = ['channels:write.topic', 'groups:write.topic', 'im:write.topic', 'mpim:write.topic', ...manage];
const invite = ['channels:write.invites', 'groups:write.invites', ...manage];
const read = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
const page = ['cursor', 'limit'];
const span = ['latest', 'oldest', 'inclusive', 'include_all_metadata'];

const look = ['as_user', 'icon_emoji', 'icon_url', 'username'];
const content = ['attachments', 'blocks', 'link_names', 'markdown_text', 'metadata', 'parse', 'text'];
const contentJson = ['attachments', 'blocks', 'metadata'];

function write(tier: Tier, scopes: readonly string[], required: readonly string[], optional: readonly string[] = []) {
  return { http: 'POST', tier, scopes, required, optional, jsonBody: true } satisfies MethodContract;
}

function get(tier: Tier, scopes: readonly string[], required: readonly string[], optional: readonly string[] = []) {
  return { http: 'GET', tier, scopes, required, optional, jsonBody: false } satisfies MethodContract;
}

export const methodTable = {
  'api.test': write(4, [], [], ['error', 'foo']),
  'auth.test': write('none', [], []),
  'team.info': get(3, ['team:read'], [], ['domain', 'team']),
  'bots.info': get(3, ['users:read'], [], ['bot']),
  'blocks.validate': { ...write('none', [], [], ['blocks', 'view', 'message']), json: ['blocks', 'view', 'message'] },

  // Tier 1 on paper; Slack's own clients call it again within seconds, and are let.
  'apps.connections.open': { ...write('none', ['connections:write'], []), token: 'app' },

  'chat.postMessage': {
    ...write(
      'post',
      ['chat:write'],
      ['channel'],
      [...content, ...look, 'mrkdwn', 'reply_broadcast', 'thread_ts', 'unfurl_links', 'unfurl_media'],
    ),
    json: contentJson,
  },
  'chat.update': {
    ...write(3, ['chat:write'], ['channel', 'ts'], [...content, 'as_user', 'file_ids', 'reply_broadcast']),
    json: [...contentJson, 'file_ids'],
  },
  'chat.postEphemeral': {
    ...write(4, ['chat:write'], ['channel', 'user'], [...content, ...look, 'thread_ts']),
    json: contentJson,
  },
  'chat.delete': write(3, ['chat:write'], ['channel', 'ts'], ['as_user']),
  'chat.getPermalink': get('none', [], ['channel', 'message_ts']),

  'views.open': { ...write(4, [], ['view'], ['trigger_id', 'interactivity_pointer']), json: ['view'] },
  'views.push': { ...write(4, [], ['view'], ['trigger_id', 'interactivity_pointer']), json: ['view'] },
  'views.update': { ...write(4, [], ['view'], ['view_id', 'external_id', 'hash']), json: ['view'] },
  'views.publish': { ...write(4, [], ['user_id', 'view'], ['hash', 'interactivity_pointer']), json: ['view'] },

  'conversations.create': write(2, create, ['name'], ['is_private']),
  'conversations.invite': write(3, invite, ['channel', 'users'], ['force']),
  'conversations.kick': write(3, manage, ['channel'], ['user']),
  'conversations.setTopic': write(2, topic, ['channel', 'topic']),
  'conversations.setPurpose': write(2, topic, ['channel', 'purpose']),
  'conversations.rename': write(2, create, ['channel', 'name']),
  'conversations.archive': write(2, create, ['channel']),
  'conversations.unarchive': write(2, create, ['channel']),
  'conversations.join': write(3, ['channels:join'], ['channel']),
  'conversations.leave': write(3, create, ['channel']),
  'conversations.open': write(3, manage, [], ['channel', 'return_im', 'users', 'prevent_creation']),
  'conversations.history': get(3, history, ['channel'], [...page, ...span]),
  'conversations.replies': get(3, history, ['channel', 'ts'], [...page, ...span]),
  'conversations.members': get(4, read, ['channel'], page),
  'conversations.info': get(3, read, ['channel'], ['include_locale', 'include_num_members']),
  'conversations.list': get(2, read, [], [...page, 'exclude_archived', 'types']),
  'users.conversations': get(3, read, [], [...page, 'exclude_archived', 'exclude_muted', 'types', 'user']),

  'pins.add': write(2, ['pins:write'], ['channel'], ['timestamp']),
  'pins.remove': write(2, ['pins:write'], ['channel'], ['timestamp']),
  'pins.list': get(2, ['pins:read'], ['channel']),
  'bookmarks.add': write(
    2,
    ['bookmarks:write'],
    ['channel_id', 'title', 'type'],
    ['link', 'emoji', 'entity_id', 'access_level', 'parent_id'],
  ),
  'bookmarks.edit': write(2, ['bookmarks:write'], ['channel_id', 'bookmark_id'], ['title', 'link', 'emoji']),
  'bookmarks.remove': write(2, ['bookmarks:write'], ['channel_id', 'bookmark_id'], ['quip_section_id']),
  'bookmarks.list': write(3, ['bookmarks:read'], ['channel_id']),
  'reactions.add': write(3, ['reactions:write'], ['channel', 'name', 'timestamp']),
  'reactions.remove': write(2, ['reactions:write'], ['name'], ['channel', 'timestamp', 'file', 'file_comment']),
  'reactions.get': get(3, ['reactions:read'], [], ['channel', 'timestamp', 'file', 'file_comment', 'full']),

  'files.getUploadURLExternal': {
    ...write(4, ['files:write'], ['length', 'filename'], ['snippet_type', 'alt_txt']),
    jsonBody: false,
  },
  'files.completeUploadExternal': {
    ...write(
      4,
      ['files:write'],
      ['files'],
      ['channel_id', 'channels', 'thread_ts', 'initial_comment', 'blocks', 'username', 'icon_url', 'icon_emoji'],
    ),
    json: ['files', 'blocks'],
  },
  'files.info': get(4, ['files:read'], ['file'], [...page, 'count', 'page']),
  'files.delete': write(3, ['files:write'], ['file']),
  'canvases.create': {
    ...write(2, ['canvases:write'], [], ['title', 'document_content', 'channel_id']),
    json: ['document_content'],
  },
  'canvases.edit': { ...write(3, ['canvases:write'], ['canvas_id', 'changes']), json: ['changes'] },
  'canvases.delete': write(3, ['canvases:write'], ['canvas_id']),
  'canvases.access.set': {
    ...write(3, ['canvases:write'], ['canvas_id', 'access_level'], ['channel_ids', 'user_ids']),
    json: ['channel_ids', 'user_ids'],
  },
  'conversations.canvases.create': {
    ...write(2, ['canvases:write'], ['channel_id'], ['title', 'document_content']),
    json: ['document_content'],
  },

  'users.info': get(4, ['users:read'], ['user'], ['include_locale']),
  'users.list': get(2, ['users:read'], [], [...page, 'include_locale']),
  'users.lookupByEmail': get(3, ['users:read.email'], ['email']),
  'usergroups.list': get(2, ['usergroups:read'], [], ['include_count', 'include_disabled', 'include_users']),
  'usergroups.users.list': get(2, ['usergroups:read'], ['usergroup'], ['include_disabled']),
} as const satisfies { readonly [method: string]: MethodContract };

export type MethodName = keyof typeof methodTable;

export function contractOf(method: string): MethodContract | undefined {
  return Object.hasOwn(methodTable, method) ? methodTable[method as MethodName] : undefined;
}
