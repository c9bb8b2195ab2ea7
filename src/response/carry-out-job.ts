// From a due job to the use case that does it.

import type { Job } from '../core/ports.ts';
import { escalateApproval } from './actions/escalate-approval.ts';
import { expireAction } from './actions/expire-action.ts';
import { previewAction } from './actions/preview-action.ts';
import { settleAction } from './actions/settle-action.ts';
import { verifyAction } from './actions/verify-action.ts';
import { dailyReview } from './daily-review.ts';
import { draftPostmortem } from './draft-postmortem.ts';
import { escalate } from './escalate.ts';
import type { Given } from './given.ts';
import { noteHeads } from './note-heads.ts';
import { performAction } from './perform-action.ts';
import { runReview } from './review.ts';
import { runChecks } from './run-checks.ts';
import { watchRecovery } from './watch-recovery.ts';

export function carryOutJob(given: Given): (job: Job) => Promise<void> {
  return async (job) => {
    switch (job.kind) {
      case 'run-checks':
        return runChecks(given, job.incident, job.round);
      case 'escalate':
        return escalate(given, job.incident, job.level);
      case 'watch-recovery':
        return watchRecovery(given, job.incident);
      case 'draft-postmortem':
        return draftPostmortem(given, job.incident);
      case 'daily-review':
        return dailyReview(given, job.name);
      case 'note-heads':
        return noteHeads(given);
      case 'preview-action':
        return previewAction(given, job.incident, job.action);
      case 'perform-action':
        return performAction(given, job.incident, job.action);
      case 'expire-action':
        return expireAction(given, job.incident, job.action);
      case 'escalate-approval':
        return escalateApproval(given, job.incident, job.action, job.level);
      case 'settle-action':
        return settleAction(given, job.incident, job.action);
      case 'verify-action':
        return verifyAction(given, job.incident, job.action);
      case 'run-review':
        return runReview(given, job.review, job.name, job.to);
      default:
        throw new Error(`a newer release asked for this job, which is its own to do: ${kindOf(job)}`);
    }
  };
}

function kindOf(job: never): string {
  return (job as { readonly kind: string }).kind;
}
