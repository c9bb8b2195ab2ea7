// Hygiene findings of the pretend workspace: what Slack lets pass but people or rate limits would not forgive.
import { describe, expect, it } from 'vitest';
import type { PretendSlack } from '../../../../src/simulator/slack/workspace.ts';
import { actions, button, call, mrkdwn, quiet, section, startWorkspace } from './fixture.ts';

const channel = 'C0INCIDENTS';
const post = (slack: PretendSlack, args: object) => call(slack, 'chat.postMessage', { channel, ...quiet, ...args });
const start = () => startWorkspace({ rateLimits: 'generous' });

describe('hygiene findings', () => {
  it('none for a careful message', async () => {
    const slack = await start();
    const blocks = [section('card'), actions(button('a', 'Acknowledge'), button('b', 'Hand over'))];
    await post(slack, { text: 'card', blocks });
    expect(slack.findings).toEqual([]);
  });

  it.each([
    ['text beside blocks missing', { blocks: [section('x')] }, 'text is missing beside blocks'],
    ['text too long to edit', { text: 'x'.repeat(4001) }, 'over 4000 it cannot be edited'],
    ['a broadcast in text', { text: 'hi <!channel>' }, 'notifies everybody'],
    ['a broadcast in a block', { text: 'x', blocks: [section('<!here|here>')] }, 'a block notifies everybody'],
    ['unfurling', { text: 'x', unfurl_links: true }, 'unfurl_links is not false'],
    ['link_names', { text: 'x', link_names: true }, 'link_names'],
    [
      'mrkdwn that Slack would parse',
      { text: 'x', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'y' } }] },
      'mrkdwn without verbatim',
    ],
    [
      'two buttons of one name',
      { text: 'x', blocks: [actions(button('a', 'View'), button('b', 'View'))] },
      'two buttons are both called "View"',
    ],
    [
      'one action_id twice',
      {
        text: 'x',
        blocks: [actions(button('a', 'One')), { type: 'section', text: mrkdwn('y'), accessory: button('a', 'Two') }],
      },
      'action_id "a" with "v" is used twice',
    ],
  ])('%s', async (_what, args, finding) => {
    const slack = await start();
    expect((await post(slack, args)).ok).toBe(true);
    expect(slack.findings).toEqual([expect.stringContaining(finding)]);
  });

  it('none for one action that is offered for two things, by names that tell them apart', async () => {
    const slack = await start();
    const undo = (what: string) => {
      const named = { ...button('undo', 'Put it back', what), accessibility_label: `Put it back (${what})` };
      return { ...actions(named), block_id: what };
    };
    expect((await post(slack, { text: 'x', blocks: [undo('INC-1'), undo('INC-2')] })).ok).toBe(true);
    expect(slack.findings).toEqual([]);
  });

  it('are not collected when strictness is off', async () => {
    const slack = await startWorkspace({ strict: false });
    await call(slack, 'chat.postMessage', { channel, text: '<!channel>' });
    expect(slack.findings).toEqual([]);
  });
});
