// The faults of Slack itself as switches for the control panel: down, rate limited, slow.

import type { Fault, PretendFaults } from '../slack/faults.ts';

export interface SlackSwitch {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly on: boolean;
}

export interface SlackSwitches {
  list(): readonly SlackSwitch[];
  /** @throws when there is no such switch */
  set(id: string, on: boolean): void;
}

interface Kind {
  readonly title: string;
  readonly description: string;
  /** Undefined: all of Slack is gone. */
  readonly fault?: Fault;
}

const kinds: Readonly<Record<string, Kind>> = {
  'slack-down': {
    title: 'Slack is down',
    description: 'Every call of the bot to Slack is cut off. What people see comes when it is back.',
  },
  'slack-429': {
    title: 'Slack says: too many calls',
    description: 'Every call is answered 429 with Retry-After 5.',
    fault: { kind: 'ratelimited', retryAfter: 5 },
  },
  'slack-slow': {
    title: 'Slack is slow',
    description: 'Every call is answered after 3 s.',
    fault: { kind: 'delay', ms: 3_000 },
  },
};

export function createSlackSwitches(faults: PretendFaults): SlackSwitches {
  const on = new Map<string, () => void>();
  return {
    list: () =>
      Object.entries(kinds).map(([id, { title, description }]) => ({ id, title, description, on: on.has(id) })),
    set(id, wanted) {
      const kind = kinds[id];
      if (kind === undefined) throw new Error(`Slack has no fault ${id}`);
      if (wanted === on.has(id)) return;
      const end = on.get(id);
      if (end !== undefined) {
        on.delete(id);
        return end();
      }
      on.set(id, begin(faults, kind.fault));
    },
  };
}

/** @returns what ends it */
function begin(faults: PretendFaults, fault: Fault | undefined): () => void {
  if (fault !== undefined) return faults.fail('*', fault, Number.POSITIVE_INFINITY);
  faults.down(true);
  return () => faults.down(false);
}
