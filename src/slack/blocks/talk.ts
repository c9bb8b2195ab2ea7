// Lines in an incident's channel: a call of people, a change of state, a chart, a click that came too late.

import type { KnownBlock } from '@slack/types';
import { type Head, spellHead } from '../../core/audit.ts';
import type { Called } from '../../core/notice.ts';
import type { IncidentView } from '../../response/views.ts';
import { cutTo, firstOf } from '../fit.ts';
import { oneLine } from '../untrusted.ts';
import { mentionLeaf } from './answers.ts';
import { incidentHeadline } from './headline.ts';
import { bullets, footnote, line, link, type Message, plain, present, rich, strong, topText, words } from './rich.ts';

/** People that one message mentions, over all its levels. */
const mentioned = 30;

/** The only message that mentions: its text does it too, because a phone shows only the text. */
export function callMessage(view: IncidentView, calls: readonly Called[]): Message {
  const each = Math.floor(mentioned / Math.max(1, calls.length));
  const called = calls.map((call) => drawCall(call, each));
  // Short enough to stay under 4,000 characters with all mentions in front, even when every character is escaped.
  const said = cutTo(called.map((call) => call.said).join('. '), 350);
  const rest = topText(said, cutTo(`${view.id} ${view.title} · ${incidentHeadline(view)}`, 180));
  const mentions = called.flatMap((call) => call.mentions).join(' ');
  return {
    text: mentions === '' ? rest : `${mentions} ${rest}`,
    blocks: present([
      rich(
        ...called.map((call) => line(call.who, words(call.said, 600))),
        line(strong(`${view.id} ${view.title}`), words(` · ${incidentHeadline(view)}`, 400)),
      ),
    ]),
  };
}

function drawCall(call: Called, atMost: number) {
  const { shown, cut } = firstOf(call.people, atMost);
  const more = cut === 0 ? '' : `and ${cut} more `;
  return {
    who: shown.flatMap((id) => [mentionLeaf(id), words(' ')]),
    said: `${more}${call.level} ${call.name}: ${call.why}`,
    mentions: shown.map(mentionText).filter((mention) => mention !== ''),
  };
}

/** Empty for what is no id: nobody can be called by it, and the blocks name it. */
function mentionText(id: string): string {
  const leaf = mentionLeaf(id);
  if (leaf.type === 'user') return `<@${leaf.user_id}>`;
  return leaf.type === 'usergroup' ? `<!subteam^${leaf.usergroup_id}>` : '';
}

export function sayMessage(text: string, lines: readonly string[] = []): Message {
  const { shown, cut } = firstOf(lines, 25);
  const more = cut === 0 ? '' : `and ${cut} more lines`;
  return {
    text: topText(text, ...shown, more),
    blocks: present([
      rich(line(words(text, 2_900))),
      rich(bullets(shown.map((item) => line(words(item, 110)))), line(words(more))),
    ]),
  };
}

/** For whoever audits the record, and for nobody else: small and grey. */
export function headMessage(head: Head): Message {
  const text = `Head of the record · ${spellHead(head)}`;
  return { text: topText(text), blocks: present([footnote(text)]) };
}

export function headsMessage(day: string, streams: number, head: Head): Message {
  const text = `Head of the record of ${day}, ${streams} ${streams === 1 ? 'stream' : 'streams'} · ${spellHead(head)}`;
  return { text: topText(text), blocks: present([footnote(text)]) };
}

/** A picture already uploaded; its description carries the same numbers. */
export function chartMessage(title: string, description: string, file: string): Message {
  const image: KnownBlock = {
    type: 'image',
    slack_file: { id: file },
    alt_text: cutTo(oneLine(description), 1_900) || 'Chart',
    title: plain(title, 300),
  };
  return { text: topText(title, description), blocks: [image] };
}

/** The same without a picture: the description and a row of small bars. */
export function sparkMessage(title: string, description: string, sparks: readonly string[]): Message {
  const { shown, cut } = firstOf(sparks, 10);
  const more = cut === 0 ? '' : `and ${cut} more series`;
  return {
    text: topText(title, description),
    blocks: present([
      rich(line(strong(title)), line(words(description, 1_000))),
      shown.length > 0 && rich({ type: 'rich_text_preformatted', elements: [words(shown.join('\n'), 1_500)] }),
      rich(line(words(more))),
    ]),
  };
}

/** An old button answers with what happened since and where the live card is. */
export function tooLateMessage(said: string, card: string | undefined): Message {
  return {
    text: topText(said, card === undefined ? '' : `The live card: ${card}`),
    blocks: present([rich(line(words(said, 1_000))), card !== undefined && rich(line(link(card, 'The live card')))]),
  };
}
