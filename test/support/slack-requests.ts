// Signed requests made by hand: what the pretend workspace would not send, or not twice, or not with these contents.

import { createHmac, randomBytes } from 'node:crypto';
import type { PretendSlack } from '../../src/simulator/slack/workspace.ts';

type Workspace = Pick<PretendSlack, 'signingSecret' | 'teamId' | 'botUserId'>;

/** POSTs the body as Slack would, signed now. */
export function postSigned(slack: Workspace, url: string, body: string, type: string): Promise<Response> {
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', slack.signingSecret).update(`v0:${at}:${body}`).digest('hex');
  const headers = {
    'content-type': type,
    'x-slack-request-timestamp': `${at}`,
    'x-slack-signature': `v0=${signature}`,
  };
  return fetch(url, { method: 'POST', body, headers });
}

/** The envelope of a pushpin. `over` forges parts of it, `event` parts of the event inside. */
export function pushpin(
  slack: Workspace,
  who: string,
  message: { readonly channel: string; readonly ts: string },
  over: { readonly event?: object; readonly [property: string]: unknown } = {},
): string {
  const { event, ...envelope } = over;
  return JSON.stringify({
    type: 'event_callback',
    team_id: slack.teamId,
    event_id: `Ev${randomBytes(8).toString('hex')}`,
    event_time: Math.floor(Date.now() / 1_000),
    authorizations: [{ enterprise_id: null, team_id: slack.teamId, user_id: slack.botUserId, is_bot: true }],
    event: {
      type: 'reaction_added',
      user: who,
      reaction: 'pushpin',
      item: { type: 'message', channel: message.channel, ts: message.ts },
      ...event,
    },
    ...envelope,
  });
}
