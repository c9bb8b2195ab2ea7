// The Web API in the hands of one outbox row: no call is begun once another replica may have taken the row over.

import { SlackCallFailed } from './failures.ts';
import type { SlackApi } from './web-api.ts';

/**
 * A process that stalled for longer than its lease finds itself in the middle of work that another one has done meanwhile: a post
 * would come twice, an edit would show what was the case before. `held` is asked right before each call.
 */
export function whileHeld(api: SlackApi, held: () => boolean): SlackApi {
  const insist = (what: string): void => {
    if (!held()) throw lost(what);
  };
  return {
    call: (method, args, answer) => api.call(method, args, answer, held),
    quick: api.quick,
    budget: api.budget,
    async upload(url, bytes) {
      insist('upload');
      await api.upload(url, bytes);
    },
    async respond(url, body, channel) {
      insist('response_url');
      return api.respond(url, body, channel);
    },
  };
}

/** Not made, and not to be made by this process. */
export function lost(method: string): SlackCallFailed {
  return new SlackCallFailed(method, { kind: 'wait', afterMs: 0, why: 'another replica may have taken this over' });
}
