// usergroups.*: who belongs to which group.
import { accept, flagArg, type Method, refuse, textArg } from '../answers.ts';
import type { PretendGroup, SlackObject } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

const apiGroup = (state: WorkspaceState, group: PretendGroup, withUsers: boolean): SlackObject => ({
  id: group.id,
  team_id: state.team.id,
  is_usergroup: true,
  name: group.handle,
  handle: group.handle,
  date_delete: 0,
  user_count: group.users.length,
  ...(withUsers ? { users: group.users } : {}),
});

const groups: Method = (args, state) => {
  const withUsers = flagArg(args, 'include_users');
  return accept({ usergroups: [...state.groups.values()].map((group) => apiGroup(state, group, withUsers)) });
};

const groupUsers: Method = (args, state) => {
  const group = state.groups.get(textArg(args, 'usergroup') ?? '');
  return group ? accept({ users: group.users }) : refuse('no_such_subteam');
};

export const usergroupMethods = { 'usergroups.list': groups, 'usergroups.users.list': groupUsers };
