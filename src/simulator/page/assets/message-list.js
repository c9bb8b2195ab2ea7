// A list of messages as DOM. Only what changed is drawn again, so that focus, chosen text and open menus survive an update.

import { drawBlocks } from './blocks.js';
import { showFile, showImage } from './overlay.js';
import { isSystem } from './read-marks.js';
import { h, mrkdwn } from './text.js';

/**
 * @param shown the messages, oldest first
 * @param stage {names, user, perform, openThread, repliesOf(message) → {count, unread}}; without `repliesOf`, no replies are shown
 */
export function drawMessages(list, shown, stage) {
  const before = new Map([...list.children].map((child) => [child.dataset.ts, child]));
  const nodes = shown.map((message) => {
    const replies = stage.repliesOf?.(message) ?? { count: 0, unread: 0 };
    const print = JSON.stringify([message, replies, stage.user]);
    const old = before.get(message.ts);
    // An open menu stays until it is closed; closing it draws the page again.
    if (old && (old.print === print || old.querySelector(':popover-open'))) return old;
    const node =
      isSystem(message) && !message.botId ? systemLine(message, stage) : drawMessage(message, replies, stage);
    node.dataset.ts = message.ts;
    node.print = print;
    return node;
  });
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
  const kept = new Set(nodes);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  if (focused && document.activeElement === document.body) list.querySelector(`[data-action="${focused}"]`)?.focus();
}

/** "omar has joined the channel": the name is in the text already when the text begins with a mention. */
function systemLine(message, { names }) {
  const named = message.text.startsWith('<@');
  return h('div', { class: 'system' }, named ? '' : `${names.user(message.user)} `, mrkdwn(message.text, names));
}

function drawMessage(message, replies, stage) {
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
    { class: `message ${message.ephemeralFor ? 'private' : ''}` },
    h('div', { class: `face ${message.botId ? 'bot' : ''}`, 'aria-hidden': 'true' }, who.slice(0, 1).toUpperCase()),
    h(
      'div',
      { class: 'content' },
      h(
        'div',
        { class: 'by' },
        h('span', { class: 'who' }, who),
        h('span', { class: 'when' }, time(message.ts)),
        message.edited ? h('span', { class: 'when' }, '(edited)') : '',
        message.ephemeralFor ? h('span', { class: 'when' }, 'Only visible to you') : '',
      ),
      message.blocks?.length
        ? drawBlocks(message.blocks, names, act)
        : message.text.trim() && h('div', { class: 'block' }, mrkdwn(message.text, names)),
      (message.files ?? []).map(drawFile),
      replies.count > 0 ? repliesButton(message, replies, stage) : '',
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

function drawFile(file) {
  const source = `/page/files/${file.id}`;
  const title = file.title || file.name;
  if (file.mimetype?.startsWith('image/')) {
    return h(
      'button',
      { type: 'button', class: 'picture', 'aria-label': `Enlarge: ${title}`, onclick: () => showImage(source, title) },
      h('img', { src: source, alt: title }),
    );
  }
  const readable = /^(text\/|application\/json)/.test(file.mimetype ?? '');
  return h(
    'div',
    { class: 'file' },
    h('span', { 'aria-hidden': 'true' }, '📄'),
    h('span', { class: 'name' }, h('strong', {}, title), h('span', { class: 'hint' }, size(file.size))),
    readable
      ? h(
          'button',
          { type: 'button', class: 'kit-button', 'data-file': file.id, onclick: () => showFile(file) },
          'Read',
        )
      : '',
    file.size === undefined ? '' : h('a', { class: 'kit-button', href: source, download: file.name }, 'Download'),
  );
}

function size(bytes) {
  if (bytes === undefined) return '';
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} kB`;
}

function time(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
}
