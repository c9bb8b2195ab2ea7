// The training workspace in the browser: what is open, what a person does, and when the page is drawn again.

import { closeDrawer, setUpDrawers } from './drawers.js';
import { drawMessages } from './message-list.js';
import { drawModal } from './modal.js';
import { drawPanel } from './panel.js';
import { countUnread, isTopLevel, markRead } from './read-marks.js';
import { keepPlace } from './reading-place.js';
import { drawSidebar, roleOf } from './sidebar.js';

const page = {
  user: 'rita',
  channel: undefined,
  thread: undefined,
  snapshot: undefined,
  world: undefined,
  /** A finger or a mouse button is down. */
  pressed: false,
  /** Something was not drawn for that reason. */
  isStale: false,
};
const place = (id) => document.getElementById(id);
const narrow = window.matchMedia('(max-width: 760px)');
const channelPlace = keepPlace(place('messages'), (isAtEnd) => {
  place('to-newest').hidden = isAtEnd;
});
const threadPlace = keepPlace(place('replies'));

async function ask(path) {
  const response = await fetch(path);
  return response.json();
}

/** Tells the workspace what this person does. What it refuses stands under the messages, and is `problem` of the answer. */
async function perform(wish) {
  const body = JSON.stringify({ who: page.user, ...wish });
  const answer = await fetch('/page/do', { method: 'POST', body }).then(
    (response) => response.json(),
    () => ({ error: 'The training workspace does not answer.' }),
  );
  const late = answer.outcome && answer.outcome !== 'ok' ? `Slack shows: ${answer.outcome}` : undefined;
  const problem = answer.error ?? late ?? answer.problem;
  place('notice').textContent = problem ?? '';
  await refresh();
  return { ...answer, problem };
}

let underWay = Promise.resolve();
let waiting;

/** One at a time: an older answer never overwrites a newer one. Resolves when what was so at the call is drawn. */
function refresh() {
  waiting ??= underWay.then(() => {
    waiting = undefined;
    underWay = fetchAndDraw();
    return underWay;
  });
  return waiting;
}

async function fetchAndDraw() {
  try {
    const { user } = page;
    const [snapshot, world] = await Promise.all([ask(`/page/snapshot?user=${user}`), ask('/page/world')]);
    if (user !== page.user) return;
    Object.assign(page, { snapshot, world });
    draw();
  } catch {
    place('notice').textContent = 'The training workspace does not answer. Is it still running?';
  }
}

const names = {
  user: (id) =>
    page.snapshot.people.find((one) => one.id === id)?.name ??
    (id === page.snapshot.bot.id ? page.snapshot.bot.name : id),
  channel: (id) => page.snapshot.channels.find((one) => one.id === id)?.name ?? id,
  group: (id) => page.snapshot.groups.find((one) => one.id === id)?.handle ?? id,
};

function draw() {
  // A button that is drawn again between press and release would swallow the click.
  page.isStale = page.pressed;
  if (page.pressed || page.snapshot === undefined) return;
  const { channels } = page.snapshot;
  const channel =
    channels.find((one) => one.id === page.channel) ?? channels.find((one) => one.name === 'incidents') ?? channels[0];
  page.channel = channel.id;
  const own = page.snapshot.ephemerals.filter((message) => message.channel === channel.id);
  const all = [...channel.messages, ...own].sort((a, b) => Number(a.ts) - Number(b.ts));
  const stage = { names, user: page.user, perform, openThread };

  drawHead(channel);
  const top = all.filter(isTopLevel);
  markRead(page.user, channel.id, top);
  drawThread(all, stage);
  const repliesOf = (message) => {
    const replies = all.filter((one) => one.threadTs === message.ts && one.ts !== message.ts);
    return { count: replies.length, unread: countUnread(page.user, message.ts, replies) };
  };
  drawMessages(place('messages'), top, { ...stage, repliesOf });
  channelPlace.show(
    `${page.user} ${channel.id}`,
    channel.pins.find((ts) => top.some((message) => message.ts === ts)),
  );
  drawModal(place('modal-place'), page.snapshot.views.at(-1), stage);
  drawPanel(place('panel'), page.world, perform);
}

function drawHead(channel) {
  place('me').textContent = page.user;
  place('my-role').textContent = `, ${roleOf(page.user)}`;
  place('channel-name').textContent = `#${channel.name}`;
  place('channel-topic').textContent = channel.topic;
  place('channel-topic').title = channel.topic;
  const waitingElsewhere = drawSidebar(place('sidebar'), page, { openChannel, becomePerson });
  place('open-sidebar').classList.toggle('has-unread', waitingElsewhere > 0);
  place('open-sidebar').setAttribute(
    'aria-label',
    waitingElsewhere > 0 ? `Channels and people, ${waitingElsewhere} unread` : 'Channels and people',
  );
  const faults = page.world.faults.filter((fault) => fault.on).length + (page.world.slackDown ? 1 : 0);
  place('open-panel').textContent = faults > 0 ? `Faults (${faults})` : 'Faults';
}

function drawThread(all, stage) {
  const isOpen = page.thread !== undefined;
  place('thread').hidden = !isOpen;
  document.querySelector('main').inert = isOpen && narrow.matches;
  place('close-thread').textContent = narrow.matches ? '← Back' : 'Close';
  if (!isOpen) {
    place('replies').replaceChildren();
    return;
  }
  const shown = all.filter((message) => message.ts === page.thread || message.threadTs === page.thread);
  drawMessages(place('replies'), shown, stage);
  threadPlace.show(`${page.user} ${page.thread}`);
  markRead(page.user, page.thread, shown);
}

function openThread(ts) {
  page.thread = ts;
  draw();
  place('replies').focus();
}

/** @returns whether one was open */
function closeThread() {
  if (page.thread === undefined) return false;
  const parent = place('messages').querySelector(`[data-ts="${page.thread}"] .replies`);
  page.thread = undefined;
  draw();
  parent?.focus({ preventScroll: true });
  return true;
}

async function openChannel(channel) {
  closeDrawer();
  page.channel = channel.id;
  page.thread = undefined;
  place('notice').textContent = '';
  if (!channel.isMember && !channel.isPrivate) await perform({ kind: 'join', channel: channel.id });
  draw();
}

function becomePerson(name) {
  closeDrawer();
  page.user = name;
  page.thread = undefined;
  place('notice').textContent = '';
  return refresh();
}

/** Slack's addresses of channels and messages lead to their place in this page. */
function follow(address) {
  const [, id, digits] = /(?:\/archives\/|#)(C[A-Z0-9]+)(?:\/p(\d+))?/.exec(address) ?? [];
  const channel = page.snapshot.channels.find((one) => one.id === id);
  if (channel === undefined) return false;
  const ts = digits?.replace(/(\d{6})$/, '.$1');
  const message = channel.messages.find((one) => one.ts === ts);
  openChannel(channel).then(() => {
    if (message !== undefined && !isTopLevel(message)) openThread(message.threadTs);
    else if (ts !== undefined) place('messages').querySelector(`[data-ts="${ts}"]`)?.scrollIntoView();
  });
  return true;
}

place('composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = place('say').value.trim().replace(/^\/+/, '/');
  if (text === '') return;
  const [command] = text.split(/\s/, 1);
  if (command.startsWith('/') && command !== '/acgs') {
    place('notice').textContent = `${command} is no command of this workspace. Try /acgs help.`;
    return;
  }
  place('say').value = '';
  channelPlace.toEnd();
  if (command === '/acgs') await perform({ kind: 'command', channel: page.channel, text: text.slice(5).trim() });
  else await perform({ kind: 'say', channel: page.channel, text });
});
place('to-newest').addEventListener('click', () => channelPlace.toEnd());
place('close-thread').addEventListener('click', closeThread);
narrow.addEventListener('change', draw);

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  if (link && !link.download && link.origin === location.origin && follow(link.href)) event.preventDefault();
});
document.addEventListener('keydown', (event) => {
  // Dialogs and menus close themselves at Escape; the browser sees to that.
  if (document.querySelector('dialog[open], :popover-open')) return;
  if (event.key === 'Escape' && (closeDrawer() || closeThread())) event.preventDefault();
  const isTyping = event.target.closest('input, textarea, select');
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) place('say').focus();
});
document.addEventListener('pointerdown', () => {
  page.pressed = true;
});
for (const end of ['pointerup', 'pointercancel']) {
  document.addEventListener(end, () => {
    page.pressed = false;
    // The click comes right after the release; what it is meant for must still stand.
    setTimeout(() => page.isStale && draw());
  });
}
document.addEventListener('menu-closed', draw);

setUpDrawers();
new EventSource('/page/changes').onmessage = refresh;
setInterval(refresh, 3000);
