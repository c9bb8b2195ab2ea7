// The bodies that Slack sends for commands and interactions (https://docs.slack.dev/reference/interaction-payloads).
import { elementsIn, enteredValue } from './element-values.ts';
import { apiMessage } from './messages.ts';
import type { ChannelRecord, PretendMessage, PretendPerson, PretendView, SlackObject } from './records.ts';
import type { WorkspaceState } from './state.ts';
import { apiView } from './views.ts';

/** What all interaction payloads share. */
function base(state: WorkspaceState, type: string, person: PretendPerson): { readonly [name: string]: unknown } {
  return {
    type,
    team: { id: state.team.id, domain: state.team.domain },
    enterprise: null,
    is_enterprise_install: false,
    user: { id: person.id, username: person.name, name: person.name, team_id: state.team.id },
    api_app_id: state.app.id,
    token: 'deprecated',
  };
}

export function commandBody(
  state: WorkspaceState,
  person: PretendPerson,
  channel: ChannelRecord,
  sent: {
    readonly command: string;
    readonly text: string;
    readonly triggerId: string;
    readonly responseUrl: string;
  },
): string {
  const name = channel.im === undefined ? (channel.isPrivate ? 'privategroup' : channel.name) : 'directmessage';
  return new URLSearchParams({
    token: 'deprecated',
    team_id: state.team.id,
    team_domain: state.team.domain,
    channel_id: channel.id,
    channel_name: name,
    user_id: person.id,
    user_name: person.name,
    command: sent.command,
    text: sent.text,
    api_app_id: state.app.id,
    is_enterprise_install: 'false',
    response_url: sent.responseUrl,
    trigger_id: sent.triggerId,
  }).toString();
}

/** A click in a message. Slack leaves the message out when it is ephemeral. */
export function messageActions(
  state: WorkspaceState,
  person: PretendPerson,
  channel: ChannelRecord,
  message: PretendMessage,
  sent: { readonly action: SlackObject; readonly triggerId: string; readonly responseUrl: string },
): SlackObject {
  const ephemeral = message.ephemeralFor !== undefined;
  const thread = message.threadTs ? { thread_ts: message.threadTs } : {};
  return {
    ...base(state, 'block_actions', person),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...thread,
    },
    trigger_id: sent.triggerId,
    channel: { id: channel.id, name: channel.name },
    ...(ephemeral ? {} : { message: apiMessage(state, channel, message, true) }),
    state: { values: initialState(message.blocks ?? []) },
    response_url: sent.responseUrl,
    actions: [sent.action],
  };
}

export function viewActions(
  state: WorkspaceState,
  person: PretendPerson,
  view: PretendView,
  sent: { readonly action: SlackObject; readonly triggerId: string },
): SlackObject {
  return {
    ...base(state, 'block_actions', person),
    container: { type: 'view', view_id: view.id },
    trigger_id: sent.triggerId,
    view: apiView(state, view),
    actions: [sent.action],
  };
}

export function viewSubmission(
  state: WorkspaceState,
  person: PretendPerson,
  view: PretendView,
  triggerId: string,
): SlackObject {
  return {
    ...base(state, 'view_submission', person),
    trigger_id: triggerId,
    view: apiView(state, view),
    response_urls: [],
  };
}

export function viewClosed(
  state: WorkspaceState,
  person: PretendPerson,
  view: PretendView,
  isCleared: boolean,
): SlackObject {
  return {
    ...base(state, 'view_closed', person),
    view: { ...apiView(state, view), state: { values: {} } },
    is_cleared: isCleared,
  };
}

/** A global shortcut, or a message's when one is given; only that one knows a channel. */
export function shortcutPayload(
  state: WorkspaceState,
  person: PretendPerson,
  sent: { readonly callbackId: string; readonly triggerId: string; readonly actionTs: string },
  on?: { readonly channel: ChannelRecord; readonly message: PretendMessage; readonly responseUrl: string },
): SlackObject {
  const shared = { action_ts: sent.actionTs, callback_id: sent.callbackId, trigger_id: sent.triggerId };
  if (!on) return { ...base(state, 'shortcut', person), ...shared };
  return {
    ...base(state, 'message_action', person),
    ...shared,
    channel: { id: on.channel.id, name: on.channel.name },
    message: apiMessage(state, on.channel, on.message),
    message_ts: on.message.ts,
    response_url: on.responseUrl,
  };
}

/** One entry of `actions`. */
export function actionOf(
  state: WorkspaceState,
  element: SlackObject,
  blockId: string,
  option: string | undefined,
): SlackObject {
  const { type, action_id: actionId, text, value, style } = element;
  const fixed = Object.fromEntries(Object.entries({ text, value, style }).filter(([, one]) => one !== undefined));
  if (type === 'overflow' && option === undefined) throw new Error(`say which option of ${String(actionId)} is chosen`);
  return {
    type,
    action_id: actionId,
    block_id: blockId,
    ...fixed,
    ...enteredValue(element, option),
    action_ts: state.nextTs(),
  };
}

/** The values of all elements that hold one, as drawn. */
export function initialState(blocks: readonly SlackObject[]): {
  [blockId: string]: { [actionId: string]: SlackObject };
} {
  const values: { [blockId: string]: { [actionId: string]: SlackObject } } = {};
  for (const { blockId, element } of elementsIn(blocks)) {
    const value = element.type === 'overflow' ? undefined : enteredValue(element, undefined);
    if (value) values[blockId] = { ...values[blockId], [String(element.action_id)]: value };
  }
  return values;
}
