// What was done, with its effect on the metric, and what of it is still in place.

import type { Action } from '../../core/action/action.ts';
import { actionsOf } from '../../core/action/in-incident.ts';
import { plainInMarkdown } from '../../core/markdown.ts';
import type { Sample } from '../../core/ports.ts';
import { timestamp } from '../../core/spell.ts';
import { roleOf } from '../../core/timeline.ts';
import { debtsOf } from '../debts.ts';
import { watchedValue } from './story-sections.ts';
import { cite, find, type ReportMaterial } from './write-report.ts';

/** An effect is looked for this long after an action: a rate over five minutes needs them all to follow. */
const effectAfterMs = 600_000;

export function whatWeDid(material: ReportMaterial): readonly string[] {
  const deeds = actionsOf(material.incident)
    .filter((action) => action.claim !== undefined)
    .map((action) => deed(material, action));
  const notes = material.events.flatMap((event) =>
    event.event.type === 'noted'
      ? [
          `- ${timestamp(event.event.happenedAt)}: ${plainInMarkdown(event.event.text.private ?? '(erased)')} ${cite(event)}`,
        ]
      : [],
  );
  const changes = material.events.flatMap((event) =>
    event.event.type === 'recovery-changed'
      ? [
          `- Watch, ${timestamp(event.at)}: ${event.event.state}, ${plainInMarkdown(event.event.summary)} ${cite(event)}`,
        ]
      : [],
  );
  const known = watched(material);
  const [first, last] = [known[0], known.at(-1)];
  const effect =
    first === undefined || last === undefined
      ? []
      : [
          `- Before → after: ${watchedValue(material, first.value)} (${timestamp(first.at)}) → ${watchedValue(material, last.value)} (${timestamp(last.at)}) ${cite(find(material, 'recovery-changed'), find(material, 'recovery-changed', 'last'))}`,
        ];
  const lines = [...deeds, ...notes, ...changes, ...effect];
  return lines.length === 0 ? ['The record names nothing that was done. Add what was done outside of the bot.'] : lines;
}

/** The action, how it ended, and the metric just before it and at the end of the time in which an effect shows. */
function deed(material: ReportMaterial, action: Action): string {
  const at = action.claim?.at ?? action.since;
  const events = material.events.filter(({ event }) => 'action' in event && event.action === action.id);
  const claimed = events.find(({ event }) => event.type === 'action-claimed');
  const ended = events.findLast(({ event }) => event.type === 'action-finished' || event.type === 'action-settled');
  const before = watched(material).findLast((sample) => sample.at <= at);
  const after = watched(material).findLast((sample) => sample.at > at && sample.at <= at + effectAfterMs);
  const effect =
    before === undefined || after === undefined
      ? 'its effect on the metric was not measured'
      : `${watchedValue(material, before.value)} → ${watchedValue(material, after.value)} (${timestamp(after.at)})`;
  const who = roleOf(material.incident, action.requestedBy);
  const outcome = plainInMarkdown(action.outcome ?? action.state);
  return `- ${timestamp(at)}, ${who}: ${plainInMarkdown(action.title)} on ${plainInMarkdown(action.shown?.target ?? '')}: ${stateWords(action)}, ${outcome}; ${effect} ${cite(claimed, ended)}`;
}

function stateWords(action: Action): string {
  if (action.state === 'running') return 'running';
  if (action.state === 'unknown') return 'outcome unknown';
  if (action.state === 'succeeded' && action.stopped) return 'stopped, done in part';
  if (action.state === 'failed') return 'failed without an effect';
  return action.state === 'undone' ? 'done, later put back' : 'done';
}

/** Samples of the recovery watch that have a value. */
function watched(material: ReportMaterial): readonly (Sample & { readonly value: number })[] {
  return material.samples.flatMap((sample) =>
    sample.signal === 'recovery' && sample.value !== null ? [{ ...sample, value: sample.value }] : [],
  );
}

export function stillInPlace(material: ReportMaterial): readonly string[] {
  const byHand = 'Temporary changes made by hand: _to be completed_.';
  const debts = debtsOf(material.incident).map((debt) => {
    const event = material.events.findLast(({ event }) => 'action' in event && event.action === debt.action);
    return `- ${plainInMarkdown(debt.title)} on ${plainInMarkdown(debt.target)} since ${timestamp(debt.since)}; what puts it back: ${plainInMarkdown(debt.undo)} ${cite(event)}`;
  });
  return debts.length === 0 ? [`Nothing that the bot changed. ${byHand}`] : [...debts, byHand];
}
