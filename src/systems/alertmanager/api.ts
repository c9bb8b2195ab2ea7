// What is read of Alertmanager's API v2: alerts that fire, and silences with the action that made them.

import { z } from 'zod';
import type { Clock } from '../../core/ports.ts';
import { type Answer, answered, failed } from '../failure.ts';
import type { Http, Query } from '../http.ts';
import { type Matcher, spellMatcher } from './matchers.ts';

export interface AlertmanagerDeps {
  readonly http: Http;
  readonly clock: Clock;
  /** `alertmanager HOST:PORT`: the same for every action on it. */
  readonly target: string;
}

const alert = z.object({
  labels: z.record(z.string(), z.string()),
  status: z.object({ state: z.string() }),
});

const silence = z.object({
  id: z.string().min(1),
  status: z.object({ state: z.enum(['active', 'pending', 'expired']) }),
  createdBy: z.string(),
  comment: z.string(),
  endsAt: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
});

export type FiringAlert = z.output<typeof alert>;
export type Silence = z.output<typeof silence>;

/** In whose name silences are made. */
export const creator = 'acgs-chatops';

/** How a silence names its action, within its comment. */
export function markOf(action: string): string {
  return `(action ${action})`;
}

/** Alerts that fire and match all of these, silenced ones too. */
export function readAlerts({ http }: AlertmanagerDeps, matchers: readonly Matcher[], signal: AbortSignal) {
  return read(http, '/api/v2/alerts', { active: 'true', filter: matchers.map(spellMatcher) }, z.array(alert), signal);
}

/** Silences that this action made: one, or none. An ended one is kept for some days. */
export async function silencesOf(
  { http }: AlertmanagerDeps,
  action: string,
  signal: AbortSignal,
): Promise<Answer<readonly Silence[]>> {
  const answer = await read(http, '/api/v2/silences', {}, z.array(silence), signal);
  if (!answer.ok) return answer;
  const mark = markOf(action);
  return answered(answer.value.filter(({ createdBy, comment }) => createdBy === creator && comment.includes(mark)));
}

async function read<Schema extends z.ZodType>(
  http: Http,
  path: string,
  query: Query,
  schema: Schema,
  signal: AbortSignal,
): Promise<Answer<z.output<Schema>>> {
  const answer = await http.getJson(path, query, signal);
  if (!answer.ok) return answer;
  const parsed = schema.safeParse(answer.value);
  if (parsed.success) return answered(parsed.data);
  return failed(
    'malformed',
    `alertmanager: GET ${path} was answered with something that is not its API`,
    'Check that systems.alertmanager.url leads to Alertmanager itself; its API v2 is needed (version 0.16 or later).',
  );
}
