// Whether the bot can take work: its store and its listeners decide; Slack and the systems are reported, with since when.

import type { Observation, UnknownReason } from '../core/observation.ts';
import { type Clock, type Store, StoreRefusesWrites, type System } from '../core/ports.ts';
import { within } from './within.ts';

/** How one part stands. `since` is when it came to stand so, or when it was first looked at. */
export interface PartState {
  readonly state: string;
  readonly detail?: string;
  readonly since: string;
}

export interface SlackStanding {
  readonly connected: boolean;
  readonly detail: string;
  readonly connections?: readonly PartState[];
}

/** The body of `GET /readyz`. `ready` decides between 200 and 503. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly listeners: PartState;
  readonly store: PartState;
  /** In Socket Mode with each of its connections. */
  readonly slack: PartState & { readonly connections?: readonly PartState[] };
  readonly systems: Readonly<Record<string, PartState>>;
  readonly runbooks: readonly string[];
}

export interface Readiness {
  /** What a system answered to a check; the report tells the latest. */
  answered(observation: Observation): void;
  listenersAre(state: 'starting' | 'up' | 'stopping'): void;
  /** Answers within 2 s, whatever the store does. */
  report(slack: SlackStanding): Promise<ReadinessReport>;
}

const storeWithinMs = 1_500;

/** With these the system itself is the problem; with the others it did answer. */
const silences: ReadonlySet<UnknownReason> = new Set(['unreachable', 'timeout', 'unauthorized', 'malformed']);

export function createReadiness(given: {
  readonly clock: Clock;
  readonly systems: readonly System[];
  readonly runbooks: readonly string[];
  readonly store: Store;
}): Readiness {
  const { clock, systems } = given;
  const parts = new Map<string, PartState>();
  const now = (part: string, state: string, detail?: string): PartState => {
    const before = parts.get(part);
    const since = before?.state === state ? before.since : new Date(clock.now()).toISOString();
    const standing = { state, ...(detail === undefined ? {} : { detail }), since };
    parts.set(part, standing);
    return standing;
  };
  const last = (part: string, state: string): PartState => parts.get(part) ?? now(part, state);

  const storeNow = async (): Promise<PartState> => {
    const answer = await within(
      given.store.ping().then(
        () => 'reachable' as const,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      ),
      storeWithinMs,
    );
    if (answer === 'reachable') return now('store', 'reachable');
    // Ready all the same: what is asked is answered, and what cannot be accepted is told better by us than by a closed door.
    if (answer instanceof StoreRefusesWrites) return now('store', 'refuses writes', answer.message);
    return now('store', 'unreachable', answer?.message ?? `no answer within ${storeWithinMs} ms`);
  };

  now('listeners', 'starting');
  for (const { name, configured } of systems) now(`system ${name}`, configured ? 'not asked yet' : 'not configured');

  return {
    answered({ source, unknown }) {
      if (!parts.has(`system ${source.system}`) || unknown?.reason === 'not_configured') return;
      if (unknown !== undefined && silences.has(unknown.reason)) {
        now(`system ${source.system}`, 'does not answer', unknown.detail);
      } else now(`system ${source.system}`, 'answers');
    },
    listenersAre: (state) => void now('listeners', state),
    async report(slack) {
      const store = await storeNow();
      const listeners = last('listeners', 'starting');
      return {
        ready: store.state !== 'unreachable' && listeners.state === 'up',
        listeners,
        store,
        slack: {
          ...now('slack', slack.connected ? 'connected' : 'not connected', slack.detail),
          ...(slack.connections === undefined ? {} : { connections: slack.connections }),
        },
        systems: Object.fromEntries(systems.map(({ name }) => [name, last(`system ${name}`, 'not asked yet')])),
        runbooks: given.runbooks,
      };
    },
  };
}
