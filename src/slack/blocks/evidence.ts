// The evidence of an incident for the thread: every check with its numbers, split into as many messages as Slack's limits need.

import type { Verdict } from '../../core/verdict.ts';
import type { CheckView, IncidentView } from '../../response/views.ts';
import { firstOf, type RichPart, richLength, runsOf } from '../fit.ts';
import { checkLines } from './check-lines.ts';
import { proposalParts } from './proposals.ts';
import { blockLength, line, type Message, present, rich, strong, topText, verdictWord, words } from './rich.ts';

const blocksPerMessage = 4;

/** The worst check first, so that the first screen says what matters. */
const order: Readonly<Record<Verdict, number>> = { critical: 0, warning: 1, unknown: 2, ok: 3 };

export function evidenceMessages(view: IncidentView, round: number): readonly Message[] {
  const answered = view.checks.filter((check) => check.observation !== undefined);
  const sorted = [...answered].sort((a, b) => rankOf(a) - rankOf(b));
  const blocks = [
    ...checkBlocks(sorted, 'full'),
    ...proposalParts(view).map((part) => [...part]),
    ...sayingBlocks(view),
  ];
  const messages: RichPart[][][] = [];
  for (let at = 0; at < blocks.length; at += blocksPerMessage) messages.push(blocks.slice(at, at + blocksPerMessage));
  if (messages.length === 0) messages.push([]);
  return messages.map((parts, position) => {
    const number = messages.length === 1 ? '' : ` (${position + 1} of ${messages.length})`;
    const title = `Evidence of ${view.id}, round ${round}${number}: ${countsText(sorted)}`;
    const worst = position === 0 ? sorted.slice(0, 12).map(checkSentence) : [];
    const rest = position === 0 && sorted.length > 12 ? `and ${sorted.length - 12} more checks` : '';
    return {
      text: topText(title, ...worst, rest),
      blocks: present([rich(line(strong(title))), ...parts.map((part) => rich(...part))]),
    };
  });
}

/** Steps of the runbook that the bot cannot do, or that do nothing: said, not dropped. */
function sayingBlocks(view: IncidentView): readonly RichPart[][] {
  const sayings = view.sayings.filter((saying) => saying.why === undefined);
  if (sayings.length === 0) return [];
  const { shown, cut } = firstOf(sayings, 12);
  const items = shown.map((saying) => line(strong(`Step ${saying.step}: `, 60), words(saying.text, 300)));
  const more = cut === 0 ? [] : [line(words(`and ${cut} more steps`))];
  return runsOf([line(strong('Steps that the bot leaves to people')), ...items, ...more], blockLength, 20).map(
    (run) => [...run],
  );
}

function rankOf(check: CheckView): number {
  return check.observation === undefined ? 4 : order[check.observation.verdict];
}

/** Checks as the parts of rich_text blocks; the lines of one check stay together. */
export function checkBlocks(checks: readonly CheckView[], detail: 'short' | 'full'): readonly RichPart[][] {
  const blocks: RichPart[][] = [];
  let length = 0;
  for (const check of checks) {
    const lines = checkLines(check, detail);
    const size = lines.reduce((sum, part) => sum + richLength(part), 0);
    const last = blocks.at(-1);
    if (last === undefined || length + size > blockLength) {
      blocks.push(...runsOf(lines, blockLength, 100));
      length = size;
    } else {
      last.push(...lines);
      length += size;
    }
  }
  return blocks;
}

/** `2 critical, 1 unknown, 8 OK`. */
export function countsText(checks: readonly CheckView[]): string {
  const counted = (['critical', 'warning', 'unknown', 'ok'] as const).flatMap((verdict) => {
    const count = checks.filter((check) => check.observation?.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict === 'ok' ? 'OK' : verdict}`];
  });
  return counted.length === 0 ? 'no answers' : counted.join(', ');
}

/** One check as a sentence for the text of a message. */
export function checkSentence(check: CheckView): string {
  const observation = check.observation;
  if (observation === undefined) return `${check.title}: waiting for the answer`;
  return `${verdictWord[observation.verdict]} ${check.title}: ${observation.summary}`;
}
