// The use cases on a real store in memory, with a clock that the test moves and answers that the test gives.

import { join } from 'node:path';
import type { Freeze } from '../../src/core/action/freeze.ts';
import type { GateDecision, GateQuestion } from '../../src/core/action/gate.ts';
import type { ActionKind } from '../../src/core/action/port.ts';
import type { Right } from '../../src/core/action/rights.ts';
import { person } from '../../src/core/actor.ts';
import type { Finding, Observation } from '../../src/core/observation.ts';
import type { Log, OutboxRow, Store } from '../../src/core/ports.ts';
import { holdAgainst, verdictOf } from '../../src/core/verdict.ts';
import type { Desk, Request } from '../../src/response/desk.ts';
import type { Given } from '../../src/response/given.ts';
import { openDesk } from '../../src/response/open-desk.ts';
import { loadRunbooks } from '../../src/runbook/index.ts';
import type { Engine } from '../../src/store/engine.ts';
import { storeOver } from '../../src/store/store.ts';
import { givenToStore, openCopiedEngine } from './prepared-store.ts';
import { createLever, type Lever } from './pretend-lever.ts';

export interface Bench {
  readonly given: Given;
  readonly desk: Desk;
  readonly store: Store;
  /** Under the store, for what goes around it. */
  readonly engine: Engine;
  /** Epoch ms; assign to move it. */
  now: number;
  /** Value of each check by its id; undefined: no data. A check that is not named answers 1. */
  readonly values: Map<string, number | undefined>;
  readonly lever: Lever;
  /** Who holds which right; change it to take one away. */
  readonly held: Map<string, readonly Right[]>;
  /** True: everybody's right is a break-glass one. */
  breakGlass: boolean;
  /** True: the process is to end. */
  ending: boolean;
  /** What the decision outside says. */
  gate: GateDecision;
  /** What it was asked, in order. */
  readonly gateAsked: GateQuestion[];
  /** Every line of the log. */
  readonly logged: readonly string[];
  /** Put one in to freeze changes. */
  readonly freezes: Freeze[];
  /** What people were answered, newest last. */
  answers(): Promise<readonly string[]>;
  /** What waits for Slack, lane by lane as it leaves; it is taken as sent. */
  sent(): Promise<readonly OutboxRow[]>;
  asks(who: string, delivery?: string): Request;
}

/** The shipped runbook package; `procedures: false` is a bot whose runbooks are gone. */
export async function openBench(): Promise<Bench> {
  const anything = { problems: () => [] };
  const loaded = await loadRunbooks([join(import.meta.dirname, '../../runbooks/acgs2')], anything);
  if (!loaded.ok) throw new Error('the shipped package loads');
  const values = new Map<string, number | undefined>();
  const bench = {
    now: Date.parse('2026-11-23T02:14:00Z'),
    breakGlass: false,
    ending: false,
    gate: { allowed: true, why: 'the policy allows it' } as GateDecision,
    gateAsked: [] as GateQuestion[],
    freezes: [] as Freeze[],
    logged: [] as string[],
  };
  const lever = createLever();
  const held = new Map<string, readonly Right[]>([
    ['U0RITA', ['responder']],
    ['U0ALICE', ['responder', 'approver', 'commander']],
    ['U0ALICE2', ['responder', 'approver', 'commander']],
    ['U0OMAR', ['responder', 'approver']],
    ['U0LENA', ['responder', 'approver', 'commander']],
  ]);
  const clock = { now: () => bench.now };
  const { ids } = givenToStore();
  const log = recordingLog(bench.logged);
  const engine = await openCopiedEngine(log);
  const store = await storeOver(engine, { clock, ids, log });
  const given: Given = {
    store,
    clock,
    ids,
    log,
    library: loaded.library,
    ladder: [
      { level: 'L1', name: 'On-call engineer', pageAtMs: 0, people: ['S0ONCALL'] },
      { level: 'L2', name: 'Lead', pageAtMs: 300_000, people: ['U0LENA'] },
      { level: 'L3', name: 'Manager', pageAtMs: 900_000, people: ['U0OMAR'] },
    ],
    actions: {
      // Whatever the runbook's action is: behind it stands the one lever, and its parameters ask for position 5.
      kindOf: (system) => (system === 'test' ? lever : { ...lever, ...toFive(lever) }),
      rights: {
        of: async (people) =>
          Object.fromEntries(
            people.map((id) => [id, (held.get(id) ?? []).map((right) => ({ right, breakGlass: bench.breakGlass }))]),
          ),
        holders: async (right) => [...held].flatMap(([id, rights]) => (rights.includes(right) ? [id] : [])),
      },
      gate: {
        async allows(question) {
          bench.gateAsked.push(question);
          return bench.gate;
        },
      },
      policy: {
        decideWithinMs: 900_000,
        runWithinMs: 300_000,
        perTargetPerHour: 3,
        same: [['U0ALICE', 'U0ALICE2']],
        freezes: bench.freezes,
        gated: true,
      },
      undoWithinMs: 86_400_000,
      ending: () => bench.ending,
    },
    ask: async (definition): Promise<Finding> => {
      const value = values.has(definition.id) ? values.get(definition.id) : 1;
      const observation = value === undefined ? noData(definition, bench.now) : measured(definition, value, bench.now);
      return { observation, series: [] };
    },
  };
  const sent = async (): Promise<readonly OutboxRow[]> => {
    const rows: OutboxRow[] = [];
    for (let claimed = await store.outbox.claim(50); claimed.length > 0; claimed = await store.outbox.claim(50)) {
      rows.push(...claimed);
      for (const { id } of claimed) await store.outbox.sent(id);
    }
    return rows;
  };
  return Object.assign(bench, {
    given,
    desk: openDesk(given),
    store,
    engine,
    values,
    lever,
    held,
    asks: (who: string, delivery?: string): Request => ({
      actor: person(who),
      to: { person: who, place: 'C0INCIDENTS' },
      ...(delivery === undefined ? {} : { delivery }),
    }),
    sent,
    async answers() {
      return (await sent()).flatMap(({ notice }) => {
        if (notice.kind !== 'answer')
          return [
            `${notice.kind}${notice.kind === 'call' ? ` ${[notice, ...(notice.also ?? [])].map(({ level }) => level).join(' ')}` : ''}${notice.kind === 'say' ? ` ${notice.text}` : ''}`,
          ];
        const { answer } = notice;
        if (answer.kind === 'refusal') return [`refusal ${answer.fault.code}`];
        return [answer.kind === 'text' ? answer.text : answer.kind];
      });
    },
  });
}

function recordingLog(lines: string[]): Log {
  const keep = (about: object, message: string) => void lines.push(`${message} ${JSON.stringify(about)}`);
  return { debug: keep, info: keep, warn: keep, error: keep };
}

/** The lever as the runbook's own actions find it: they know nothing of a position. */
function toFive(lever: Lever): Pick<ActionKind, 'preview' | 'perform' | 'look'> {
  const params = { to: 5 };
  return {
    preview: (call) => lever.preview({ ...call, params }),
    perform: (call) => lever.perform({ ...call, params }),
    look: (call) => lever.look({ ...call, params }),
  };
}

type Definition = Parameters<Given['ask']>[0];

function measured(definition: Definition, value: number, now: number): Observation {
  const limits = holdAgainst(value, definition.limits);
  return {
    ...frame(definition, now),
    verdict: verdictOf(limits),
    limits,
    measurement: { value, unit: definition.unit },
    summary: String(value),
    sampleAt: now,
  };
}

/** As Prometheus answers once a target has gone: the time of the last good scrape still stands in it. */
function noData(definition: Definition, now: number): Observation {
  const limits = definition.limits.map((limit) => ({ ...limit, outcome: 'undecidable' as const }));
  const unknown = { reason: 'stale', detail: 'the signal is lost', remedy: 'look at the targets' } as const;
  return {
    ...frame(definition, now),
    verdict: 'unknown',
    limits,
    unknown,
    summary: unknown.detail,
    sampleAt: Date.parse('2026-11-23T02:14:00Z'),
  };
}

function frame(definition: Definition, now: number) {
  const { id: check, title, system } = definition;
  return { check, title, rows: [], notes: [], source: { system }, observedAt: now, tookMs: 1 };
}
