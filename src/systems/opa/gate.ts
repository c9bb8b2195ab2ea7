// OPA as the gate of actions: one question, one deadline, and whatever is no clear yes is a no that says why.

import type { GateDecision } from '../../core/action/gate.ts';
import type { Gate } from '../../core/action/ports.ts';
import { withoutSecretTexts } from '../../core/secret.ts';
import type { Failure } from '../failure.ts';
import type { Http } from '../http.ts';
import { readDecision } from './decision.ts';

/** Somebody has pressed a button and waits; OPA decides in milliseconds. */
const withinMs = 3_000;

/** Never asked twice for one answer: a second try would only make people wait for the same no. */
export function createGate(http: Http, decision: string): Gate {
  const path = `/v1/data/${decision}`;
  return {
    async allows(question) {
      const answer = await http.write(
        { method: 'POST', path, body: { input: question } },
        AbortSignal.timeout(withinMs),
      );
      if (!answer.ok) return undecided(answer.failure);
      const read = readDecision(decision, answer.value);
      if (!read.ok) return undecided(read.failure);
      const { allow, reasons } = read.value;
      const said = `OPA ${allow ? 'allows' : 'refuses'} it (${decision})`;
      return withoutSecretTexts({
        allowed: allow,
        why: reasons.length === 0 ? said : `${said}: ${reasons.join('; ')}`,
      });
    },
  };
}

function undecided({ detail, remedy }: Failure): GateDecision {
  return { allowed: false, why: `OPA did not decide, which counts as a no: ${detail}. ${remedy}` };
}
