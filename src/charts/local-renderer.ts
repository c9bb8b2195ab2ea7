// Draws charts on this machine, so that nothing leaves the company, and on a thread of its own, so that nobody waits for it.

import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Chart, Picture } from '../core/chart.ts';
import type { ChartRenderer } from '../core/ports.ts';
import { before } from './deadline.ts';
import type { Drawn, ToDraw } from './drawing-thread.ts';
import { fontFiles } from './fonts.ts';

type Draw = (chart: Chart) => Promise<Picture>;

/**
 * @param given.deadlineMs after which `render` rejects; drawing itself takes about 100 ms, and some more the first time
 * @param given.idleMs after which a thread that is asked nothing ends, and gives its memory back
 */
export function createLocalRenderer(given: { readonly deadlineMs: number; readonly idleMs: number }): ChartRenderer {
  const missing = fontFiles().find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new Error(`the font file ${missing} is missing: install the packages again (npm ci)`);
  let draw: Draw | undefined;
  return {
    render(chart) {
      draw ??= startDrawing(given.idleMs, () => {
        draw = undefined;
      });
      return before(AbortSignal.timeout(given.deadlineMs), draw(chart), 'the chart took too long to draw');
    },
  };
}

/** @param ended called once when the thread is gone, by itself or because it broke: the next chart needs a new one */
function startDrawing(idleMs: number, ended: () => void): Draw {
  const waiting = new Map<number, PromiseWithResolvers<Picture>>();
  const worker = new Worker(new URL('./drawing-thread.ts', import.meta.url));
  let asked = 0;
  let over = false;

  const end = (why: string): void => {
    if (over) return;
    over = true;
    clearTimeout(idle);
    ended();
    for (const { reject } of waiting.values()) reject(new Error(why));
    void worker.terminate();
  };
  const idle = setTimeout(() => end('the chart took for ever to draw'), idleMs).unref();

  worker.on('message', (drawn: Drawn) => {
    const asker = waiting.get(drawn.id);
    waiting.delete(drawn.id);
    if ('picture' in drawn) asker?.resolve(drawn.picture);
    else asker?.reject(new Error(drawn.why));
    // A thread that waits keeps no process alive.
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (error) => end(`the drawing thread broke: ${error.message}`));
  worker.on('exit', () => end('the drawing thread ended'));

  return (chart) => {
    asked += 1;
    const drawing = Promise.withResolvers<Picture>();
    waiting.set(asked, drawing);
    idle.refresh();
    worker.ref();
    worker.postMessage({ id: asked, chart } satisfies ToDraw);
    return drawing.promise;
  };
}
