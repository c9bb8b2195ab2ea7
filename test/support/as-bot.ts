// Calls Slack with the bot's own token, as an earlier attempt of the bot would have that could not tell us.

import type { PretendSlack } from '../../src/simulator/slack/workspace.ts';

/** Resolves to the ts of the message that the call was about, if it was about one. */
export async function asBot(slack: PretendSlack, method: string, args: object): Promise<string> {
  const response = await fetch(`${slack.url}/api/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${slack.botToken}` },
    body: JSON.stringify(args),
  });
  const answer = (await response.json()) as { ok: boolean; ts?: string; error?: string };
  if (!answer.ok) throw new Error(`${method}: ${answer.error}`);
  return answer.ts ?? '';
}
