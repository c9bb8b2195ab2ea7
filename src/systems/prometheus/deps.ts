// What every Prometheus check is given, and the link under which people see the same query.

import type { Source } from '../../core/observation.ts';
import type { Clock } from '../../core/ports.ts';
import type { PrometheusApi } from './api.ts';
import type { Selecting } from './selector.ts';

export interface PrometheusDeps extends Selecting {
  readonly api: PrometheusApi;
  readonly clock: Clock;
  /** Base of links for people, without credentials and without a trailing slash. */
  readonly linkBase: string;
}

export function sourceOf(deps: PrometheusDeps, query: string, graphed = query): Source {
  const shown = new URLSearchParams({ 'g0.expr': graphed, 'g0.tab': '0', 'g0.range_input': '1h' });
  return { system: 'prometheus', query, link: `${deps.linkBase}/graph?${shown.toString()}` };
}
