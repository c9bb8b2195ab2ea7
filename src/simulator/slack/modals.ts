// What people do with views: fill and submit modals, close them, press buttons in them and in home tabs.
import { isObject } from './block-kit/schema.ts';
import { deliver, interactionBody } from './deliveries.ts';
import { elementsIn, enteredValue, isBlank } from './element-values.ts';
import type { FaultBook } from './faults.ts';
import { actionOf, initialState, viewActions, viewClosed, viewSubmission } from './payloads.ts';
import type { ClickOptions } from './people.ts';
import type { Delivery, PretendPerson, PretendView, SlackObject } from './records.ts';
import { personNamed, type WorkspaceState } from './state.ts';
import { issueTrigger } from './tickets.ts';
import { closeAll, closeView, maxStack, openView, replaceView, storeView, viewFault } from './views.ts';

/** Entries by block_id: text, an option's value, an id, `YYYY-MM-DD`, or a list of them; null empties an input. */
export interface Entries {
  readonly [blockId: string]: unknown;
}

export interface ModalActions {
  submit(who: string, viewId: string, values: Entries): Promise<Delivery>;
  close(who: string, viewId: string): Promise<void>;
  /** Presses a button or chooses an option in a modal or home tab. */
  clickInView(who: string, viewId: string, actionId: string, options?: ClickOptions): Promise<Delivery>;
}

export function modalActions(state: WorkspaceState, faults: FaultBook): ModalActions {
  return {
    async submit(who, viewId, values) {
      const person = personNamed(state, who);
      const view = topOf(state, person, viewId);
      const entered = fill(view, values);
      const filled = storeView(state, { ...view, entered, errors: {} });
      const triggerId = issueTrigger(state, person.id, viewId);
      const body = interactionBody(viewSubmission(state, person, filled, triggerId));
      const delivery = await deliver(state, faults, 'view_submission', body, triggerId);
      if (delivery.outcome !== 'ok') return delivery;
      const result = applyReply(state, filled, delivery.body);
      if (result.problem) state.finding(`view_submission ${view.callbackId}: ${result.problem}`);
      return { ...delivery, ...result };
    },
    async close(who, viewId) {
      const person = personNamed(state, who);
      const view = topOf(state, person, viewId);
      const whole = view.source.clear_on_close === true;
      const below = (state.stacks.get(person.id) ?? []).flatMap((id) => state.views.get(id) ?? []);
      if (whole) closeAll(state, person.id);
      else closeView(state, view);
      for (const one of whole ? below : [view]) {
        if (one.source.notify_on_close !== true) continue;
        await deliver(state, faults, 'view_closed', interactionBody(viewClosed(state, person, one, whole)));
      }
    },
    async clickInView(who, viewId, actionId, options = {}) {
      const person = personNamed(state, who);
      const home = state.homes.get(person.id) === viewId ? state.views.get(viewId) : undefined;
      const view = home ?? topOf(state, person, viewId);
      const found = elementsIn(view.blocks).find(
        ({ element }) =>
          element.action_id === actionId && (options.value === undefined || element.value === options.value),
      );
      if (!found) throw new Error(`no element "${actionId}" is drawn in view "${view.title}"`);
      const { element, block, blockId } = found;
      if (block.type === 'input' && block.dispatch_action !== true) {
        throw new Error(`"${actionId}" stands in an input block without dispatch_action: Slack sends nothing for it`);
      }
      const entry = enteredValue(element, options.option);
      const entered = entry
        ? { ...view.entered, [blockId]: { ...view.entered[blockId], [actionId]: entry } }
        : view.entered;
      const touched = storeView(state, { ...view, entered });
      const triggerId = issueTrigger(state, person.id, viewId);
      const action = { ...actionOf(state, element, blockId, options.option), ...options.forge?.action };
      const payload = viewActions(state, person, touched, { action, triggerId });
      return deliver(state, faults, 'block_actions', interactionBody(payload), triggerId);
    },
  };
}

/** @throws when that view is not the one this person can act in */
function topOf(state: WorkspaceState, person: PretendPerson, viewId: string): PretendView {
  const stack = state.stacks.get(person.id) ?? [];
  const view = state.views.get(viewId);
  if (view && stack.at(-1) === viewId) return view;
  const open = stack.map((id) => `${id} "${state.views.get(id)?.title}"`).join(', ') || 'none';
  throw new Error(`${person.name} has no view ${viewId} on top; open are: ${open}`);
}

/** @throws when the entries are impossible in Slack's client: unknown inputs, empty required ones, too long texts */
function fill(view: PretendView, values: Entries): PretendView['entered'] {
  const placed = elementsIn(view.blocks);
  const known = new Set(placed.map((one) => one.blockId));
  const unknown = Object.keys(values).find((blockId) => !known.has(blockId));
  if (unknown !== undefined)
    throw new Error(`no input "${unknown}" in "${view.title}"; it has ${[...known].join(', ')}`);
  const entered: { [blockId: string]: { [actionId: string]: SlackObject } } = {
    ...initialState(view.blocks),
    ...view.entered,
  };
  for (const { blockId, block, element } of placed) {
    const actionId = String(element.action_id);
    const before = entered[blockId]?.[actionId];
    const value = Object.hasOwn(values, blockId) ? enteredValue(element, values[blockId]) : before;
    if (!value || element.type === 'button' || element.type === 'overflow') continue;
    if (block.type === 'input') refuseImpossible(blockId, block, element, value);
    entered[blockId] = { ...entered[blockId], [actionId]: value };
  }
  return entered;
}

function refuseImpossible(blockId: string, block: SlackObject, element: SlackObject, value: SlackObject): void {
  if (isBlank(value)) {
    if (block.optional === true) return;
    throw new Error(`input "${blockId}" is required: Slack's client would not submit without it`);
  }
  const length = typeof value.value === 'string' ? value.value.length : 0;
  const [least, most] = [Number(element.min_length ?? 0), Number(element.max_length ?? 3000)];
  if (typeof value.value === 'string' && (length < least || length > most)) {
    throw new Error(`input "${blockId}" takes ${least} to ${most} characters, not ${length}`);
  }
}

interface ReplyResult {
  readonly errors?: { readonly [blockId: string]: string };
  readonly problem?: string;
}

/** What the app's answer does to the modal; what Slack cannot use leaves it open with a connection error. */
function applyReply(state: WorkspaceState, view: PretendView, body: string): ReplyResult {
  if (body.trim() === '') {
    closeView(state, view);
    return {};
  }
  const reply = parsed(body);
  if (!isObject(reply)) return { problem: 'the answer is not JSON' };
  switch (reply.response_action) {
    case undefined:
      closeView(state, view);
      return {};
    case 'clear':
      closeAll(state, view.user);
      return {};
    case 'errors':
      return showErrors(state, view, reply.errors);
    case 'update':
    case 'push':
      return showView(state, view, reply.response_action, reply.view);
    default:
      return { problem: `unknown response_action ${String(reply.response_action)}` };
  }
}

function showErrors(state: WorkspaceState, view: PretendView, errors: unknown): ReplyResult {
  const inputs = new Set(view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id));
  const entries = isObject(errors) ? Object.entries(errors) : [];
  const strange = entries.find(([blockId, text]) => !inputs.has(blockId) || typeof text !== 'string');
  if (entries.length === 0) return { problem: 'response_action errors without any error' };
  if (strange) return { problem: `errors name "${strange[0]}", which is no input block of the view` };
  const shown = Object.fromEntries(entries.map(([blockId, text]) => [blockId, String(text)]));
  storeView(state, { ...view, errors: shown });
  return { errors: shown };
}

function showView(state: WorkspaceState, view: PretendView, how: 'update' | 'push', source: unknown): ReplyResult {
  const fault = viewFault(state, source, how === 'update' ? view.id : undefined);
  if (fault || !isObject(source)) return { problem: `the view is refused: ${JSON.stringify(fault)}` };
  if (how === 'update') {
    replaceView(state, view, source);
    return {};
  }
  if ((state.stacks.get(view.user) ?? []).length >= maxStack) return { problem: 'push_limit_reached' };
  openView(state, view.user, source, false);
  return {};
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
