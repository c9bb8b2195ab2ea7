// Chooses who draws the charts, as the configuration says.

import type { ChartRenderer } from '../core/ports.ts';
import { createLocalRenderer } from './local-renderer.ts';
import { createQuickChartRenderer } from './quickchart-renderer.ts';

export type ChartsConfig = { readonly renderer: 'local' } | { readonly renderer: 'quickchart'; readonly url: string };

/**
 * Longer than this and the reader gets a sparkline instead. Nothing waits for a picture but its own message, so what has to load
 * its code first on a slow processor may take its time; a server that is silent for some seconds will stay so.
 */
const deadlineMsOf = { local: 15_000, quickchart: 5_000 };
const defaultIdleMs = 60_000;

/**
 * @param given.deadlineMs for one chart, default 15,000 where the bot draws it, 5,000 where a server does
 * @param given.idleMs how long the local renderer keeps its thread when nothing is to be drawn, default 60,000
 * @throws when the address of the QuickChart server is not an http(s) address, or the fonts are missing
 */
export function createChartRenderer(
  config: ChartsConfig,
  given: { readonly deadlineMs?: number; readonly idleMs?: number } = {},
): ChartRenderer {
  const deadlineMs = given.deadlineMs ?? deadlineMsOf[config.renderer];
  switch (config.renderer) {
    case 'local':
      return createLocalRenderer({ deadlineMs, idleMs: given.idleMs ?? defaultIdleMs });
    case 'quickchart':
      return createQuickChartRenderer(config.url, { deadlineMs });
  }
}
