// Who may decide on actions, from the configured users and the members of configured user groups; unread is nobody.

import type { Rights } from '../core/action/ports.ts';
import type { Grants, Right } from '../core/action/rights.ts';
import { rights } from '../core/action/rights.ts';
import type { Clock, Log } from '../core/ports.ts';
import { groupAnswer } from './answers.ts';
import { SlackCallFailed } from './failures.ts';
import type { SlackApi } from './web-api.ts';

/** Ids of users (U…, W…) and user groups (S…), as the configuration names them. */
export interface RightsConfig {
  readonly people: Readonly<Record<`${Right}s`, readonly string[]>>;
  /** Users who may decide while the groups cannot be read. */
  readonly breakGlass: readonly string[];
}

/** Long enough for the clicks of one decision, short enough that somebody who left a group is out soon. */
const rememberedMs = 15_000;

export function createRights(
  config: RightsConfig,
  given: { readonly api: SlackApi; readonly clock: Clock; readonly log: Log },
): Rights {
  const { api, clock, log } = given;
  const cache = new Map<string, { readonly members: readonly string[]; readonly readAt: number }>();

  /** Undefined when Slack does not say. */
  const membersOf = async (group: string, fresh: boolean): Promise<readonly string[] | undefined> => {
    const known = fresh ? undefined : cache.get(group);
    if (known !== undefined && Math.abs(clock.now() - known.readAt) < rememberedMs) return known.members;
    try {
      const { users } = await api.quick('usergroups.users.list', { usergroup: group }, groupAnswer);
      cache.set(group, { members: users, readAt: clock.now() });
      return users;
    } catch (error) {
      const why = error instanceof SlackCallFailed ? error.failure.why : 'unknown';
      log.warn({ group, why }, 'a user group cannot be read: nobody holds a right through it now');
      return undefined;
    }
  };

  const listed = (right: Right): readonly string[] => config.people[`${right}s`];

  /** Who holds the right, and whether that is all that there is to know. */
  const holdersOf = async (right: Right, fresh: boolean) => {
    const found = await Promise.all(
      listed(right).map(async (id) => (id.startsWith('S') ? membersOf(id, fresh) : Promise.resolve([id]))),
    );
    return { people: new Set(found.flatMap((members) => members ?? [])), complete: !found.includes(undefined) };
  };

  return {
    async of(people, { fresh }) {
      const held = await Promise.all(rights.map(async (right) => ({ right, ...(await holdersOf(right, fresh)) })));
      const grants = people.map((person) => [
        person,
        held.flatMap(({ right, people: holders, complete }) => {
          if (holders.has(person)) return [{ right, breakGlass: false }];
          return !complete && config.breakGlass.includes(person) ? [{ right, breakGlass: true }] : [];
        }),
      ]);
      return Object.fromEntries(grants) as Grants;
    },
    async holders(right) {
      const { people, complete } = await holdersOf(right, false);
      return [...people, ...(complete ? [] : config.breakGlass.filter((person) => !people.has(person)))];
    },
  };
}
