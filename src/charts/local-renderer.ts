// Draws charts in this process: Chart.js on a canvas, with its own letters, so that nothing leaves the company.

import { fileURLToPath } from 'node:url';
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
import type { ChartRenderer } from '../core/ports.ts';
import { chartSize, toChartJs } from './chartjs.ts';
import { before } from './deadline.ts';
import { pictureFrom } from './png.ts';

const whitePaper: Plugin = {
  id: 'white-paper',
  beforeDraw: ({ ctx, width, height }) => {
    ctx.save();
    ctx.fillStyle = '#FFFFFF';
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

/** @param given.deadlineMs after which `render` rejects; drawing itself takes about 100 ms. */
export function createLocalRenderer(given: { readonly deadlineMs: number }): ChartRenderer {
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
  return {
    render: (chart) => before(AbortSignal.timeout(given.deadlineMs), draw(chart), 'the chart took too long to draw'),
  };
}

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
  }
}

/** Without a registered font the canvas of a bare machine draws no text and reports no error. */
function registerFonts(): void {
  for (const subset of ['latin', 'latin-ext', 'cyrillic', 'greek']) {
    for (const weight of [400, 600]) {
      const file = import.meta.resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff2`);
      const key = GlobalFonts.registerFromPath(fileURLToPath(file), 'Inter');
      if (key === null) throw new Error(`the font file ${file} cannot be read: install the packages again (npm ci)`);
    }
  }
}
