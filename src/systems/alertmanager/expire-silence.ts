// `alertmanager.expire-silence`: ends the silence that an earlier action made. It puts `alertmanager.silence` back.

import { z } from 'zod';
import { done, refused } from '../../core/fault.ts';
import { defineAction } from '../action-kind.ts';
import { cannotShow, tooEarlyToTell, writeDeadline, writeEnd } from '../writing.ts';
import { type AlertmanagerDeps, type Silence, silencesOf } from './api.ts';
import { spellSilence } from './silence.ts';

/** Id of the action that made the silence: its own id is known only once it is made. */
const params = z.strictObject({ action: z.string().min(1) });

export const expireSilence = defineAction(params, {
  async preview(deps: AlertmanagerDeps, { action }, { signal }) {
    const found = await silencesOf(deps, action, signal);
    if (!found.ok) return cannotShow('alertmanager', found.failure);
    const one = stillThere(found.value) ?? found.value[0];
    if (one === undefined) {
      return refused({
        whose: 'person',
        code: 'nothing-to-do',
        message: 'Alertmanager has no silence of this action any more, so nothing is silenced by it.',
        remedy: 'Keep it with that reason, and it is off the list.',
      });
    }
    return done({
      target: deps.target,
      typed: `END ${one.id}`,
      call: `DELETE /api/v2/silence/${one.id}`,
      summary:
        one.status.state === 'expired'
          ? `Nothing is left to end: ${spellSilence(one)}.`
          : `Ends it: ${spellSilence(one)}. What fires pages again at once.`,
      risk: 'safe',
      protectedPresent: false,
      facts: [
        { name: 'alertmanager', value: deps.target },
        { name: 'silence', value: one.id },
      ],
      rows: [{ label: 'silence', amount: one.id, note: spellSilence(one) }],
      notes: [],
    });
  },

  async perform(deps, { action }, { signal: outer, shown }) {
    const signal = writeDeadline(outer);
    const found = await silencesOf(deps, action, signal);
    if (!found.ok) return { kind: 'failed', summary: `nothing was sent: ${found.failure.detail}` };
    const claimed = shown.facts.find(({ name }) => name === 'silence')?.value;
    const one = found.value.find(({ id }) => id === claimed);
    if (one === undefined) return { kind: 'failed', summary: 'nothing was sent: the silence is not there any more' };
    if (one.status.state === 'expired') return { kind: 'succeeded', summary: `${spellSilence(one)}, by itself` };
    const path = `/api/v2/silence/${encodeURIComponent(one.id)}`;
    const answer = await deps.http.write({ method: 'DELETE', path }, signal);
    return answer.ok ? { kind: 'succeeded', summary: `silence ${one.id} is ended` } : writeEnd(answer);
  },

  async look(deps, { action }, { signal, claimedAt }) {
    const found = await silencesOf(deps, action, signal);
    if (!found.ok) return { kind: 'unclear', summary: found.failure.detail };
    const left = stillThere(found.value);
    if (left === undefined) return { kind: 'applied', summary: 'no silence of this action is active' };
    return tooEarlyToTell(claimedAt, deps.clock.now())
      ? { kind: 'unclear', summary: `${spellSilence(left)}; the request may still be on its way` }
      : { kind: 'not-applied', summary: spellSilence(left) };
  },

  async verify(deps, { action }, { signal }) {
    const found = await silencesOf(deps, action, signal);
    if (!found.ok) return { kind: 'pending', summary: found.failure.detail };
    const left = stillThere(found.value);
    return left === undefined
      ? { kind: 'converged', summary: 'no silence of this action is active' }
      : { kind: 'pending', summary: spellSilence(left) };
  },
});

function stillThere(found: readonly Silence[]): Silence | undefined {
  return found.find(({ status }) => status.state !== 'expired');
}
