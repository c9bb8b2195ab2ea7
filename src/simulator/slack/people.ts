// What people do in the workspace: type commands, press buttons, use shortcuts, react, talk.
import { isObject } from './block-kit/schema.ts';
import { directMessage } from './channel-access.ts';
import { joinChannel } from './channels.ts';
import { deliver, interactionBody } from './deliveries.ts';
import { elementsIn, type PlacedElement } from './element-values.ts';
import type { FaultBook } from './faults.ts';
import { findMessage, post } from './messages.ts';
import { addReaction } from './methods/reactions.ts';
import { type ModalActions, modalActions } from './modals.ts';
import { actionOf, commandBody, messageActions, shortcutPayload } from './payloads.ts';
import type { ChannelRecord, Delivery, PretendMessage, PretendPerson, SlackObject } from './records.ts';
import { showAck } from './responses.ts';
import { channelNamed, personNamed, type WorkspaceState } from './state.ts';
import { issueResponseUrl, issueTrigger } from './tickets.ts';

export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}

export interface ClickOptions {
  /** Which of several elements with this action_id: the one with that value. */
  readonly value?: string;
  /** The option, person or date chosen in an overflow menu, select or picker. */
  readonly option?: string;
  /** Overrides parts of the payload as a tampered client would; `action` overrides parts of the one action. */
  readonly forge?: { readonly action?: object; readonly [property: string]: unknown };
  /** The message as this person's client still shows it, when it changed meanwhile. */
  readonly stale?: PretendMessage;
}

/** Each resolves when Slack has the app's answer, or gave up waiting. They throw when nobody could do this in a client. */
export interface PeopleActions extends ModalActions {
  /** Types `/acgs <text>`; `@rita` and `#incidents` become the escaped references that Slack sends. */
  command(who: string, channel: string, text: string, command?: string): Promise<Delivery>;
  click(who: string, message: MessageRef, actionId: string, options?: ClickOptions): Promise<Delivery>;
  shortcut(who: string, callbackId: string, message?: MessageRef): Promise<Delivery>;
  react(who: string, message: MessageRef, emoji: string): Promise<void>;
  say(who: string, channel: string, text: string, threadTs?: string): Promise<void>;
  join(who: string, channel: string): void;
  openHome(who: string): Promise<void>;
  /** @returns the id of that person's direct message with the bot */
  openDirectMessage(who: string): string;
}

export function peopleActions(state: WorkspaceState, faults: FaultBook): PeopleActions {
  return {
    ...modalActions(state, faults),
    async command(who, channelName, text, command = '/acgs') {
      const { person, channel } = present(state, who, channelName);
      const triggerId = issueTrigger(state, person.id);
      const { url, record } = issueResponseUrl(state, 'commands', person.id, channel.id);
      const sent = { command, text: escapeCommand(state, text), triggerId, responseUrl: url };
      const body = commandBody(state, person, channel, sent);
      const delivery = await deliver(state, faults, 'command', body, triggerId, record);
      if (delivery.outcome !== 'ok') return delivery;
      const problem = showAck(state, record, delivery.body);
      if (problem === undefined) return delivery;
      state.finding(`ack of ${command}: Slack cannot show it (${problem})`);
      return { ...delivery, problem };
    },
    async click(who, ref, actionId, options = {}) {
      const { person, channel } = present(state, who, ref.channel);
      const current = messageSeenBy(state, person, channel, ref.ts);
      const message = options.stale ?? current;
      const { element, blockId } = wantedElement(message, actionId, options);
      const triggerId = issueTrigger(state, person.id);
      const target = { ts: message.ts, ephemeral: message.ephemeralFor !== undefined };
      const { url, record } = issueResponseUrl(state, 'actions', person.id, channel.id, target);
      const { action: forgedAction, ...forged } = options.forge ?? {};
      const action = { ...actionOf(state, element, blockId, options.option), ...forgedAction };
      const sent = { action, triggerId, responseUrl: url };
      const payload = { ...messageActions(state, person, channel, message, sent), ...forged };
      return deliver(state, faults, 'block_actions', interactionBody(payload), triggerId, record);
    },
    async shortcut(who, callbackId, ref) {
      const person = personNamed(state, who);
      const triggerId = issueTrigger(state, person.id);
      const sent = { callbackId, triggerId, actionTs: state.nextTs() };
      if (!ref) {
        const payload = shortcutPayload(state, person, sent);
        return deliver(state, faults, 'shortcut', interactionBody(payload), triggerId);
      }
      const { channel } = present(state, who, ref.channel);
      const message = findMessage(channel, ref.ts);
      if (!message) throw new Error('message shortcuts are not offered on ephemeral or deleted messages');
      const target = { ts: message.ts, ephemeral: false };
      const { url } = issueResponseUrl(state, 'actions', person.id, channel.id, target);
      const payload = shortcutPayload(state, person, sent, { channel, message, responseUrl: url });
      return deliver(state, faults, 'message_action', interactionBody(payload), triggerId);
    },
    async react(who, ref, emoji) {
      const { person, channel } = present(state, who, ref.channel);
      const message = findMessage(channel, ref.ts);
      if (!message) throw new Error(`no message ${ref.ts} in #${channel.name} to react to`);
      if (!addReaction(state, channel, message, emoji, person.id)) return;
      const item = { type: 'message', channel: channel.id, ts: message.ts };
      await state.raise({ type: 'reaction_added', user: person.id, reaction: emoji, item_user: message.user, item });
    },
    async say(who, channelName, text, threadTs) {
      const { person, channel } = present(state, who, channelName);
      const posting = { content: { text }, user: person.id };
      const message = post(state, channel, threadTs === undefined ? posting : { ...posting, threadTs });
      if (channel.im !== undefined || !text.includes(`<@${state.app.botUserId}>`)) return;
      const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
      const mention = { user: person.id, text, ts: message.ts, event_ts: message.ts, team: state.team.id, ...thread };
      await state.raise({ type: 'app_mention', channel: channel.id, ...mention });
    },
    join(who, channelName) {
      const channel = channelNamed(state, channelName);
      if (channel.isPrivate) throw new Error(`#${channel.name} is private: nobody can join it without an invitation`);
      const person = personNamed(state, who);
      if (!channel.members.has(person.id)) joinChannel(state, channel, person.id);
    },
    async openHome(who) {
      const person = personNamed(state, who);
      await state.raise({ type: 'app_home_opened', user: person.id, tab: 'home' });
    },
    openDirectMessage: (who) => directMessage(state, personNamed(state, who).id).id,
  };
}

/** @throws when that person cannot type or press anything in that channel */
function present(
  state: WorkspaceState,
  who: string,
  channelName: string,
): { readonly person: PretendPerson; readonly channel: ChannelRecord } {
  const person = personNamed(state, who);
  const channel = channelNamed(state, channelName);
  if (channel.isArchived) throw new Error(`#${channel.name} is archived: nobody can do anything there`);
  if (channel.members.has(person.id)) return { person, channel };
  throw new Error(`${person.name} is not in #${channel.name}: invite them, or let them join('${person.name}', …)`);
}

function messageSeenBy(
  state: WorkspaceState,
  person: PretendPerson,
  channel: ChannelRecord,
  ts: string,
): PretendMessage {
  const own = state.ephemerals.find((one) => one.ts === ts && one.ephemeralFor === person.id);
  const message = findMessage(channel, ts) ?? own;
  if (!message) throw new Error(`${person.name} sees no message ${ts} in #${channel.name}`);
  return message;
}

/** @throws with what is drawn when the wanted element is not */
function wantedElement(message: PretendMessage, actionId: string, options: ClickOptions): PlacedElement {
  const inAttachments = (message.attachments ?? []).flatMap((one) => (Array.isArray(one.blocks) ? one.blocks : []));
  const drawn = elementsIn([...(message.blocks ?? []), ...inAttachments]);
  const found = drawn.find(
    ({ element }) => element.action_id === actionId && (options.value === undefined || element.value === options.value),
  );
  if (found) return found;
  const known = drawn.map(({ element }) => `${String(element.action_id)} "${label(element)}"`).join(', ') || 'none';
  throw new Error(`no element "${actionId}" is drawn in this message; drawn are: ${known}`);
}

function label(element: SlackObject): string {
  return isObject(element.text) ? String(element.text.text) : String(element.type);
}

/** As with `should_escape: true` in the manifest: what the person typed literally arrives as entities. */
function escapeCommand(state: WorkspaceState, text: string): string {
  const entities = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return entities
    .replace(/https?:\/\/[^\s|]+/g, (url) => `<${url}>`)
    .replace(/(^|\s)@([a-z0-9._-]+)/g, (whole, before, name) => {
      const person = [...state.people.values()].find((one) => one.name === name);
      return person ? `${before}<@${person.id}|${person.name}>` : whole;
    })
    .replace(/(^|\s)#([a-z0-9_-]+)/g, (whole, before, name) => {
      const channel = [...state.channels.values()].find((one) => one.name === name);
      return channel ? `${before}<#${channel.id}|${channel.isPrivate ? '' : channel.name}>` : whole;
    });
}
