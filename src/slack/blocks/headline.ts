// The first line of a message about an incident or a review: verdict in symbol and word, then the number.

import { spellDuration } from '../../core/duration.ts';
import type { Headline, IncidentView } from '../../response/views.ts';
import { verdictWord } from './rich.ts';

export function headlineText(headline: Headline): string {
  return `${verdictWord[headline.verdict]} · ${headline.text}`;
}

/** A closed incident is no longer red: its first line says how it ended. */
export function incidentHeadline(view: IncidentView): string {
  if (view.resolved === undefined) return headlineText(view.headline);
  const lasted = spellDuration(Math.max(0, view.resolved.at - view.declaredAt));
  const ending = view.resolved.as === 'false-alarm' ? '✅ FALSE ALARM' : '✅ RESOLVED';
  return `${ending} after ${lasted} · ${view.title} · ${view.scope}`;
}

/** The channel's topic: plain, at most 250 characters, cut by the caller. */
export function topicText(view: IncidentView): string {
  return `${view.id} ${view.title} · ${incidentHeadline(view)}`;
}
