// An upgrade while people have messages of the older release before them: what they press still does what it said.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anIncident } from '../../support/face-views.ts';
import { postSigned } from '../../support/slack-requests.ts';
import { type SlackStage, startSlackStage, until } from '../../support/slack-stage.ts';

let stage: SlackStage;
beforeAll(async () => {
  stage = await startSlackStage();
  stage.desk.incidents.set('INC-1', anIncident());
});
afterAll(() => stage.stop());

const action = 'b313b59bac9d41fc28fbafc5a1f2e0d4';

/**
 * Buttons as release 0.1.0 drew them, word for word, and what pressing them asks. Never edit a line: messages with these buttons are in
 * Slack. A button that is not drawn any more keeps its line.
 */
const drawn: readonly (readonly [action_id: string, value: string, asks: string, about: readonly unknown[]])[] = [
  ['acgs.acknowledge', 'INC-1', 'acknowledge', ['INC-1']],
  ['acgs.more', 'recheck INC-1', 'recheck', ['INC-1']],
  ['acgs.recheck', 'INC-1', 'recheck', ['INC-1']],
  ['acgs.take-command', 'INC-1', 'takeRole', ['INC-1', 'commander']],
  ['acgs.more', 'take-command INC-1', 'takeRole', ['INC-1', 'commander']],
  ['acgs.propose', 'INC-1 scale-out', 'proposeAction', ['INC-1', 'scale-out']],
  ['acgs.action.request', action, 'decideOn', [action, { kind: 'request' }]],
  ['acgs.action.approve', action, 'decideOn', [action, { kind: 'approve' }]],
  ['acgs.action.reject', action, 'decideOn', [action, { kind: 'reject' }]],
  ['acgs.action.cancel', action, 'decideOn', [action, { kind: 'cancel' }]],
  ['acgs.action.stop', action, 'decideOn', [action, { kind: 'stop' }]],
  ['acgs.action.took-effect', action, 'decideOn', [action, { kind: 'took-effect' }]],
  ['acgs.action.had-no-effect', action, 'decideOn', [action, { kind: 'had-no-effect' }]],
  ['acgs.action.undo', action, 'proposeUndo', [action]],
];

function press(action_id: string, value: string): Promise<Response> {
  const chosen = action_id === 'acgs.more' ? { selected_option: { value } } : { value };
  const payload = {
    type: 'block_actions',
    team: { id: stage.slack.teamId },
    user: { id: 'U0RITA', team_id: stage.slack.teamId },
    trigger_id: randomBytes(8).toString('hex'),
    channel: { id: 'C0INCIDENTS' },
    actions: [{ action_id, block_id: 'b', type: 'button', ...chosen }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return postSigned(stage.slack, stage.url, body, 'application/x-www-form-urlencoded');
}

it.each(drawn)(
  'F62: %s with the value "%s" still asks what it asked when it was drawn',
  async (id, value, what, about) => {
    const before = stage.desk.asked.length;
    expect((await press(id, value)).status).toBe(200);
    await until('the deed', () => stage.desk.asked.length > before);
    expect(stage.desk.asked.at(-1)).toMatchObject({ what, with: about, request: { actor: { id: 'U0RITA' } } });
    if (what === 'acknowledge') stage.desk.incidents.set('INC-1', anIncident());
  },
);

it('F62: a button that no release of ours knows is answered, and does nothing', async () => {
  const before = stage.desk.asked.length;
  expect((await press('acgs.from-the-future', 'INC-1')).status).toBe(200);
  await until('the answer', () => stage.slack.ephemerals('rita').some(({ text }) => /another version/.test(text)));
  expect(stage.desk.asked).toHaveLength(before);
});
