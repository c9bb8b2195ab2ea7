// The silences of the Alertmanager face: what it takes, what it refuses and in which words, and when one ends.

import { randomUUID } from 'node:crypto';
import { type AlertmanagerAnswer, fits, type Labels, type Matcher, problemOf } from './alertmanager-matchers.ts';

interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsMs: number;
  readonly endsMs: number;
  readonly updatedMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

export interface SilenceBook {
  post(posted: unknown): AlertmanagerAnswer;
  /** False when there is no such silence. One that has ended stays as it is. */
  expire(id: string): boolean;
  find(id: string): unknown;
  list(filters: readonly Matcher[]): readonly unknown[];
  /** Ids of those that silence such an alert now. */
  over(labels: Labels): readonly string[];
}

const bad = (body: unknown, code = 400): AlertmanagerAnswer => ({ code, body });
const missing = (field: string) => bad({ code: 602, message: `${field} in body is required` }, 422);

export function createSilenceBook(now: () => number): SilenceBook {
  const silences = new Map<string, Silence>();
  const stateOf = ({ startsMs, endsMs }: Silence) =>
    endsMs <= now() ? 'expired' : startsMs > now() ? 'pending' : 'active';
  const show = (one: Silence) => ({
    id: one.id,
    status: { state: stateOf(one) },
    updatedAt: new Date(one.updatedMs).toISOString(),
    comment: one.comment,
    createdBy: one.createdBy,
    endsAt: new Date(one.endsMs).toISOString(),
    matchers: one.matchers,
    startsAt: new Date(one.startsMs).toISOString(),
  });

  return {
    post(posted) {
      const given = objectOf(posted);
      for (const field of ['comment', 'createdBy', 'endsAt', 'matchers', 'startsAt'])
        if (given[field] === undefined) return missing(field);
      const { matchers, id } = given;
      if (!Array.isArray(matchers) || matchers.length === 0)
        return bad({ code: 612, message: 'matchers in body should have at least 1 items' }, 422);
      const read: Matcher[] = [];
      for (const [place, one] of matchers.entries()) {
        const { name, value, isRegex, isEqual = true } = objectOf(one);
        for (const [field, found] of Object.entries({ isRegex, name, value }))
          if (found === undefined) return missing(`matchers.${place}.${field}`);
        read.push({ name: String(name), value: String(value), isRegex: isRegex === true, isEqual: isEqual !== false });
      }
      const [startsMs, endsMs] = [Date.parse(String(given.startsAt)), Date.parse(String(given.endsAt))];
      if (Number.isNaN(startsMs) || Number.isNaN(endsMs))
        return bad({ code: 400, message: 'parsing silence body from "" failed, because of a time in it' });
      if (startsMs >= endsMs) return bad('Failed to create silence: start time must be before end time');
      if (endsMs < now()) return bad("Failed to create silence: end time can't be in the past");
      for (const [place, matcher] of read.entries()) {
        const problem = problemOf(matcher);
        if (problem !== undefined) return bad(`silence invalid: invalid label matcher ${place}: ${problem}`);
      }
      if (read.every((matcher) => fits(matcher, {})))
        return bad('silence invalid: at least one matcher must not match the empty string');
      if (typeof id === 'string' && id !== '' && !silences.has(id)) return { code: 404, body: 'silence not found' };
      const made: Silence = {
        id: randomUUID(),
        matchers: read,
        // It cannot have begun before it was made.
        startsMs: Math.max(startsMs, now()),
        endsMs,
        updatedMs: now(),
        createdBy: String(given.createdBy),
        comment: String(given.comment),
      };
      silences.set(made.id, made);
      return { code: 200, body: { silenceID: made.id } };
    },
    expire(id) {
      const one = silences.get(id);
      if (one === undefined) return false;
      if (stateOf(one) !== 'expired') silences.set(id, { ...one, endsMs: now(), updatedMs: now() });
      return true;
    },
    find(id) {
      const one = silences.get(id);
      return one === undefined ? undefined : show(one);
    },
    list: (filters) =>
      [...silences.values()]
        .filter(({ matchers }) =>
          filters.every((filter) =>
            matchers.some(({ name, value }) => name === filter.name && fits(filter, { [name]: value })),
          ),
        )
        .map(show),
    over: (labels) =>
      [...silences.values()]
        .filter((one) => stateOf(one) === 'active' && one.matchers.every((matcher) => fits(matcher, labels)))
        .map(({ id }) => id),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
