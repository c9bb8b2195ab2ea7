// Chooses who draws the charts, as the configuration says.

import type { ChartRenderer } from '../core/ports.ts';
import { createLocalRenderer } from './local-renderer.ts';
import { createQuickChartRenderer } from './quickchart-renderer.ts';

export type ChartsConfig = { readonly renderer: 'local' } | { readonly renderer: 'quickchart'; readonly url: string };

/** Longer than this and the reader gets a sparkline instead: a card never waits for its picture. */
const defaultDeadlineMs = 5_000;
const defaultIdleMs = 60_000;

/**
 * @param given.deadlineMs for one chart, default 5,000
 * @param given.idleMs how long the local renderer keeps its thread when nothing is to be drawn, default 60,000
 * @throws when the address of the QuickChart server is not an http(s) address, or the fonts are missing
 */
export function createChartRenderer(
  config: ChartsConfig,
  given: { readonly deadlineMs?: number; readonly idleMs?: number } = {},
): ChartRenderer {
  const deadlineMs = given.deadlineMs ?? defaultDeadlineMs;
  switch (config.renderer) {
    case 'local':
      return createLocalRenderer({ deadlineMs, idleMs: given.idleMs ?? defaultIdleMs });
    case 'quickchart':
      return createQuickChartRenderer(config.url, { deadlineMs });
  }
}
