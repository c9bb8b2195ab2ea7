// A list of messages as DOM. Only what changed is drawn again, so that focus, chosen text and open menus survive an update.

import { firstLine } from './announce.js';
import { drawBlocks } from './blocks.js';
import { drawFile } from './files.js';
import { rememberFocus } from './focus.js';
import { overflowMenu } from './menu.js';
import { isSystem } from './read-marks.js';
import { h, mrkdwn } from './text.js';

/**
 * @param shown the messages, oldest first
 * @param stage {names, user, pins, perform, openThread, looked, repliesOf(message) → {count, unread}}; without `repliesOf`, no
 *   replies are shown
 */
export function drawMessages(list, shown, stage) {
  const before = new Map([...list.children].map((child) => [child.dataset.ts, child]));
  const nodes = shown.map((message) => {
    const replies = stage.repliesOf?.(message) ?? { count: 0, unread: 0 };
    const isPinned = stage.pins.includes(message.ts);
    const print = JSON.stringify([message, replies, isPinned, stage.user]);
    const old = before.get(message.ts);
    // An open menu stays until it is closed; closing it draws the page again.
    if (old && (old.print === print || old.querySelector(':popover-open'))) return old;
    const node =
      isSystem(message) && !message.botId
        ? systemLine(message, stage)
        : drawMessage(message, { replies, isPinned }, stage);
    node.dataset.ts = message.ts;
    node.print = print;
    return node;
  });
  const focusAgain = list.contains(document.activeElement) ? rememberFocus() : () => {};
  const kept = new Set(nodes);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  focusAgain();
}

/** "omar has joined the channel": the name is in the text already when the text begins with a mention. */
function systemLine(message, { names }) {
  const named = message.text.startsWith('<@');
  return h('div', { class: 'system' }, named ? '' : `${names.user(message.user)} `, mrkdwn(message.text, names));
}

function drawMessage(message, { replies, isPinned }, stage) {
  const { names } = stage;
  const who = names.user(message.user);
  const act = (element, extra) =>
    stage.perform({
      kind: 'click',
      channel: message.channel,
      ts: message.ts,
      action: element.action_id,
      ...(element.value ? { value: element.value } : {}),
      ...extra,
    });
  return h(
    'article',
    {
      class: `message ${message.ephemeralFor ? 'private' : ''} ${isPinned ? 'pinned' : ''}`,
      tabindex: '-1',
      'aria-label': `${who}, ${time(message.ts)}: ${firstLine(message.text)}`,
    },
    h('div', { class: `face ${message.botId ? 'bot' : ''}`, 'aria-hidden': 'true' }, who.slice(0, 1).toUpperCase()),
    h(
      'div',
      { class: 'content' },
      h(
        'div',
        { class: 'by' },
        h('span', { class: 'who' }, who),
        message.botId ? h('span', { class: 'badge' }, 'APP') : '',
        h('span', { class: 'when' }, time(message.ts)),
        message.edited ? h('span', { class: 'when' }, '(edited)') : '',
        message.ephemeralFor ? h('span', { class: 'when' }, 'Only visible to you') : '',
        isPinned ? h('span', { class: 'when' }, '📌 Pinned') : '',
        message.ephemeralFor ? '' : messageMenu(message, stage),
      ),
      message.blocks?.length
        ? drawBlocks(message.blocks, names, act)
        : message.text.trim() && h('div', { class: 'block' }, mrkdwn(message.text, names)),
      (message.files ?? []).map((file) => drawFile(file, stage.looked)),
      message.reactions?.length ? drawReactions(message.reactions, names) : '',
      replies.count > 0 ? repliesButton(message, replies, stage) : '',
    ),
  );
}

/** What Slack offers on every message: a reaction, and the app's shortcut of the manifest. The keyboard opens it by M. */
function messageMenu(message, { perform }) {
  const wishes = {
    pushpin: { kind: 'react', emoji: 'pushpin' },
    'add-to-incident': { kind: 'shortcut', shortcut: 'acgs.add-to-incident' },
  };
  const options = [
    { text: { text: 'React with 📌' }, value: 'pushpin' },
    { text: { text: 'Add to incident' }, value: 'add-to-incident' },
  ];
  return overflowMenu(
    { action_id: 'message-menu', options },
    ({ value }) => perform({ ...wishes[value], channel: message.channel, ts: message.ts }),
    { class: 'kit-button message-menu', 'aria-label': 'Actions on this message', tabindex: '-1' },
  );
}

function drawReactions(reactions, names) {
  return h(
    'ul',
    { class: 'reactions', 'aria-label': 'Reactions' },
    reactions.map(({ name, users }) =>
      h(
        'li',
        { title: `${users.map(names.user).join(', ')} reacted with :${name}:` },
        mrkdwn(`:${name}:`, names),
        ` ${users.length}`,
      ),
    ),
  );
}

function repliesButton(message, { count, unread }, { openThread }) {
  return h(
    'button',
    { type: 'button', class: 'replies', 'data-action': 'open-thread', onclick: () => openThread(message.ts) },
    `${count} ${count === 1 ? 'reply' : 'replies'}`,
    unread > 0 ? h('span', { class: 'count' }, `${unread} new`) : '',
  );
}

function time(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
}
