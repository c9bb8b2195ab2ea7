// The training workspace in the browser: channels, messages, threads, modals, and the switches of what goes wrong.

import { drawBlocks } from './blocks.js';
import { drawPanel } from './panel.js';
import { h, mrkdwn } from './text.js';

const page = {
  user: 'rita',
  channel: undefined,
  thread: undefined,
  seen: new Map(),
  snapshot: undefined,
  world: undefined,
  drawnView: '',
};
const place = (id) => document.getElementById(id);
const roles = { rita: 'responder', omar: 'approver', lena: 'commander', sam: 'no role', guest: 'guest' };

async function ask(path) {
  const response = await fetch(path);
  return response.json();
}

/** Tells the workspace what this person does; what it refuses is shown under the messages. */
export async function perform(wish) {
  const response = await fetch('/page/do', { method: 'POST', body: JSON.stringify({ who: page.user, ...wish }) });
  const answer = await response.json();
  const problem =
    answer.error ?? (answer.outcome && answer.outcome !== 'ok' ? `Slack shows: ${answer.outcome}` : answer.problem);
  place('notice').textContent = problem ?? '';
  await refresh();
  return answer;
}

async function refresh() {
  [page.snapshot, page.world] = await Promise.all([ask(`/page/snapshot?user=${page.user}`), ask('/page/world')]);
  page.channel ??=
    page.snapshot.channels.find((channel) => channel.name === 'incidents')?.id ?? page.snapshot.channels[0]?.id;
  draw();
}

const names = {
  user: (id) =>
    page.snapshot.people.find((one) => one.id === id)?.name ??
    (id === page.snapshot.bot.id ? page.snapshot.bot.name : id),
  channel: (id) => page.snapshot.channels.find((one) => one.id === id)?.name ?? id,
  group: (id) => page.snapshot.groups.find((one) => one.id === id)?.handle ?? id,
};

function draw() {
  const channel = page.snapshot.channels.find((one) => one.id === page.channel) ?? page.snapshot.channels[0];
  page.channel = channel.id;
  drawSidebar();
  place('channel-head').replaceChildren(h('h1', {}, `#${channel.name}`), h('p', {}, channel.topic));
  const own = page.snapshot.ephemerals.filter((message) => message.channel === channel.id);
  const all = [...channel.messages, ...own].sort((a, b) => Number(a.ts) - Number(b.ts));
  const top = all.filter(
    (message) => message.threadTs === undefined || message.threadTs === message.ts || message.broadcast,
  );
  drawMessages(place('messages'), top, all, true);
  page.seen.set(channel.id, all.length);
  drawThread(all);
  drawView();
  drawPanel(place('panel'), page.world, perform);
  place('clock').textContent = `You are ${page.user}.`;
}

function drawSidebar() {
  const channels = page.snapshot.channels
    .filter((channel) => channel.isMember || !channel.isIm)
    .map((channel) =>
      h(
        'button',
        {
          'aria-current': String(channel.id === page.channel),
          class: channel.messages.length > (page.seen.get(channel.id) ?? 0) ? 'unread' : '',
          onclick: () => openChannel(channel),
        },
        `${channel.isIm ? '@' : '#'} ${channel.name}`,
      ),
    );
  const people = page.snapshot.people
    .filter((one) => !one.isBot)
    .map((one) =>
      h(
        'button',
        {
          'aria-current': String(one.name === page.user),
          'data-person': one.name,
          onclick: () => {
            page.user = one.name;
            page.drawnView = '';
            refresh();
          },
        },
        one.name,
        h('span', { class: 'role' }, ` ${roles[one.name] ?? ''}`),
      ),
    );
  place('sidebar').replaceChildren(h('h2', {}, 'Channels'), ...channels, h('h2', {}, 'You are'), ...people);
}

async function openChannel(channel) {
  page.channel = channel.id;
  page.thread = undefined;
  if (!channel.isMember && !channel.isPrivate) await perform({ kind: 'join', channel: channel.id });
  draw();
  place('messages').scrollTop = 1e9;
}

/** Only what changed is drawn again, so that an open menu or a chosen text survives an update. */
function drawMessages(list, shown, all, withReplies) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const before = new Map([...list.children].map((child) => [child.dataset.ts, child]));
  const nodes = shown.map((message) => {
    const replies = withReplies ? all.filter((one) => one.threadTs === message.ts && one.ts !== message.ts) : [];
    const print = JSON.stringify([message, replies.length, page.user]);
    const old = before.get(message.ts);
    if (old?.print === print) return old;
    const node = drawMessage(message, replies);
    node.dataset.ts = message.ts;
    node.print = print;
    return node;
  });
  if (nodes.length !== list.children.length || nodes.some((node, index) => node !== list.children[index]))
    list.replaceChildren(...nodes);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function drawMessage(message, replies) {
  if (message.subtype && !message.botId && !message.files?.length)
    return h('div', { class: 'system' }, names.user(message.user), ' ', mrkdwn(message.text, names));
  const who = names.user(message.user);
  const act = (element, extra) =>
    perform({
      kind: 'click',
      channel: message.channel,
      ts: message.ts,
      action: element.action_id,
      ...(element.value ? { value: element.value } : {}),
      ...extra,
    });
  const body = message.blocks?.length
    ? drawBlocks(message.blocks, names, act)
    : [h('div', { class: 'block' }, mrkdwn(message.text, names))];
  return h(
    'article',
    { class: `message ${message.ephemeralFor ? 'private' : ''}` },
    h('div', { class: 'face', 'aria-hidden': 'true' }, who.slice(0, 1).toUpperCase()),
    h(
      'div',
      {},
      h(
        'div',
        {},
        h('span', { class: 'who' }, who),
        h('span', { class: 'when' }, time(message.ts)),
        message.ephemeralFor ? h('span', { class: 'only' }, 'Only visible to you') : '',
        message.edited ? h('span', { class: 'when' }, '(edited)') : '',
      ),
      ...body,
      ...(message.files ?? []).map((file) =>
        h(
          'div',
          { class: 'file' },
          '📄',
          h('a', { href: `/page/files/${file.id}`, download: file.name }, file.title || file.name),
          h('span', { class: 'hint' }, `${file.size ?? 0} bytes`),
        ),
      ),
      replies.length > 0
        ? h(
            'button',
            {
              class: 'replies',
              onclick: () => {
                page.thread = message.ts;
                draw();
              },
            },
            `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`,
          )
        : '',
    ),
  );
}

function time(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
}

function drawThread(all) {
  const pane = place('thread');
  pane.hidden = page.thread === undefined;
  if (page.thread === undefined) return;
  const shown = all.filter((message) => message.ts === page.thread || message.threadTs === page.thread);
  if (pane.querySelector('.list')?.dataset.thread !== page.thread) {
    pane.replaceChildren(
      h(
        'header',
        {},
        'Thread',
        h(
          'button',
          {
            class: 'kit-button',
            onclick: () => {
              page.thread = undefined;
              draw();
            },
          },
          'Close',
        ),
      ),
      h('div', { class: 'list', 'data-thread': page.thread }),
    );
  }
  drawMessages(pane.querySelector('.list'), shown, all, false);
}

/** The top modal of this person. It is drawn again only when the app changed it: what was typed must not be lost. */
function drawView() {
  const view = page.snapshot.views.at(-1);
  const print = view ? JSON.stringify([view.id, view.hash, view.errors]) : '';
  if (print === page.drawnView) return;
  page.drawnView = print;
  place('modal-place').replaceChildren();
  if (!view) return;
  const form = h(
    'form',
    {
      method: 'dialog',
      onsubmit: (event) => {
        event.preventDefault();
        perform({ kind: 'submit', view: view.id, values: entered(form, view) });
      },
    },
    h('h2', {}, view.title),
    h(
      'div',
      { class: 'body' },
      drawBlocks(view.blocks, names, () => {}),
      Object.values(view.errors).map((error) => h('div', { class: 'error', role: 'alert' }, error)),
    ),
    h(
      'div',
      { class: 'foot' },
      h(
        'button',
        { type: 'button', class: 'kit-button', onclick: () => perform({ kind: 'close', view: view.id }) },
        view.source.close?.text ?? 'Cancel',
      ),
      view.source.submit ? h('button', { type: 'submit', class: 'kit-button primary' }, view.source.submit.text) : '',
    ),
  );
  const dialog = h(
    'dialog',
    {
      class: 'view',
      oncancel: (event) => {
        event.preventDefault();
        perform({ kind: 'close', view: view.id });
      },
    },
    form,
  );
  place('modal-place').append(dialog);
  dialog.showModal();
}

function entered(form, view) {
  const values = {};
  for (const block of view.blocks.filter((one) => one.type === 'input')) {
    const fields = [...form.elements].filter((field) => field.name === block.block_id);
    const chosen = fields
      .filter((field) => !['radio', 'checkbox'].includes(field.type) || field.checked)
      .map((field) => field.value)
      .filter((value) => value !== '');
    values[block.block_id] = block.element.type === 'checkboxes' ? chosen : (chosen[0] ?? null);
  }
  return values;
}

place('composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = place('say').value.trim();
  if (text === '') return;
  place('say').value = '';
  if (text.startsWith('/acgs')) await perform({ kind: 'command', channel: page.channel, text: text.slice(5).trim() });
  else await perform({ kind: 'say', channel: page.channel, text });
  place('messages').scrollTop = 1e9;
});
window.addEventListener('hashchange', () => {
  const channel = page.snapshot.channels.find((one) => one.id === location.hash.slice(1));
  if (channel) openChannel(channel);
});
new EventSource('/page/changes').onmessage = () => refresh();
setInterval(async () => {
  page.world = await ask('/page/world');
  drawPanel(place('panel'), page.world, perform);
}, 3000);
