// Who somebody is in this workspace: their name for messages, and whether they may use the bot at all.

import { type Actor, nameAtTerminal } from '../core/actor.ts';
import { done, type Fault, type Outcome, refused } from '../core/fault.ts';
import type { Log } from '../core/ports.ts';
import type { IncidentView } from '../response/views.ts';
import { userAnswer } from './answers.ts';
import type { Named } from './blocks/rich.ts';
import { refusedWith, SlackCallFailed } from './failures.ts';
import { cutTo } from './fit.ts';
import type { Identity } from './identity.ts';
import { oneLine } from './untrusted.ts';
import type { SlackApi } from './web-api.ts';

/** `unreadable`: Slack did not say. Reading, declaring, acknowledging and noting stay possible then; only risky things would not. */
type Standing = 'member' | 'guest' | 'bot' | 'deactivated' | 'foreign' | 'unreadable';

interface Person {
  readonly name: string;
  readonly standing: Standing;
  /** Empty where Slack did not say. */
  readonly teams: readonly string[];
  /** By a stopwatch, ms. */
  readonly readAt: number;
}

/** The teams and the organisation that Slack's signed envelope names. */
export interface Envelope {
  readonly person: string;
  readonly team?: string | undefined;
  readonly personTeam?: string | undefined;
  readonly enterprise?: string | undefined;
}

export interface People {
  /** Refuses guests, bots, deactivated people and people of other workspaces. */
  mayUse(envelope: Envelope): Promise<Outcome<undefined>>;
  /** Names of everybody in the view, looked up; unknown ones are called by their id. */
  namesFor(view: IncidentView): Promise<Named>;
  /** Of whoever was faster, where the refusal names somebody. */
  namesIn(fault: Fault): Promise<Named>;
  named(actors: readonly Actor[]): Promise<Named>;
}

const rememberedMs = 300_000;
const rememberedPeople = 5_000;

export function createPeople(given: {
  readonly api: SlackApi;
  readonly identity: () => Identity | undefined;
  readonly log: Log;
}): People {
  const { api, log } = given;
  const cache = new Map<string, Person>();
  const reading = new Map<string, Promise<Person>>();

  /** A hundred clicks at once ask Slack once for each person. */
  const read = (id: string): Promise<Person> => {
    const known = cache.get(id);
    if (known !== undefined && performance.now() - known.readAt < rememberedMs) return Promise.resolve(known);
    const asked = reading.get(id) ?? ask(id, known).finally(() => reading.delete(id));
    reading.set(id, asked);
    return asked;
  };

  const ask = async (id: string, known: Person | undefined): Promise<Person> => {
    try {
      const { user } = await api.quick('users.info', { user: id }, userAnswer);
      const name = user.profile?.display_name || user.real_name || user.name || id;
      return remember(id, {
        name: cutTo(oneLine(name), 60) || id,
        standing: standingOf(user),
        teams: teamsOf(user),
        readAt: performance.now(),
      });
    } catch (error) {
      if (refusedWith(error, 'user_not_found', 'user_not_visible')) {
        return remember(id, { name: id, standing: 'foreign', teams: [], readAt: performance.now() });
      }
      log.warn(
        { person: id, why: error instanceof SlackCallFailed ? error.failure.why : 'unknown' },
        'a person cannot be read',
      );
      // What was read before still names them and still keeps a guest out.
      return known ?? { name: id, standing: 'unreadable', teams: [], readAt: Number.NEGATIVE_INFINITY };
    }
  };

  const remember = (id: string, person: Person): Person => {
    if (cache.size >= rememberedPeople) cache.clear();
    cache.set(id, person);
    return person;
  };

  const named = async (actors: readonly Actor[]): Promise<Named> => {
    const ids = [...new Set(actors.flatMap((actor) => (isSlackPerson(actor) ? [actor.id] : [])))];
    const people = new Map(await Promise.all(ids.map(async (id) => [id, (await read(id)).name] as const)));
    return (actor) => {
      if (actor.kind === 'bot') return 'the bot';
      if (actor.kind === 'system') return actor.name;
      const name = nameAtTerminal(actor);
      return name === undefined ? (people.get(actor.id) ?? actor.id) : `${name} at the terminal`;
    };
  };

  return {
    async mayUse({ person, team, personTeam, enterprise }) {
      const home = given.identity();
      const { standing, teams } = await read(person);
      const elsewhere = (one: string | undefined, ours: string | undefined) => one !== undefined && one !== ours;
      const isForeign =
        home !== undefined &&
        ((teams.length > 0 && !teams.includes(home.teamId)) ||
          elsewhere(team, home.teamId) ||
          elsewhere(personTeam, home.teamId) ||
          elsewhere(enterprise, home.enterpriseId));
      const fault = faults[isForeign ? 'foreign' : standing];
      return fault === undefined ? done(undefined) : refused(fault);
    },
    named,
    namesIn: ({ earlier }) => named(earlier?.by === undefined ? [] : [earlier.by]),
    namesFor: (view) =>
      named(
        [view.declaredBy, view.escalation.stopped?.by, view.resolved?.by, ...Object.values(view.roles)].filter(
          (actor) => actor !== undefined,
        ),
      ),
  };
}

/** The terminal's actors (`os:rita`) are not Slack's. */
function isSlackPerson(actor: Actor): actor is Extract<Actor, { kind: 'person' }> {
  return actor.kind === 'person' && /^[UW][A-Z0-9]{2,}$/.test(actor.id);
}

function standingOf(user: (typeof userAnswer)['_output']['user']): Standing {
  if (user.deleted === true) return 'deactivated';
  if (user.is_bot === true) return 'bot';
  if (user.is_stranger === true) return 'foreign';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member';
}

/** Where the account belongs. In a channel shared with another workspace, its people are no strangers to Slack. */
function teamsOf(user: (typeof userAnswer)['_output']['user']): readonly string[] {
  return [...(user.team_id === undefined ? [] : [user.team_id]), ...(user.enterprise_user?.teams ?? [])];
}

const remedy = 'Ask a full member of this workspace to do it.';

const faults: Readonly<Record<Standing, Fault | undefined>> = {
  member: undefined,
  unreadable: undefined,
  guest: { whose: 'person', code: 'guest', message: 'Guests cannot use this bot.', remedy },
  bot: { whose: 'person', code: 'bot', message: 'Bots cannot use this bot.', remedy },
  deactivated: { whose: 'person', code: 'deactivated', message: 'This account is deactivated.', remedy },
  foreign: { whose: 'person', code: 'foreign', message: 'People of other workspaces cannot use this bot.', remedy },
};
