// The alerts of the Alertmanager face: the company's own latency alerts, and whatever is posted.

import { createHash } from 'node:crypto';
import type { World } from '../world/world.ts';
import { type AlertmanagerAnswer, badFilter, fits, type Labels, readFilters } from './alertmanager-matchers.ts';

interface Alert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsMs: number;
  readonly endsMs: number;
}

export interface AlertBook {
  post(posted: unknown): AlertmanagerAnswer;
  list(query: URLSearchParams): AlertmanagerAnswer;
}

/** `resolve_timeout`: an alert that is not told again has ended then. */
const lastsMs = 300_000;
/** The two of the owners' latency alerts that a P99 raises, with their limits in ms. */
const own = [
  { name: 'CriticalP99Latency', severity: 'critical', above: 5 },
  { name: 'HighP99Latency', severity: 'warning', above: 4 },
] as const;

export function createAlertBook(world: World, silencedBy: (labels: Labels) => readonly string[]): AlertBook {
  const posted = new Map<string, Alert>();
  const since = new Map<string, number>();

  function raised(): readonly Alert[] {
    const p99 = world.state().truth.p99Ms.all ?? 0;
    return own.flatMap(({ name, severity, above }) => {
      if (p99 <= above) {
        since.delete(name);
        return [];
      }
      const startsMs = since.get(name) ?? world.now();
      since.set(name, startsMs);
      const labels = { alertname: name, service: 'acgs2-agent-bus', severity };
      const annotations = { summary: `P99 latency is ${p99} ms` };
      return [{ labels, annotations, startsMs, endsMs: world.now() + lastsMs }];
    });
  }

  return {
    post(given) {
      const alerts = Array.isArray(given) ? (given as readonly { labels?: Labels; annotations?: Labels }[]) : [];
      if (alerts.some(({ labels = {} }) => Object.keys(labels).length === 0))
        return { code: 400, body: 'at least one label pair required' };
      for (const { labels = {}, annotations = {} } of alerts) {
        const startsMs = posted.get(fingerprintOf(labels))?.startsMs ?? world.now();
        posted.set(fingerprintOf(labels), { labels, annotations, startsMs, endsMs: world.now() + lastsMs });
      }
      return { code: 200 };
    },
    list(query) {
      const filters = readFilters(query);
      if (typeof filters === 'string') return badFilter(filters);
      const wants = (state: string) => query.get(state) !== 'false';
      const shown = [...raised(), ...posted.values()]
        .filter(({ endsMs }) => endsMs > world.now())
        .filter(({ labels }) => filters.every((filter) => fits(filter, labels)))
        .map((alert) => ({ alert, by: silencedBy(alert.labels) }))
        .filter(({ by }) => wants(by.length > 0 ? 'silenced' : 'active'))
        .map(({ alert, by }) => show(alert, by));
      return { code: 200, body: shown };
    },
  };
}

function show({ labels, annotations, startsMs, endsMs }: Alert, by: readonly string[]): unknown {
  return {
    annotations,
    endsAt: new Date(endsMs).toISOString(),
    fingerprint: fingerprintOf(labels),
    receivers: [{ name: 'none' }],
    startsAt: new Date(startsMs).toISOString(),
    status: { inhibitedBy: [], silencedBy: by, state: by.length > 0 ? 'suppressed' : 'active' },
    updatedAt: new Date(startsMs).toISOString(),
    labels,
  };
}

function fingerprintOf(labels: Labels): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(labels).sort()))
    .digest('hex')
    .slice(0, 16);
}
