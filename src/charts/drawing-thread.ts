// The thread that draws charts: Chart.js on a canvas, with its own letters. Loading and drawing would hold up the bot's answers.

import { parentPort } from 'node:worker_threads';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import {
  type ChartItem,
  Chart as ChartJs,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  SubTitle,
  TimeScale,
  Title,
} from 'chart.js';
import 'chartjs-adapter-luxon';
import annotationPlugin from 'chartjs-plugin-annotation';
import type { Chart, Picture } from '../core/chart.ts';
import { chartSize, toChartJs } from './chartjs.ts';
import { fontFiles } from './fonts.ts';
import { pictureFrom } from './png.ts';

export interface ToDraw {
  readonly id: number;
  readonly chart: Chart;
}

export type Drawn = { readonly id: number } & ({ readonly picture: Picture } | { readonly why: string });

const whitePaper: Plugin = {
  id: 'white-paper',
  beforeDraw: ({ ctx, width, height }) => {
    ctx.save();
    ctx.fillStyle = '#FFFFFF';
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

async function draw(chart: Chart): Promise<Picture> {
  const canvas = createCanvas(chartSize.width, chartSize.height);
  const config = { ...toChartJs(chart, 'canvas'), plugins: [whitePaper] };
  // Chart.js types its target as the canvas of a browser and its data as mutable; both are only read here.
  const drawing = new ChartJs(
    canvas as unknown as ChartItem,
    config as unknown as ConstructorParameters<typeof ChartJs>[1],
  );
  try {
    const picture = pictureFrom(await canvas.encode('png'));
    if (picture === undefined) throw new Error('the canvas did not make a PNG');
    return picture;
  } finally {
    drawing.destroy();
    // Five megabytes of pixels outside of what the garbage collector sees, which would wait for it.
    canvas.width = 0;
  }
}

/** Without a registered font the canvas of a bare machine draws no text and reports no error. */
function registerFonts(): void {
  for (const file of fontFiles()) {
    const key = GlobalFonts.registerFromPath(file, 'Inter');
    if (key === null) throw new Error(`the font file ${file} cannot be read: install the packages again (npm ci)`);
  }
}

registerFonts();
ChartJs.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  TimeScale,
  Legend,
  Title,
  SubTitle,
  annotationPlugin,
);
parentPort?.on('message', async ({ id, chart }: ToDraw) => {
  const drawn: Drawn = await draw(chart).then(
    (picture) => ({ id, picture }),
    (error: unknown) => ({ id, why: error instanceof Error ? error.message : String(error) }),
  );
  parentPort?.postMessage(drawn);
});
