// A chart in a thread: a picture with its numbers in words, or small bars of text where no picture can be drawn.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Chart } from '../../core/chart.ts';
import { describeChart, sparkline } from '../../core/chart-words.ts';
import type { EvidenceRef } from '../../core/event.ts';
import { chartMessage, sparkMessage } from '../blocks/talk.ts';
import { isRefusal } from '../failures.ts';
import { refKeys } from '../ids.ts';
import { type Attempt, invalidBlocks, type Place } from '../posting.ts';
import { type Publishing, postNear } from '../publishing.ts';
import { uploadUnshared } from './files.ts';

/** A new file is not visible to blocks at once; Slack then refuses the block. */
const visiblePausesMs = [0, 500, 1_000, 2_000, 4_000];
const sparkWidth = 40;

/** `subject` is the incident or review that the chart belongs to. */
export async function postChart(
  p: Publishing,
  attempt: Attempt,
  subject: string,
  evidence: EvidenceRef,
  place: Place,
): Promise<void> {
  const chart = await p.desk.chart(evidence.id);
  if (chart === undefined) {
    p.log.error({ subject, evidence: evidence.id }, 'the data of a chart is missing; nothing is posted');
    return;
  }
  const file = await pictureOf(p, attempt, subject, evidence, chart);
  if (file !== undefined && (await postPicture(p, attempt, chart, file, place))) return;
  const sparks = chart.series.map((series) => `${sparkline(series, sparkWidth)} ${series.name}`);
  await postNear(p, attempt, place, sparkMessage(chart.title, describeChart(chart), sparks));
}

/** The uploaded picture's file id; undefined when it cannot be drawn or Slack takes no files. */
async function pictureOf(
  p: Publishing,
  attempt: Attempt,
  subject: string,
  evidence: EvidenceRef,
  chart: Chart,
): Promise<string | undefined> {
  const known = await p.store.faceRef(subject, refKeys.file(evidence.id));
  if (known !== undefined) return known;
  const drawn = await p.charts.render(chart).catch((error: unknown) => {
    p.log.warn(
      { subject, why: error instanceof Error ? error.message : String(error) },
      'a chart cannot be drawn; text goes instead',
    );
  });
  if (drawn === undefined) return undefined;
  const filename = `${subject.toLowerCase()}-chart.png`;
  const upload = { subject, evidence: evidence.id, filename, title: chart.title, bytes: drawn.png };
  return uploadUnshared(p, attempt, upload).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
    p.log.warn({ subject, why: error.failure.why }, 'Slack takes no picture; text goes instead');
    return undefined;
  });
}

/** False when Slack still refuses the picture after a while. */
async function postPicture(
  p: Publishing,
  attempt: Attempt,
  chart: Chart,
  file: string,
  place: Place,
): Promise<boolean> {
  const message = chartMessage(chart.title, describeChart(chart), file);
  for (const pauseMs of visiblePausesMs) {
    await sleep(pauseMs);
    try {
      await p.posting.post(attempt, place, message, { blocksOrNothing: true });
      return true;
    } catch (error) {
      if (!invalidBlocks(error)) throw error;
    }
  }
  p.log.warn({ file }, 'an uploaded chart stays invisible; text goes instead');
  return false;
}
