// Asking for an approval in Slack: by direct message to those who may, then to the levels of the ladder, with buttons that hold an id and nothing else.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { anAction, anIncident } from '../../support/face-views.ts';
import { type SlackStage, startSlackStage, until, wordsOf } from '../../support/slack-stage.ts';
import { buttonsOf } from '../../support/story.ts';

let stage: SlackStage;
const view = anAction();
beforeEach(async () => {
  const people = { responders: ['S0RESPOND'], approvers: ['S0APPROVE'], commanders: ['U0LENA'] };
  stage = await startSlackStage({
    slack: {
      groups: [
        { id: 'S0RESPOND', handle: 'responders', users: ['U0RITA', 'U0OMAR'] },
        { id: 'S0APPROVE', handle: 'approvers', users: ['U0OMAR', 'U0RITA'] },
        { id: 'S0MANAGE', handle: 'managers', users: ['U0STRANGER', 'U0RITA'] },
      ],
    },
    config: { rights: { people, breakGlass: [] } },
  });
  stage.desk.actions.set(view.id, view);
  await stage.desk.declare(anIncident());
  await stage.desk.send({ kind: 'action', incident: 'INC-42', action: view.id });
  await stage.desk.send({
    kind: 'ask-approval',
    incident: 'INC-42',
    action: view.id,
    rights: ['approver', 'commander'],
  });
  await stage.quiet();
});
afterEach(() => stage.stop());

const direct = (who: string) => stage.slack.messages(stage.slack.openDirectMessage(who));

it('everybody who may approve is asked once, by direct message and in the thread; who asked for it is not', async () => {
  for (const who of ['omar', 'lena']) {
    const [asked, ...more] = direct(who);
    expect(more).toEqual([]);
    expect(wordsOf(asked)).toMatch(/WAITS FOR APPROVAL[\s\S]*Your decision is asked for[\s\S]*deletes 504 keys/);
    expect(buttonsOf(asked ?? ({ channel: '', ts: '' } as never))).toEqual([`Approve "${view.title}"`, 'Reject']);
  }
  expect(direct('rita')).toEqual([]);
  const thread = stage.slack.messages(stage.room() ?? '').find((one) => wordsOf(one).includes('WAITS FOR APPROVAL'));
  expect(thread ?? stage.slack.findings).toBeDefined();
});

it('its buttons hold the id of the action, 128 random bits, and nothing that could be exchanged', async () => {
  const shown = [...direct('omar'), ...direct('lena')];
  const values = shown.flatMap((one) =>
    [...JSON.stringify(one.blocks).matchAll(/"value":"([^"]*)"/g)].map((m) => m[1]),
  );
  expect(values.length).toBeGreaterThan(3);
  expect(new Set(values)).toEqual(new Set([view.id]));
});

it('F46: while nobody decides, a level of the ladder is asked, with the members of its groups; who was asked before is reminded', async () => {
  const level = { level: 'L2', name: 'Platform team lead', at: view.since + 300_000 };
  stage.desk.actions.set(view.id, { ...view, escalated: [level] });
  const people = ['U0LENA', 'S0MANAGE'];
  await stage.desk.send({ kind: 'ask-approval', incident: 'INC-42', action: view.id, rights: [], people });
  await stage.quiet();
  const [asked] = direct('sam');
  expect(wordsOf(asked)).toMatch(/nobody had decided 02:19 UTC: L2 Platform team lead was asked/);
  expect(buttonsOf(asked ?? ({} as never))).toEqual([`Approve "${view.title}"`, 'Reject']);
  const reminded = await until('the reminder', () => direct('lena').find((one) => /Nobody has decided/.test(one.text)));
  expect(reminded.threadTs).toBe(direct('lena')[0]?.ts);
  expect(direct('rita')).toEqual([]);
});

it('what has been decided is drawn in every direct message, without buttons', async () => {
  stage.desk.actions.set(view.id, {
    ...view,
    state: 'expired',
    outcome: 'nobody decided in time',
    missing: [],
    moves: [],
  });
  await stage.desk.send({ kind: 'action', incident: 'INC-42', action: view.id });
  await stage.quiet();
  for (const who of ['omar', 'lena']) {
    const [asked] = direct(who);
    expect(asked?.text).toMatch(/EXPIRED/);
    expect(buttonsOf(asked ?? ({} as never))).toEqual([]);
  }
});

it('the reasons of the policy are read where the decision is made', async () => {
  const why = 'OPA refuses it (acgs/chatops/allow): the platform team has stopped all changes';
  stage.desk.actions.set(view.id, { ...view, gate: { moment: 'approval', allowed: false, why, at: view.since } });
  await stage.desk.send({ kind: 'action', incident: 'INC-42', action: view.id });
  await stage.quiet();
  expect(wordsOf(direct('omar')[0])).toContain(`NOT APPROVED 02:14 UTC: ${why}`);
});
