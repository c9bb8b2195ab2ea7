// The composition root: puts the rooms together, starts them in order and stops them in reverse, by name.

import { createChartRenderer } from './charts/index.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { Gate, Rights } from './core/action/ports.ts';
import type { ChartRenderer, Clock, Ids, Log, Store, System } from './core/ports.ts';
import { createAlertDeliveries } from './intake/alert-deliveries.ts';
import { createAlertmanagerWebhook } from './intake/alertmanager-webhook.ts';
import { createExposition } from './intake/exposition.ts';
import { startHttpServer } from './intake/http-server.ts';
import { measuredAsk, measuredJobs, measuredStore } from './intake/measured.ts';
import { createMetrics } from './intake/metrics.ts';
import { createReadiness, type Readiness } from './intake/readiness.ts';
import { startSelfProbe } from './intake/self-probe.ts';
import { randomIds } from './random-ids.ts';
import { settleWhatIsLeft } from './response/actions/settle-action.ts';
import { createAsk } from './response/ask.ts';
import { carryOutJob } from './response/carry-out-job.ts';
import { keepReviewing } from './response/daily-review.ts';
import type { ActionMeans, Given, Level } from './response/given.ts';
import { keepNotingHeads } from './response/note-heads.ts';
import { openDesk } from './response/open-desk.ts';
import { receiveAlerts } from './response/receive-alerts.ts';
import { resumeWatches } from './response/watch-recovery.ts';
import { loadRunbooks, type RunbookFault } from './runbook/index.ts';
import { openStore } from './store/index.ts';
import { catalogOf } from './systems/catalog.ts';
import { createSystems } from './systems/index.ts';
import { listenForTerminals, socketOf } from './terminal/socket.ts';
import { version } from './version.ts';

/** What a test or an embedding program may exchange. */
export interface Overrides {
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Opens the store in place of what the configuration names. */
  readonly openStore?: () => Promise<Store>;
}

export interface App {
  /** Resolves when requests are accepted. Rejects when the store cannot be opened, a runbook is faulty or the port is taken. */
  start(): Promise<{ readonly url: string }>;
  /** Stops accepting, finishes what runs, and cuts off what is not done after 9 s. Safe to call at any time, also twice. */
  stop(): Promise<void>;
}

/** Runbook packages that do not load; `faults` name file, line and remedy. */
export class FaultyRunbooks extends Error {
  override readonly name = 'FaultyRunbooks';
  readonly faults: readonly RunbookFault[];
  constructor(faults: readonly RunbookFault[]) {
    super(
      faults
        .map((fault) => `${fault.file}:${fault.line}:${fault.column} ${fault.path}: ${fault.message} ${fault.remedy}`)
        .join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * How the app stops: nobody new comes in, what runs ends, then what it ran on is closed. Each turn may last until so many
 * ms after the start of the stop, so that all of it ends within the 10 s that a process is given.
 */
const turns = [
  { parts: ['http', 'terminal', 'self-probe'], untilMs: 2_500 },
  { parts: ['jobs', 'slack', 'alerts'], untilMs: 7_000 },
  { parts: ['store'], untilMs: 8_500 },
  { parts: ['systems'], untilMs: 9_000 },
] as const;
/** For the delivery of alerts in hand; the others stay in the inbox. */
const alertsWithinMs = 3_000;
type Part = (typeof turns)[number]['parts'][number];

/** Slack's SDK is the largest part of a start; it is loaded while the store opens, which mostly waits for its database. */
const loadSlack = () => import('./slack/index.ts');

export function createApp(config: Config, log: Log, overrides: Overrides = {}): App {
  const clock = overrides.clock ?? systemClock;
  const ids = overrides.ids ?? randomIds;
  const started = new Map<Part, () => Promise<void>>();
  let stopping: Promise<void> | undefined;
  let readiness: Readiness | undefined;

  async function start(): Promise<{ readonly url: string }> {
    const systems = createSystems(config.systems, {
      clock,
      log,
      labels: config.labels,
      constitutionalHash: config.constitutionalHash,
    });
    started.set('systems', systems.close);
    const loaded = await loadRunbooks(config.runbooks, catalogOf(systems.systems));
    if (!loaded.ok) throw new FaultyRunbooks(loaded.faults);

    const opening = overrides.openStore?.() ?? openStore(config.store, { clock, ids, log });
    started.set('store', () =>
      opening.then(
        (store) => store.close(),
        () => {},
      ),
    );
    const [opened, { createSlackFace }] = await Promise.all([opening, loadSlack()]);
    const metrics = createMetrics({ clock, version, systems: systems.systems.map((system) => system.name) });
    const store = measuredStore(opened, metrics);
    const health = createReadiness({
      clock,
      systems: systems.systems,
      runbooks: loaded.library.procedures.map((procedure) => procedure.name),
      store,
    });
    readiness = health;
    const ask = measuredAsk(createAsk(systems.systems, { clock, log }), metrics, health);
    // Rights are read from Slack, whose face is made from what is given here.
    const rights: Rights = {
      of: (people, how) => slack.rights.of(people, how),
      holders: (right) => slack.rights.holders(right),
    };
    const given: Given = {
      ...{ store, clock, ids, log, library: loaded.library, ladder: ladderOf(config), ask },
      actions: { ...actionMeans(config, systems, rights), ending: () => stopping !== undefined },
    };
    const desk = openDesk(given);
    const charts: ChartRenderer = createChartRenderer(config.charts);

    const { connection, apiUrl, channel, incidentChannels, limits } = config.slack;
    const slack = createSlackFace(
      {
        ...{ botToken: connection.botToken, connection, apiUrl, channel, incidentChannels, limits },
        rights: { people: config.people, breakGlass: config.approvals.breakGlass },
      },
      { desk, store, charts, clock, ids, chance: Math.random, log, meter: metrics },
    );
    await slack.start();
    started.set('slack', () => slack.stop());
    if (config.store.kind === 'embedded' && overrides.openStore === undefined) {
      await listenForTerminals(socketOf(config.store), { desk, audit: store.audit }, log).then(
        (stopListening) => started.set('terminal', stopListening),
        (error: unknown) => log.warn({ why: String(error) }, 'the terminal cannot reach this bot'),
      );
    }

    const alerts = createAlertDeliveries({
      inbox: store.inbox,
      work: async (told, delivery) => metrics.alerted(await receiveAlerts(given, told, delivery)),
      clock,
      ids,
      log,
    });
    alerts.start();
    started.set('alerts', () => alerts.stop(alertsWithinMs));
    const { alertmanager } = config.systems;
    if (alertmanager !== undefined && alertmanager.webhookToken === undefined)
      log.warn({}, 'systems.alertmanager.webhookToken is not set: every alert will be refused');
    const webhook = { token: alertmanager?.webhookToken, take: alerts.take, meter: metrics, log };

    const server = await startHttpServer(
      {
        routes: {
          ...(slack.handler === undefined ? {} : { 'POST /slack/events': slack.handler }),
          'POST /webhooks/alertmanager': createAlertmanagerWebhook(webhook),
        },
        readiness: () => health.report(slack.status()),
        metrics: createExposition({ registry: metrics.registry, store, slack, log }),
      },
      config.http,
      log,
    );
    started.set('http', () => server.stop());
    await resumeWatches(given);
    await keepNotingHeads(given);
    await keepReviewing(given);
    const stopWork = await store.work(measuredJobs(carryOutJob(given), metrics));
    const stopSettling = settleWhatIsLeft(given);
    started.set('jobs', async () => void (await Promise.all([stopWork(), stopSettling()])));
    health.listenersAre('up');
    started.set('self-probe', startSelfProbe(server.url, { well: metrics.probed, log }));
    log.info({ url: server.url }, 'ready');
    setTimeout(() => void prepareInTurn(systems.systems, log), prepareAfterMs).unref();
    return { url: server.url };
  }

  async function stop(): Promise<void> {
    const begunAt = performance.now();
    readiness?.listenersAre('stopping');
    for (const { parts, untilMs } of turns) {
      await Promise.all(parts.map((part) => stopPart(part, untilMs - (performance.now() - begunAt))));
    }
  }

  async function stopPart(part: Part, withinMs: number): Promise<void> {
    const stopNow = started.get(part);
    started.delete(part);
    if (stopNow === undefined) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      log.warn({ part }, 'a part did not stop in time and was cut off');
      late.resolve();
    }, withinMs);
    const stopped = stopNow().catch((error: unknown) =>
      log.error({ part, error: String(error) }, 'a part did not stop cleanly'),
    );
    await Promise.race([stopped, late.promise]);
    clearTimeout(timer);
  }

  return {
    async start() {
      try {
        return await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop: () => (stopping ??= stop()),
  };
}

/** What has come in while the bot was away is acknowledged before anything else is loaded; a check that is asked earlier loads its own. */
const prepareAfterMs = 1_000;

/** One after the other: loading all of their libraries at once would keep commands waiting. */
async function prepareInTurn(systems: readonly System[], log: Log): Promise<void> {
  for (const system of systems) {
    await system
      .prepare()
      .catch((error: unknown) => log.warn({ system: system.name, error: String(error) }, 'not prepared'));
  }
}

function ladderOf(config: Config): readonly Level[] {
  return config.escalation.map(({ level, name, pageAtMs, people }) => ({ level, name, pageAtMs, people }));
}

function actionMeans(
  config: Config,
  { systems, gate }: { readonly systems: readonly System[]; readonly gate?: Gate },
  rights: Rights,
): Omit<ActionMeans, 'ending'> {
  const { decideWithinMs, runWithinMs, undoWithinMs, perTargetPerHour, freezes } = config.approvals;
  return {
    kindOf(name, kind) {
      const actions = systems.find((system) => system.name === name)?.actions ?? {};
      return Object.hasOwn(actions, kind) ? actions[kind] : undefined;
    },
    rights,
    ...(gate === undefined ? {} : { gate }),
    policy: {
      ...{ decideWithinMs, runWithinMs, perTargetPerHour, freezes },
      ...{ same: config.people.same, gated: gate !== undefined },
    },
    undoWithinMs,
  };
}
