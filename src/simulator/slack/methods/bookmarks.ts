// bookmarks.*: links in the bar at the top of a channel.
import { type Args, accept, type Method, refuse, textArg } from '../answers.ts';
import { channelFor } from '../channel-access.ts';
import type { ChannelRecord, PretendBookmark, SlackObject } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

/** The error `too_many_bookmarks` is documented, its number is not. */
const maxBookmarks = 100;
const maxTitle = 256;
const maxLink = 2048;

function linkIsFine(link: string): boolean {
  return link.length <= maxLink && URL.canParse(link) && /^https?:$/.test(new URL(link).protocol);
}

const add: Method = (args, state) => {
  const channel = channelFor(state, 'bookmarks.add', args, 'channel_id');
  if ('ok' in channel) return channel;
  if (!channel.members.has(state.app.botUserId)) return refuse('permission_denied');
  if (args.type !== 'link') return refuse('invalid_bookmark_type');
  const [title, link, emoji] = [textArg(args, 'title') ?? '', textArg(args, 'link') ?? '', textArg(args, 'emoji')];
  if (title.length > maxTitle) return refuse('invalid_arguments');
  if (!linkIsFine(link)) return refuse('invalid_link');
  if (emoji !== undefined && !/^:[^:\s]+:$/.test(emoji)) return refuse('invalid_emoji');
  if (channel.bookmarks.length >= maxBookmarks) return refuse('too_many_bookmarks');
  const bookmark: PretendBookmark = { id: state.newId('Bk'), title, link, ...(emoji === undefined ? {} : { emoji }) };
  keep(state, channel, [...channel.bookmarks, bookmark]);
  return accept({ bookmark: apiBookmark(channel, bookmark) });
};

const edit: Method = (args, state) => {
  const found = named(args, state, 'bookmarks.edit');
  if ('ok' in found) return found;
  const link = textArg(args, 'link') ?? found.bookmark.link;
  if (!linkIsFine(link)) return refuse('invalid_link');
  const edited = { ...found.bookmark, link, title: textArg(args, 'title') ?? found.bookmark.title };
  keep(
    state,
    found.channel,
    found.channel.bookmarks.map((one) => (one.id === edited.id ? edited : one)),
  );
  return accept({ bookmark: apiBookmark(found.channel, edited) });
};

const remove: Method = (args, state) => {
  const found = named(args, state, 'bookmarks.remove');
  if ('ok' in found) return found;
  keep(
    state,
    found.channel,
    found.channel.bookmarks.filter((one) => one.id !== found.bookmark.id),
  );
  return accept();
};

const list: Method = (args, state) => {
  const channel = channelFor(state, 'bookmarks.list', args, 'channel_id');
  if ('ok' in channel) return channel;
  return accept({ bookmarks: channel.bookmarks.map((one) => apiBookmark(channel, one)) });
};

export const bookmarkMethods = {
  'bookmarks.add': add,
  'bookmarks.edit': edit,
  'bookmarks.remove': remove,
  'bookmarks.list': list,
};

function named(args: Args, state: WorkspaceState, method: 'bookmarks.edit' | 'bookmarks.remove') {
  const channel = channelFor(state, method, args, 'channel_id');
  if ('ok' in channel) return channel;
  const bookmark = channel.bookmarks.find((one) => one.id === args.bookmark_id);
  return bookmark ? { channel, bookmark } : refuse('not_found');
}

function keep(state: WorkspaceState, channel: ChannelRecord, bookmarks: PretendBookmark[]): void {
  channel.bookmarks = bookmarks;
  state.emit({ kind: 'channel', channel: channel.id });
}

function apiBookmark(channel: ChannelRecord, bookmark: PretendBookmark): SlackObject {
  return { ...bookmark, channel_id: channel.id, type: 'link' };
}
