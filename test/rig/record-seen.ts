// The record as a bot left it: every event, every waiting row, and the cards as they follow from the events alone.

import { sql } from 'kysely';
import { loadConfig } from '../../src/config.ts';
import type { Recorded } from '../../src/core/event.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Notice } from '../../src/core/notice.ts';
import type { Job } from '../../src/core/ports.ts';
import type { ActionMeans } from '../../src/response/given.ts';
import { incidentView } from '../../src/response/incident-view.ts';
import { reviewView } from '../../src/response/review-view.ts';
import { loadRunbooks } from '../../src/runbook/index.ts';
import { announcement, incidentCard } from '../../src/slack/blocks/card.ts';
import { reviewMessage } from '../../src/slack/blocks/review.ts';
import type { Named } from '../../src/slack/blocks/rich.ts';
import type { Engine } from '../../src/store/engine.ts';
import { rebuild } from '../../src/store/projection.ts';
import { readsOver } from '../../src/store/reads.ts';
import { verifyRecord } from '../../src/store/verify.ts';
import { catalogOf } from '../../src/systems/catalog.ts';
import { createSystems } from '../../src/systems/index.ts';
import { givenToStore } from '../support/prepared-store.ts';
import { ladder, type Stage } from './stage.ts';

export interface InboxRow {
  readonly key: string;
  readonly outcome: string | null;
  /** Epoch ms. */
  readonly takenAt: number;
  readonly settledAt: number | undefined;
}

export interface OutboxRow {
  readonly id: string;
  readonly lane: string;
  readonly notice: Notice;
  readonly failed: boolean;
  readonly why: string | null;
}

export interface JobRow {
  readonly state: string;
  readonly job: Job;
  /** Epoch ms. */
  readonly dueAt: number;
  /** Of its last try, epoch ms. */
  readonly startedAt: number | undefined;
}

/** What a message must say: only its text is compared, blocks say the same and more. */
export interface Drawn {
  readonly card: string;
  readonly announcement: string;
}

/** What is read after every kill, cheap enough for that. */
export interface Glance {
  readonly inbox: ReadonlyMap<string, InboxRow>;
  readonly outbox: readonly OutboxRow[];
  readonly jobs: readonly JobRow[];
  readonly brokenChains: readonly string[];
  readonly numbers: readonly number[];
}

export interface SeenRecord extends Glance {
  readonly incidents: readonly Incident[];
  readonly streams: ReadonlyMap<string, readonly Recorded[]>;
  /** Incidents whose projection is not what their events make. */
  readonly wrongProjections: readonly string[];
  /** What the bot remembers of its messages, by `subject key`. */
  readonly refs: ReadonlyMap<string, string>;
  readonly drawn: ReadonlyMap<string, Drawn>;
  readonly reviews: ReadonlyMap<string, string>;
}

/** `since` (epoch ms): only the chains of streams that went on since then are walked. */
export async function glance({ db }: Engine, since = 0): Promise<Glance> {
  const inbox = await db.selectFrom('inbox').selectAll().execute();
  const outbox = await db.selectFrom('outbox').selectAll().orderBy('position').execute();
  const jobs = await sql<{ state: string; data: Job; start_after: Date; started_on: Date | null }>`
    select state, data, start_after, started_on from pgboss.job where name = 'acgs' and state <> 'completed'`.execute(
    db,
  );
  const streams = await db
    .selectFrom('event')
    .select('stream')
    .distinct()
    .where('recorded_at', '>=', new Date(since))
    .execute();
  const brokenChains: string[] = [];
  for (const { stream } of streams) {
    const [fault] = (await verifyRecord(db, [], stream)).faults;
    if (fault !== undefined) brokenChains.push(`${stream} at ${fault.seq}: ${fault.why}`);
  }
  const numbers = await db.selectFrom('incident').select('number').orderBy('number').execute();
  return {
    inbox: new Map(
      // A key that was closed, so that nothing is ever taken under it, is no delivery.
      inbox
        .filter(({ kind }) => kind !== 'refused')
        .map((row) => [
          row.key,
          {
            key: row.key,
            outcome: row.outcome,
            takenAt: row.taken_at.getTime(),
            settledAt: row.settled_at?.getTime(),
          },
        ]),
    ),
    outbox: outbox.map((row) => ({
      id: row.id,
      lane: row.lane,
      notice: row.notice as Notice,
      failed: row.failed_at !== null,
      why: row.why,
    })),
    jobs: jobs.rows.map((row) => ({
      state: row.state,
      job: row.data,
      dueAt: row.start_after.getTime(),
      startedAt: row.started_on?.getTime(),
    })),
    brokenChains,
    numbers: numbers.map((row) => row.number),
  };
}

export async function readRecord(engine: Engine, stage: Stage): Promise<SeenRecord> {
  const { db } = engine;
  const seen = await glance(engine);
  const reads = readsOver(db, (_called, work) => work());
  const before = await db.selectFrom('incident').select(['stream', 'state']).orderBy('number').execute();
  await db.transaction().execute(rebuild);
  const after = await db.selectFrom('incident').select(['stream', 'state']).orderBy('number').execute();
  const wrongProjections = after
    .filter((row, index) => canonical(row.state) !== canonical(before[index]?.state))
    .map((row) => row.stream);
  const names = await db.selectFrom('event').select('stream').distinct().execute();
  const streams = new Map<string, readonly Recorded[]>();
  for (const { stream } of names) streams.set(stream, await reads.events(stream));
  const refs = await db.selectFrom('face_ref').selectAll().execute();
  const byName = new Map(refs.map((ref) => [`${ref.subject} ${ref.key}`, ref.value]));
  const incidents = await reads.incidents({ limit: 1_000_000 });
  return {
    ...seen,
    incidents,
    streams,
    wrongProjections,
    refs: byName,
    ...(await draw(stage, reads, streams, byName)),
  };
}

/** Draws every card and review as the bot would, from the rebuilt projections. */
async function draw(
  stage: Stage,
  reads: ReturnType<typeof readsOver>,
  streams: SeenRecord['streams'],
  refs: SeenRecord['refs'],
): Promise<Pick<SeenRecord, 'drawn' | 'reviews'>> {
  const loaded = loadConfig(stage.configFile, stage.environment);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { clock, ids, log } = givenToStore();
  const { labels, constitutionalHash } = loaded.config;
  const systems = createSystems(loaded.config.systems, { clock, log, labels, constitutionalHash });
  const runbooks = await loadRunbooks(loaded.config.runbooks, catalogOf(systems.systems));
  await systems.close();
  if (!runbooks.ok) throw new Error('the runbooks of the rig do not load');
  const nobodyAsks = () => Promise.reject(new Error('drawing asks no system'));
  const levels = ladder.map(({ level, name, pageAtMs, slack }) => ({ level, name, pageAtMs, people: slack }));
  // Drawing reads, and never opens a transaction.
  const store = reads as Parameters<typeof incidentView>[0]['store'];
  const given = {
    ...{ store, clock, ids, log, library: runbooks.library, ladder: levels, ask: nobodyAsks },
    actions: actionsOf(systems),
  };
  const drawn = new Map<string, Drawn>();
  const reviews = new Map<string, string>();
  for (const stream of streams.keys()) {
    const view = await incidentView(given, stream);
    if (view !== undefined) {
      drawn.set(stream, {
        card: incidentCard(view, named).text,
        announcement: announcement(view, named, refs.get(`${stream} channel`)).text,
      });
    }
    const review = await reviewView(given, stream);
    if (review !== undefined) reviews.set(stream, reviewMessage(review).text);
  }
  return { drawn, reviews };
}

/** Which buttons a card has depends on what is configured; nothing is decided here, so nobody has rights. */
function actionsOf({ systems }: ReturnType<typeof createSystems>): ActionMeans {
  return {
    kindOf: (name, kind) => systems.find((system) => system.name === name)?.actions[kind],
    rights: { of: () => Promise.reject(new Error('drawing asks no rights')), holders: async () => [] },
    policy: { decideWithinMs: 0, runWithinMs: 0, perTargetPerHour: 0, same: [], freezes: [], gated: false },
    undoWithinMs: 0,
    ending: () => false,
  };
}

/** The pretend Slack's display names are the short ones, which are the ids in small letters. */
const named: Named = (actor) => {
  if (actor.kind === 'bot') return 'the bot';
  return actor.kind === 'system' ? actor.name : actor.id.replace(/^U0/, '').toLowerCase().replace('stranger', 'sam');
};

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
