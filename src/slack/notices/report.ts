// The report as a Markdown file in the incident's channel.

import type { EvidenceRef } from '../../core/event.ts';
import type { IncidentView } from '../../response/views.ts';
import type { Attempt } from '../posting.ts';
import { channelPlace, type Publishing } from '../publishing.ts';
import { escapeFormatted, oneLine } from '../untrusted.ts';
import { shareOnce } from './files.ts';

export async function postReport(
  p: Publishing,
  attempt: Attempt,
  view: IncidentView,
  report: EvidenceRef,
): Promise<void> {
  const markdown = await p.desk.report(report.id);
  if (markdown === undefined) {
    p.log.error({ incident: view.id, evidence: report.id }, 'the text of a report is missing; nothing is shared');
    return;
  }
  const upload = {
    subject: view.id,
    evidence: report.id,
    filename: `${view.id.toLowerCase()}-report.md`,
    title: oneLine(`${view.id} ${view.title}: report`),
    bytes: new TextEncoder().encode(markdown),
  };
  const comment = escapeFormatted(
    `Report draft of ${view.id} ${oneLine(view.title)}. Every statement comes from the record.`,
  );
  await shareOnce(p, attempt, upload, await channelPlace(p, attempt, view.id), comment);
}
