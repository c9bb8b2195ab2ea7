// The training workspace in the browser: what is open, what a person does, and when the page is drawn again.

import { announce } from './announce.js';
import { setUpComposer } from './composer.js';
import { connect } from './connection.js';
import { closeDrawer, isDrawerOpen, openDrawer, setUpDrawers } from './drawers.js';
import { setUpKeyboard, shortcuts } from './keyboard.js';
import { followLinks } from './links.js';
import { drawMessages } from './message-list.js';
import { drawModal } from './modal.js';
import { showHelp } from './overlay.js';
import { drawPanel } from './panel.js';
import { countUnread, forgetMarks, isTopLevel, markRead } from './read-marks.js';
import { keepPlace } from './reading-place.js';
import { drawSidebar, roleOf } from './sidebar.js';
import { withSymbols } from './symbols.js';
import { drawWalk, isWalkShown, showWalk } from './walk.js';

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
    () => ({ error: 'The training workspace does not answer. Nothing was sent.' }),
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
  const { user } = page;
  const answers = await Promise.all([ask(`/page/snapshot?user=${user}`), ask('/page/world')]).catch(() => undefined);
  if (answers === undefined) return connection.failed();
  const [snapshot, world] = answers;
  connection.answered(world.isBotThere);
  if (user !== page.user) return;
  if (page.world !== undefined && page.world.run !== world.run) startAnew();
  Object.assign(page, { snapshot, world });
  draw();
}

/** The company behind the page is another one than before: nothing that was open or read is there any more. */
function startAnew() {
  Object.assign(page, { channel: undefined, thread: undefined });
  forgetMarks();
  place('panel').replaceChildren();
  place('notice').textContent = 'The company was set up anew. What was there before is gone.';
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
  const stage = { names, user: page.user, pins: channel.pins, perform, openThread, looked };

  const top = all.filter(isTopLevel);
  const pinned = channel.pins.find((ts) => top.some((message) => message.ts === ts));
  drawHead(channel, pinned);
  markRead(page.user, channel.id, top);
  drawThread(all, stage);
  const repliesOf = (message) => {
    const replies = all.filter((one) => one.threadTs === message.ts && one.ts !== message.ts);
    return { count: replies.length, unread: countUnread(page.user, message.ts, replies) };
  };
  drawMessages(place('messages'), top, { ...stage, repliesOf });
  channelPlace.show(`${page.user} ${channel.id}`, pinned);
  drawModal(place('modal-place'), page.snapshot.views.at(-1), stage);
  drawPanel(place('panel'), page, { perform, close: closeDrawer, openChannel });
  drawWalk(place('walk'), page.world.walk, walkActions);
  place('open-walk').hidden = isWalkShown();
  announce(place('news'), page.snapshot.me, channels, names);
}

function drawHead(channel, pinned) {
  place('me').textContent = page.user;
  place('my-role').textContent = ` (${roleOf(page.user)})`;
  place('channel-name').textContent = `#${channel.name}`;
  if (place('channel-topic').textContent !== channel.topic)
    place('channel-topic').replaceChildren(...withSymbols(channel.topic));
  place('channel-topic').title = channel.topic;
  place('to-pinned').hidden = pinned === undefined;
  const waitingElsewhere = drawSidebar(place('places'), page, { openChannel, becomePerson });
  document.title = `${waitingElsewhere > 0 ? `(${waitingElsewhere}) ` : ''}#${channel.name} · ACGS training`;
  place('open-sidebar').classList.toggle('has-unread', waitingElsewhere > 0);
  place('open-sidebar').setAttribute(
    'aria-label',
    waitingElsewhere > 0 ? `Channels and people, ${waitingElsewhere} unread` : 'Channels and people',
  );
  const faults = [...page.world.faults, ...page.world.slackFaults].filter((fault) => fault.on).length;
  place('open-panel').textContent = faults > 0 ? `Faults (${faults})` : 'Faults';
}

function drawThread(all, stage) {
  const isOpen = page.thread !== undefined;
  place('thread').hidden = !isOpen;
  document.querySelector('main').inert = isDrawerOpen() || (isOpen && narrow.matches);
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
  const channel = page.snapshot.channels.find((one) => one.id === page.channel);
  if (channel?.pins.includes(ts)) looked('evidence');
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

function moveChannel(step) {
  const buttons = [...place('places').querySelectorAll('[data-channel]')];
  const at = buttons.findIndex((button) => button.getAttribute('aria-current') === 'true');
  buttons[(at + step + buttons.length) % buttons.length]?.click();
}

function becomePerson(name) {
  closeDrawer();
  page.user = name;
  page.thread = undefined;
  place('notice').textContent = '';
  return refresh();
}

/** What people only look at leaves no trace in the workspace; the guide needs to hear of it. */
function looked(at) {
  return perform({ kind: 'looked', at });
}

const walkActions = {
  async write(text) {
    const incidents = page.snapshot.channels.find((one) => one.name === 'incidents');
    if (incidents) await openChannel(incidents);
    composer.offer(text);
  },
  fault(id) {
    openDrawer('panel');
    const box = place('panel').querySelector(`[data-fault="${id}"]`);
    box.scrollIntoView({ block: 'center' });
    box.focus();
  },
  async card() {
    const room = page.snapshot.channels.findLast((one) => one.name.startsWith('inc-'));
    if (room) await openChannel(room);
    goToPinned();
  },
  dismiss() {
    showWalk(false);
    draw();
    place('say').focus();
  },
};

function goToPinned() {
  const channel = page.snapshot.channels.find((one) => one.id === page.channel);
  const card = place('messages').querySelector(`[data-ts="${channel.pins.at(-1)}"]`);
  card?.scrollIntoView();
  card?.focus({ preventScroll: true });
}

/** @returns why it is not sent, or undefined */
function send(text) {
  const [command] = text.split(/\s/, 1);
  if (command.startsWith('/') && command !== '/acgs') {
    const problem = `${command} is no command of this workspace. Try /acgs help.`;
    place('notice').textContent = problem;
    return problem;
  }
  channelPlace.toEnd();
  if (command === '/acgs') perform({ kind: 'command', channel: page.channel, text: text.slice(5).trim() });
  else perform({ kind: 'say', channel: page.channel, text });
}

const composer = setUpComposer(place('composer'), () => page.user, send);
setUpComposer(
  place('reply-composer'),
  () => page.user,
  (text) => {
    threadPlace.toEnd();
    perform({ kind: 'say', channel: page.channel, text, thread: page.thread });
  },
);
place('to-newest').addEventListener('click', () => channelPlace.toEnd());
place('to-pinned').addEventListener('click', goToPinned);
place('close-thread').addEventListener('click', closeThread);
place('open-keys').addEventListener('click', () => showHelp(shortcuts));
place('open-walk').addEventListener('click', () => {
  closeDrawer();
  showWalk(true);
  draw();
  place('walk').querySelector('summary').focus();
});
narrow.addEventListener('change', draw);
followLinks(page, { openChannel, openThread });

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
setUpKeyboard({ closeTop: () => closeDrawer() || closeThread(), moveChannel });
const connection = connect(place('connection'), refresh);
setInterval(refresh, 3000);
