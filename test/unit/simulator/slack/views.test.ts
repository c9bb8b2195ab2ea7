// Modals and home tabs of the pretend workspace: triggers, the stack, hashes, submissions and their answers.
import { describe, expect, it } from 'vitest';
import type { PretendSlack } from '../../../../src/simulator/slack/workspace.ts';
import { at, call, details, plain, type Reply, startApp, startWorkspace } from './fixture.ts';

const input = (blockId: string, element: object, more: object = {}): object => ({
  type: 'input',
  block_id: blockId,
  label: plain(blockId),
  element: { action_id: 'entry', ...element },
  ...more,
});
const note = input('note', { type: 'plain_text_input', min_length: 2, max_length: 10 });
const modal = (blocks: object[] = [note], more: object = {}): object => ({
  type: 'modal',
  callback_id: 'declare',
  title: plain('Declare'),
  submit: plain('Declare'),
  blocks,
  ...more,
});

async function withTrigger(options = {}, reply: () => Reply = () => ({})) {
  const slack = await startWorkspace(options);
  const app = await startApp(slack, reply);
  const command = await slack.command('rita', 'incidents', 'declare');
  return { slack, app, trigger: command.triggerId };
}

async function opened(view: object, reply: () => Reply = () => ({})) {
  const { slack, app, trigger } = await withTrigger({}, reply);
  const answer = await call(slack, 'views.open', { trigger_id: trigger, view });
  expect(answer, JSON.stringify(answer)).toMatchObject({ ok: true });
  return { slack, app, id: slack.openView('rita')?.id ?? '' };
}

describe('triggers', () => {
  it('work once', async () => {
    const { slack, trigger } = await withTrigger();
    expect((await call(slack, 'views.open', { trigger_id: trigger, view: modal() })).ok).toBe(true);
    const again = await call(slack, 'views.open', { trigger_id: trigger, view: modal() });
    expect(again.error).toBe('exchanged_trigger_id');
  });

  it('work for three seconds, and only when Slack made them', async () => {
    let now = Date.parse('2026-11-20T02:14:00Z');
    const { slack, trigger } = await withTrigger({ now: () => now });
    now += 3001;
    const open = (id: unknown) => call(slack, 'views.open', { trigger_id: id, view: modal() });
    expect((await open(trigger)).error).toBe('expired_trigger_id');
    expect((await open('1.2.abc')).error).toBe('invalid_trigger_id');
  });

  it('are not spent by a view that Slack refuses', async () => {
    const { slack, trigger } = await withTrigger();
    const open = (view: object) => call(slack, 'views.open', { trigger_id: trigger, view });
    expect((await open(modal([note], { title: plain('x'.repeat(25)) }))).error).toBe('invalid_arguments');
    expect((await open(modal())).ok).toBe(true);
  });
});

describe('a refused view', () => {
  const refused = async (view: object) => {
    const { slack, trigger } = await withTrigger();
    const answer = await call(slack, 'views.open', { trigger_id: trigger, view });
    expect(answer.errors).toBeUndefined();
    return [answer.error, ...details(answer)];
  };

  it('is answered as in the recorded call with an empty view', async () => {
    expect(await refused({})).toEqual([
      'invalid_arguments',
      '[ERROR] failed to match all allowed schemas [json-pointer:/view]',
      '[ERROR] missing required field: type [json-pointer:/view]',
    ]);
  });

  it.each([
    [
      modal([note], { submit: undefined }),
      'must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]',
    ],
    [
      modal([note], { title: plain('x'.repeat(25)) }),
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ],
    [
      modal([note], { private_metadata: 'x'.repeat(3001) }),
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
    [modal([]), 'must provide at least 1 items [json-pointer:/view/blocks]'],
    [modal([{ type: 'markdown', text: 'x' }]), 'unsupported type: markdown [json-pointer:/view/blocks/0/type]'],
    [
      { type: 'home', blocks: [{ type: 'divider' }], title: plain('x') },
      'invalid additional property: title [json-pointer:/view]',
    ],
  ])('names the place (%#)', async (view, line) => {
    expect(await refused(view)).toContain(`[ERROR] ${line}`);
  });

  it('is too large over 250 kB', async () => {
    const blocks = Array.from({ length: 90 }, () => ({ type: 'section', text: plain('x'.repeat(2900)) }));
    expect(await refused(modal(blocks))).toEqual(['view_too_large']);
  });
});

describe('updating', () => {
  it('needs the current hash when one is given, and keeps entries where ids stay', async () => {
    const { slack, id } = await opened(modal([note], { external_id: 'inc-1' }), () => ({
      body: { response_action: 'errors', errors: { note: 'no' } },
    }));
    await slack.submit('rita', id, { note: 'kept' });
    const hash = slack.openView('rita')?.hash;
    const update = (args: object) => call(slack, 'views.update', { view: modal([note, { type: 'divider' }]), ...args });
    expect((await update({ view_id: id, hash: '1.x' })).error).toBe('hash_conflict');
    expect((await update({ external_id: 'inc-1', hash })).ok).toBe(true);
    expect(slack.openView('rita')?.entered.note).toEqual({ entry: { type: 'plain_text_input', value: 'kept' } });
    expect((await update({ view_id: 'V0NONE' })).error).toBe('not_found');
  });

  it('refuses an external_id that another view has', async () => {
    const { slack } = await opened(modal([note], { external_id: 'inc-1' }));
    const command = await slack.command('omar', 'incidents', 'declare');
    const view = modal([note], { external_id: 'inc-1' });
    const answer = await call(slack, 'views.open', { trigger_id: command.triggerId, view });
    expect(answer.error).toBe('duplicate_external_id');
  });
});

it('stacks three views and no more; closing shows the one below', async () => {
  const buttonBlock = { type: 'actions', elements: [{ type: 'button', action_id: 'more', text: plain('More') }] };
  const { slack, id } = await opened(modal([buttonBlock]));
  const push = async (top: string) => {
    const click = await slack.clickInView('rita', top, 'more');
    return call(slack, 'views.push', { trigger_id: click.triggerId, view: modal([buttonBlock]) });
  };
  await push(id);
  expect((await push(slack.openView('rita')?.id ?? '')).ok).toBe(true);
  expect((await push(slack.openView('rita')?.id ?? '')).error).toBe('push_limit_reached');
  await slack.close('rita', slack.openView('rita')?.id ?? '');
  expect(slack.openView('rita')?.previousViewId).toBe(id);
});

describe('submitting', () => {
  const select = input('phase', {
    type: 'static_select',
    options: ['verify', 'mitigate'].map((value) => ({ text: plain(value), value })),
  });
  const day = input('day', { type: 'datepicker' }, { optional: true });

  it('sends what was entered, null for what was left empty, and closes on an empty answer', async () => {
    const { slack, app, id } = await opened(modal([note, select, day]));
    expect(await slack.submit('rita', id, { note: 'slow', phase: 'verify' })).toMatchObject({ outcome: 'ok' });
    const payload = app.received[1]?.payload;
    expect(payload).toMatchObject({
      type: 'view_submission',
      view: { callback_id: 'declare', hash: expect.stringMatching(/^\d+\.\w{8}$/) },
    });
    expect(at(payload, 'view', 'state', 'values')).toEqual({
      note: { entry: { type: 'plain_text_input', value: 'slow' } },
      phase: { entry: { type: 'static_select', selected_option: expect.objectContaining({ value: 'verify' }) } },
      day: { entry: { type: 'datepicker', selected_date: null } },
    });
    expect(slack.openView('rita')).toBeUndefined();
  });

  it("is impossible where Slack's client would not let a person", async () => {
    const { slack, id } = await opened(modal([note, select, day]));
    const submit = (values: object) => slack.submit('rita', id, { note: 'slow', phase: 'verify', ...values });
    await expect(submit({ note: null })).rejects.toThrow('"note" is required');
    await expect(submit({ note: 'far too long' })).rejects.toThrow('takes 2 to 10 characters');
    await expect(submit({ phase: 'party' })).rejects.toThrow('it offers "verify", "mitigate"');
    await expect(submit({ day: 'tomorrow' })).rejects.toThrow('cannot hold "tomorrow"');
    await expect(submit({ typo: 'x' })).rejects.toThrow('no input "typo"');
    await expect(slack.submit('omar', id, {})).rejects.toThrow('omar has no view');
  });

  it('shows errors under inputs, and refuses errors for anything else', async () => {
    let errors: object = { note: 'say more' };
    const { slack, id } = await opened(modal(), () => ({ body: { response_action: 'errors', errors } }));
    expect((await slack.submit('rita', id, { note: 'hm' })).errors).toEqual({ note: 'say more' });
    expect(slack.openView('rita')?.errors).toEqual({ note: 'say more' });
    errors = { elsewhere: 'x' };
    expect((await slack.submit('rita', id, { note: 'hm' })).problem).toContain('no input block');
    expect(slack.openView('rita')?.id).toBe(id);
  });

  it('updates, pushes and clears as told', async () => {
    let body: object = { response_action: 'update', view: modal([note], { title: plain('Sure?') }) };
    const { slack, id } = await opened(modal(), () => ({ body }));
    await slack.submit('rita', id, { note: 'hm' });
    expect(slack.openView('rita')).toMatchObject({ id, title: 'Sure?' });
    body = { response_action: 'push', view: modal([note], { title: plain('Second') }) };
    await slack.submit('rita', id, { note: 'hm' });
    expect(slack.openView('rita')).toMatchObject({ title: 'Second', previousViewId: id, rootViewId: id });
    body = { response_action: 'update', view: modal([]) };
    const second = slack.openView('rita')?.id ?? '';
    expect((await slack.submit('rita', second, { note: 'hm' })).problem).toContain('at least 1 items');
    body = { response_action: 'clear' };
    await slack.submit('rita', second, { note: 'hm' });
    expect(slack.openView('rita')).toBeUndefined();
  });
});

it('tells the app of a closed view only when it asked for that', async () => {
  const closings = async (slack: PretendSlack, id: string) => {
    await slack.close('rita', id);
    expect(slack.openView('rita')).toBeUndefined();
  };
  const silent = await opened(modal());
  await closings(silent.slack, silent.id);
  expect(silent.app.received).toHaveLength(1);
  const told = await opened(modal([note], { notify_on_close: true }));
  await closings(told.slack, told.id);
  expect(told.app.received[1]?.payload).toMatchObject({ type: 'view_closed', is_cleared: false });
});

it('closes the whole stack of a view with clear_on_close, and tells every view that asked', async () => {
  const more = { type: 'actions', elements: [{ type: 'button', action_id: 'more', text: plain('More') }] };
  const { slack, app, id } = await opened(modal([more], { notify_on_close: true }));
  const click = await slack.clickInView('rita', id, 'more');
  const second = modal([note], { clear_on_close: true });
  await call(slack, 'views.push', { trigger_id: click.triggerId, view: second });
  await slack.close('rita', slack.openView('rita')?.id ?? '');
  expect(slack.openView('rita')).toBeUndefined();
  expect(app.received.at(-1)?.payload).toMatchObject({ type: 'view_closed', is_cleared: true, view: { id } });
});

it('publishes a home tab, and refuses a modal there', async () => {
  const slack = await startWorkspace();
  const home = { type: 'home', blocks: [{ type: 'header', text: plain('Open incidents') }] };
  const publish = (args: object) => call(slack, 'views.publish', { user_id: 'U0RITA', view: home, ...args });
  expect((await publish({})).ok).toBe(true);
  expect(slack.home('rita')?.blocks[0]).toMatchObject({ type: 'header' });
  expect(slack.home('omar')).toBeUndefined();
  expect((await publish({ hash: 'old' })).error).toBe('hash_conflict');
  expect((await publish({ view: modal() })).error).toBe('invalid_arguments');
});

it('delivers shortcuts: global ones know no channel, message ones bring the message', async () => {
  const slack = await startWorkspace();
  const app = await startApp(slack);
  await slack.shortcut('rita', 'acgs_declare');
  await slack.say('omar', 'incidents', 'look at this');
  await slack.shortcut('rita', 'acgs_timeline', slack.messages('incidents')[0]);
  expect(app.received[0]?.payload).toMatchObject({ type: 'shortcut', callback_id: 'acgs_declare' });
  expect(at(app.received[0]?.payload, 'channel')).toBeUndefined();
  expect(app.received[1]?.payload).toMatchObject({ type: 'message_action', message: { text: 'look at this' } });
});
