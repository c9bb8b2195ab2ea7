// A replica that stood still in the middle of a row makes no further call for it: whoever took the row over has made it, or will.

import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { turnsInMemory } from '../../../src/core/turn.ts';
import { type PretendSlack, startPretendSlack } from '../../../src/simulator/slack/workspace.ts';
import { whileHeld } from '../../../src/slack/held-api.ts';
import { createWebApi } from '../../../src/slack/web-api.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { quietMeter } from '../../support/quiet-meter.ts';

let slack: PretendSlack;
afterEach(() => slack.stop());

async function apiOf() {
  slack = await startPretendSlack({ rateLimits: 'generous' });
  return createWebApi(
    { botToken: slack.botToken, apiUrl: `${slack.url}/api/` },
    {
      turns: turnsInMemory(() => performance.now()),
      log: givenToStore().log,
      meter: quietMeter,
      stopping: new AbortController().signal,
    },
  );
}
const words = (text: string) => ({ channel: 'C0INCIDENTS', text, unfurl_links: false, unfurl_media: false });
const posted = () => slack.messages('#incidents').map((message) => message.text);

it('F54: a post that waits for its turn is not made when the row is lost meanwhile, and may be made by another', async () => {
  const api = await apiOf();
  let held = true;
  const ours = whileHeld(api, () => held);
  const lost = ours.call('chat.postMessage', words('once'), z.looseObject({})).catch((error: unknown) => error);
  // The lease ran out between the reservation of the turn and the call.
  held = false;
  expect(await lost).toMatchObject({ failure: { kind: 'wait' } });
  await api.call('chat.postMessage', words('once'), z.looseObject({}));
  expect(posted()).toEqual(['once']);
});

it('F54: neither an edit, nor an answer, nor an upload is begun for a row that is lost', async () => {
  const api = whileHeld(await apiOf(), () => false);
  const edit = { channel: 'C0INCIDENTS', ts: '1.2', text: 'as it was before' };
  const attempts = [
    api.call('chat.update', edit, z.looseObject({})),
    api.respond(`${slack.url}/actions/none`, { text: 'too late' }, 'C0INCIDENTS'),
    api.upload(`${slack.url}/upload/none`, new Uint8Array([1])),
  ];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ failure: { kind: 'wait' } });
  expect(slack.calls()).toEqual([]);
});
