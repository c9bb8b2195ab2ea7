// The people, groups, channels and grants that a pretend workspace starts with.
import type { PretendGroup, PretendPerson } from './records.ts';
import type { StartingChannel } from './workspace.ts';

/** What the bot's manifest asks for. */
export const defaultScopes: readonly string[] = [
  'app_mentions:read',
  'bookmarks:write',
  'canvases:write',
  'channels:history',
  'channels:join',
  'channels:manage',
  'channels:read',
  'chat:write',
  'chat:write.public',
  'commands',
  'files:read',
  'files:write',
  'im:write',
  'pins:write',
  'reactions:read',
  'reactions:write',
  'usergroups:read',
  'users:read',
  'users:read.email',
];

export const defaultEvents: readonly string[] = [
  'app_home_opened',
  'app_mention',
  'channel_archive',
  'member_joined_channel',
  'reaction_added',
];

/** Rita responds, Omar approves, Lena commands, Sam has no role, the guest is restricted. */
export const defaultPeople: readonly PretendPerson[] = [
  { id: 'U0RITA', name: 'rita', realName: 'Rita Okafor', email: 'rita@example.com', title: 'On-call engineer' },
  { id: 'U0OMAR', name: 'omar', realName: 'Omar Haddad', email: 'omar@example.com', title: 'Approver' },
  { id: 'U0LENA', name: 'lena', realName: 'Lena Vogel', email: 'lena@example.com', title: 'Platform team lead' },
  { id: 'U0STRANGER', name: 'sam', realName: 'Sam Reyes', email: 'sam@example.com', title: 'Sales' },
  { id: 'U0GUEST', name: 'guest', realName: 'Guest', email: 'guest@example.org', isRestricted: true },
];

export const defaultGroups: readonly PretendGroup[] = [
  { id: 'S0RESPOND', handle: 'sre-responders', users: ['U0RITA', 'U0OMAR', 'U0LENA'] },
  { id: 'S0APPROVE', handle: 'sre-approvers', users: ['U0OMAR', 'U0LENA'] },
  { id: 'S0ONCALL', handle: 'sre-oncall', users: ['U0RITA'] },
];

/** #general without the guest; #incidents with everybody and the bot. */
export function defaultChannels(people: readonly PretendPerson[]): readonly StartingChannel[] {
  const everybody = people.map((person) => person.id);
  const staff = people.filter((person) => !person.isRestricted).map((person) => person.id);
  return [
    { id: 'C0GENERAL', name: 'general', members: staff, botIsMember: false },
    { id: 'C0INCIDENTS', name: 'incidents', members: everybody, botIsMember: true },
  ];
}
