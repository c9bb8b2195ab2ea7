// users.*: who is there.
import { accept, type Method, paged, refuse, textArg } from '../answers.ts';
import type { PretendPerson, SlackObject } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

function apiUser(state: WorkspaceState, person: PretendPerson): SlackObject {
  const withEmail = person.email !== undefined && state.app.scopes.has('users:read.email');
  return {
    id: person.id,
    team_id: person.teamId ?? state.team.id,
    name: person.name,
    deleted: person.deleted ?? false,
    real_name: person.realName ?? person.name,
    tz: person.tz ?? 'Etc/UTC',
    is_bot: person.isBot ?? false,
    is_app_user: false,
    is_admin: false,
    is_owner: false,
    is_restricted: person.isRestricted ?? false,
    is_ultra_restricted: false,
    profile: {
      real_name: person.realName ?? person.name,
      display_name: person.name,
      title: person.title ?? '',
      ...(withEmail ? { email: person.email } : {}),
      ...(person.isBot ? { bot_id: state.app.botId, api_app_id: state.app.id } : {}),
      team: person.teamId ?? state.team.id,
    },
  };
}

const info: Method = (args, state) => {
  const person = state.people.get(textArg(args, 'user') ?? '');
  return person ? accept({ user: apiUser(state, person) }) : refuse('user_not_found');
};

const list: Method = (args, state) => {
  const page = paged([...state.people.values()], args, { byDefault: 1000, max: 1000 });
  if ('ok' in page) return page;
  const members = page.items.map((person) => apiUser(state, person));
  return accept({ members, response_metadata: { next_cursor: page.nextCursor } });
};

const lookup: Method = (args, state) => {
  const email = (textArg(args, 'email') ?? '').toLowerCase();
  const person = [...state.people.values()].find((one) => one.email?.toLowerCase() === email && !one.deleted);
  return person ? accept({ user: apiUser(state, person) }) : refuse('users_not_found');
};

export const userMethods = { 'users.info': info, 'users.list': list, 'users.lookupByEmail': lookup };
