// The steps of a first incident, ticked by what has really happened in the company and its workspace.

import type { PretendCompany } from '../pretend-company.ts';
import type { PretendMessage } from '../slack/workspace.ts';

const walkSteps = [
  'health',
  'break',
  'declare',
  'acknowledge',
  'evidence',
  'repair',
  'recovered',
  'resolve',
  'report',
] as const;
type WalkStep = (typeof walkSteps)[number];

/** What people only look at leaves no trace in the workspace, so the page reports it. */
const looks: readonly WalkStep[] = ['evidence', 'report'];

export interface FirstWalk {
  /** Every step in order; what was done once stays done. */
  steps(): readonly { readonly id: WalkStep; readonly done: boolean }[];
  /** @throws when that is nothing one looks at */
  looked(at: string): void;
}

export function followFirstWalk(company: PretendCompany): FirstWalk {
  const done = new Set<WalkStep>();
  let couldAcknowledge = false;
  const follow = () => {
    const { slack, world } = company;
    const said = (channel: string) => slack.messages(channel).filter((message) => message.botId !== undefined);
    if (said('incidents').some(({ text }) => /Daily health check · .*\b(OK|unknown|warning|critical)/.test(text)))
      done.add('health');

    const isBroken = world.state().faults.some((fault) => fault.on && fault.group === 'company');
    if (isBroken) done.add('break');
    else if (done.has('break')) done.add('repair');

    const room = slack.channels().findLast((channel) => channel.name.startsWith('inc-'));
    const card = room?.messages.find((message) => room.pins.includes(message.ts));
    if (room === undefined || card === undefined) return;
    done.add('declare');
    const canAcknowledge = offers(card, 'acgs.acknowledge');
    if (couldAcknowledge && !canAcknowledge) done.add('acknowledge');
    couldAcknowledge ||= canAcknowledge;
    if (said(room.id).some(({ text }) => /\bRECOVERED\b/.test(text))) done.add('recovered');
    // Only a closed incident can be opened again.
    if (offers(card, 'acgs.reopen')) done.add('resolve');
  };
  company.slack.on(follow);
  company.world.onChange(follow);
  return {
    steps: () => walkSteps.map((id) => ({ id, done: done.has(id) })),
    looked(at) {
      const step = looks.find((one) => one === at);
      if (step === undefined) throw new Error(`there is nothing to look at by the name ${at}`);
      done.add(step);
    },
  };
}

function offers(message: PretendMessage, action: string): boolean {
  return JSON.stringify(message.blocks ?? []).includes(`"action_id":"${action}"`);
}
