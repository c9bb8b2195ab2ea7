// The events of actions as lines of the record.

import type { ActionEvent } from './event.ts';

export interface ActionLine {
  readonly text: string;
  /** Untrusted: to be quoted as data. */
  readonly quote?: string;
}

/** `title` is the action's title. Undefined for what only moves the machinery. */
export function actionLine(event: ActionEvent, title: string): ActionLine | undefined {
  const about = (what: string, quote?: string | null): ActionLine => ({
    text: `${what} "${title}"`,
    ...(quote === undefined ? {} : { quote: quote ?? '(erased)' }),
  });
  switch (event.type) {
    case 'action-previewed':
      return about('previewed', event.shown.summary);
    case 'action-requested':
      return about(
        `asked${event.breakGlass ? ', by break-glass,' : ''}${event.freeze === undefined ? '' : `, in the change freeze (${event.freeze}),`} for`,
        event.reason?.private,
      );
    case 'action-approved':
      return about(`approved as ${event.as}${event.breakGlass ? ', by break-glass,' : ''}`);
    case 'action-escalated':
      return about(`nobody has decided, so ${event.level} ${event.name} was asked about`);
    case 'action-gated':
      return about(
        `heard the policy ${event.allowed ? 'allow' : 'refuse'} ${event.moment === 'run' ? 'the run of' : 'the approval of'}`,
        event.why,
      );
    case 'action-rejected':
      return about('rejected', event.reason?.private);
    case 'action-expired':
      return about(event.clock === 'decide' ? 'nobody decided in time on' : 'approved, but not run in time:');
    case 'action-voided':
      return about('the approval is void of', event.differences.join('; '));
    case 'action-cancelled':
      return about('cancelled', event.why);
    case 'action-claimed':
      return about('began');
    case 'action-stop-asked':
      return about('asked to stop');
    case 'action-finished':
      return about(event.stopped ? 'stopped before its end:' : finishedWords[event.outcome], event.summary);
    case 'action-settled':
      return about(event.as === 'succeeded' ? 'settled as done:' : 'settled as not done:', event.summary);
    case 'action-verified':
      // On its way: the end is told.
      if (event.state === 'pending') return undefined;
      return about(event.state === 'converged' ? 'verified' : 'did not converge:', event.summary);
    case 'action-undone':
      return about('put back');
    case 'action-kept':
      return about('keeps', event.reason.private);
    case 'action-proposed':
      return undefined;
  }
}

const finishedWords = {
  succeeded: 'done:',
  failed: 'failed without an effect:',
  unknown: 'has an unknown outcome:',
} as const;

export function isActionEvent(event: { readonly type: string }): event is ActionEvent {
  return event.type.startsWith('action-');
}
