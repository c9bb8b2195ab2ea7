// The live card of an incident, its short form in the main channel, and the answer to `incident show`.

import type { KnownBlock, RichTextSection } from '@slack/types';
import type { SetupStep } from '../../core/event.ts';
import type { Standing } from '../../core/hypothesis.ts';
import type { IncidentView } from '../../response/views.ts';
import { firstOf } from '../fit.ts';
import { incidentActions } from './buttons.ts';
import { clockLine, clockText } from './clock-line.ts';
import { headlineText, incidentHeadline } from './headline.ts';
import { actionsText, inPlaceText } from './in-place.ts';
import { phasesText } from './phases.ts';
import { proposalsText } from './proposals.ts';
import {
  clockTime,
  day,
  footnote,
  header,
  line,
  link,
  type Message,
  type Named,
  present,
  rich,
  strong,
  topText,
  words,
} from './rich.ts';

const setupWords: Readonly<Record<SetupStep, string>> = {
  channel: 'No channel of its own',
  topic: 'Topic not set',
  invite: 'Not everybody was invited',
  card: 'Card not posted',
  pin: 'Card not pinned',
  announcement: 'Not announced',
};

/** The card with its buttons; a resolved incident gets the short form. */
export function incidentCard(view: IncidentView, named: Named): Message {
  return view.status === 'resolved' ? resolvedCard(view, named) : openCard(view, named, incidentActions(view));
}

/** The same without buttons, for an answer to one person; `card` is the address of the live card. */
export function incidentShown(view: IncidentView, named: Named, card: string | undefined): Message {
  const drawn = view.status === 'resolved' ? resolvedCard({ ...view, intents: [] }, named) : openCard(view, named);
  if (card === undefined) return drawn;
  const where = rich(line(link(card, `The live card of ${view.id}`)));
  return { ...drawn, blocks: present([...drawn.blocks, where]) };
}

function openCard(view: IncidentView, named: Named, actions?: KnownBlock): Message {
  const headline = incidentHeadline(view);
  const phases = phasesText(view, named);
  const likely = likelyText(view.standings);
  const progress = progressText(view);
  const proposals = proposalsText(view);
  const recovery = recoveryText(view);
  const actionsUnderWay = actionsText(view);
  const inPlace = inPlaceText(view.debts);
  const text = topText(
    headline,
    `${view.id} ${view.title}, declared by ${named(view.declaredBy)}`,
    phases,
    progress,
    likely,
    actionsUnderWay === '' ? '' : `Actions: ${actionsUnderWay}`,
    inPlace === '' ? '' : `In place: ${inPlace}`,
    proposals,
    clockText(view, named),
    recovery,
  );
  const blocks = present([
    header(headline),
    rich(declaredLine(view, named)),
    rich(line(words(phases, 600)), line(words(progress, 600)), line(words(likely, 1_500))),
    rich(clockLine(view, named), recovery !== '' && line(strong('Recovery: '), words(recovery, 500))),
    rich(
      actionsUnderWay !== '' && line(strong('Actions: '), words(actionsUnderWay, 600)),
      inPlace !== '' && line(strong('In place: '), words(inPlace, 600)),
    ),
    // The buttons stand before the long line, so that a thumb reaches them without scrolling.
    actions,
    rich(line(words(proposals, 900))),
    setupFootnote(view),
  ]);
  return { text, blocks };
}

function declaredLine(view: IncidentView, named: Named): RichTextSection {
  return line(
    strong(`${view.id} ${view.title}`),
    words(` · declared by ${named(view.declaredBy)} `),
    clockTime(view.declaredAt),
    words(', '),
    day(view.declaredAt),
    view.note !== undefined && view.note.trim() !== '' && words(` · “${view.note.trim()}”`, 400),
  );
}

function progressText(view: IncidentView): string {
  const { done, total, awaited } = view.progress;
  if (total === 0 || done >= total) return '';
  const { shown, cut } = firstOf(awaited, 4);
  const waiting = shown.length === 0 ? '' : ` · waiting for ${shown.join(', ')}${cut === 0 ? '' : ` and ${cut} more`}`;
  return `${done} of ${total} checks${waiting}`;
}

function likelyText(standings: readonly Standing[]): string {
  const named = (standing: Standing, reasons: readonly string[]) =>
    reasons.length === 0 ? standing.title : `${standing.title} (${reasons.join('; ')})`;
  const group = (title: string, position: Standing['position'], reasons: (s: Standing) => readonly string[]) => {
    const members = standings.filter((standing) => standing.position === position);
    return members.length === 0 ? [] : [`${title}: ${members.map((s) => named(s, reasons(s))).join(', ')}.`];
  };
  return [
    ...group('Likely', 'supported', (s) => s.for),
    ...group('Ruled out', 'ruled-out', (s) => s.against),
    ...group('Open', 'open', () => []),
    ...group('Unknown', 'unknown', (s) => s.missing),
  ].join(' ');
}

function recoveryText(view: IncidentView): string {
  if (view.recovery === undefined || view.status === 'resolved') return '';
  const { state, summary, healthySamples, neededSamples } = view.recovery;
  const said = {
    watching: 'watching',
    recovering: 'recovering',
    recovered: 'recovered',
    worse: 'worse',
    'signal-lost': 'signal lost',
    ended: 'no longer watched',
  };
  return `${said[state]} · ${summary} · ${Math.min(healthySamples, neededSamples)} of ${neededSamples} healthy samples`;
}

function setupFootnote(view: IncidentView): KnownBlock | undefined {
  const failures = (Object.keys(setupWords) as SetupStep[]).flatMap((step) => {
    const why = view.setupFailures[step];
    return why === undefined ? [] : [`${setupWords[step]}: ${why}`];
  });
  return footnote(failures.map((failure) => `⚠ ${failure}`).join(' · '));
}

function resolvedCard(view: IncidentView, named: Named): Message {
  const headline = incidentHeadline(view);
  const by = view.resolved === undefined ? '' : `by ${named(view.resolved.by)} `;
  const at = view.resolved === undefined ? [] : clockTime(view.resolved.at);
  const reason = view.resolved?.reason.trim() ?? '';
  const last = `Last measured: ${headlineText(view.headline)}`;
  const inPlace = inPlaceText(view.debts);
  const report = view.report === undefined ? 'The report is being drafted.' : 'The report draft is in this channel.';
  return {
    text: topText(
      headline,
      `${view.id} closed ${by}${reason === '' ? '' : `“${reason}”`}`,
      last,
      inPlace === '' ? '' : `Still in place: ${inPlace}`,
      report,
    ),
    blocks: present([
      header(headline),
      rich(
        line(strong(view.id), words(` closed ${by}`), at, reason !== '' && words(` · “${reason}”`, 600)),
        line(words(last, 400)),
        inPlace !== '' && line(strong('Still in place: '), words(`${inPlace}. /acgs debts puts it back.`, 600)),
        line(words(report)),
      ),
      incidentActions(view),
      setupFootnote(view),
    ]),
  };
}

/** The line in the main channel, edited with the card. `room` is the id of the incident's channel. */
export function announcement(view: IncidentView, named: Named, room: string | undefined): Message {
  const headline = incidentHeadline(view);
  const who =
    view.escalation.stopped === undefined
      ? 'not acknowledged yet'
      : `acknowledged by ${named(view.escalation.stopped.by)}`;
  const state = view.status === 'resolved' ? 'closed' : who;
  return {
    text: topText(headline, `${view.id} ${view.title}, declared by ${named(view.declaredBy)}, ${state}`),
    blocks: present([
      rich(
        line(strong(headline)),
        line(
          words(`${view.id} ${view.title} · declared by ${named(view.declaredBy)} `, 300),
          clockTime(view.declaredAt),
          words(` · ${state}`, 200),
          room !== undefined && [words(' · '), { type: 'channel', channel_id: room }],
        ),
      ),
    ]),
  };
}
