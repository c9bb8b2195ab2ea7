// The control panel: what is really so in the pretend company, what the bot says about it, and the switches of what goes wrong.

import { firstLine } from './announce.js';
import { isConfirmed } from './overlay.js';
import { h } from './text.js';
import { truths } from './truths.js';

/** Faults begin as if four minutes ago, so that five-minute rates show them at once. */
const agoSeconds = 240;

/**
 * Built once and then kept up to date in place, so that the keyboard keeps its place and open groups stay open.
 *
 * @param page {world, snapshot}
 * @param act {perform(wish), close(), openChannel(channel)}
 */
export function drawPanel(panel, { world, snapshot }, act) {
  if (panel.childElementCount === 0) panel.append(...build(world, act));
  for (const { name, value } of truths(world.truth)) setText(panel.querySelector(`[data-truth="${name}"]`), value);
  drawWrong(
    panel.querySelector('#wrong'),
    [...world.faults, ...world.slackFaults].filter((fault) => fault.on),
  );
  drawSayings(panel.querySelector('#sayings'), snapshot, act);
  for (const fault of [...world.faults, ...world.slackFaults]) {
    const box = panel.querySelector(`[data-fault="${fault.id}"]`);
    if (box.isBusy || box.checked === fault.on) continue;
    box.checked = fault.on;
    if (fault.on) box.closest('details')?.setAttribute('open', '');
  }
  for (const group of panel.querySelectorAll('details')) {
    const on = group.querySelectorAll(':checked').length;
    setText(group.querySelector('.count'), on > 0 ? `${on} on` : '');
  }
  panel.querySelector('#all-off').disabled = panel.querySelector(':checked') === null;
  panel.clockAheadMs = Date.parse(world.now) - Date.now();
  tick(panel);
  panel.clock ??= setInterval(() => tick(panel), 1_000);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick(panel) {
  const now = new Date(Date.now() + panel.clockAheadMs);
  const own = now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', timeZoneName: 'short', hour12: false });
  setText(panel.querySelector('#world-time'), `Time there: ${now.toISOString().slice(11, 19)} UTC. Yours: ${own}.`);
}

function build(world, { perform, close }) {
  const groups = Map.groupBy(world.faults, (fault) => fault.group);
  const toggles = (faults) =>
    faults.map((fault) =>
      toggle(fault, (on) =>
        perform({ kind: 'fault', fault: fault.id, on, agoSeconds: fault.group === 'company' ? agoSeconds : 0 }),
      ),
    );
  const group = (title, content) =>
    h('details', {}, h('summary', {}, `${title} `, h('span', { class: 'count' })), content);
  const allOff = () => {
    for (const box of document.querySelectorAll('[data-fault]:checked')) box.click();
  };
  return [
    h(
      'header',
      {},
      h('h2', {}, 'The pretend company'),
      h('button', { type: 'button', class: 'kit-button', id: 'close-panel', onclick: close }, 'Close'),
    ),
    h('p', { class: 'hint', id: 'world-time' }),
    h('h3', {}, 'What is really so'),
    h('ul', { id: 'wrong' }),
    h(
      'dl',
      {},
      truths(world.truth).flatMap(({ name, value }) => [h('dt', {}, name), h('dd', { 'data-truth': name }, value)]),
    ),
    h('h3', {}, 'What the bot says'),
    h('div', { id: 'sayings' }),
    h('h3', {}, 'What goes wrong'),
    ...toggles(groups.get('company') ?? []),
    group(
      'Slack',
      world.slackFaults.map((fault) => toggle(fault, (on) => perform({ kind: 'slack-fault', fault: fault.id, on }))),
    ),
    ...[...groups]
      .filter(([name]) => name !== 'company')
      .map(([name, faults]) => group(`${titleOf(name)} on the wire`, toggles(faults))),
    h(
      'div',
      { class: 'tools' },
      h('button', { type: 'button', class: 'kit-button', id: 'all-off', onclick: allOff }, 'Switch all faults off'),
      world.canReset
        ? h(
            'button',
            { type: 'button', class: 'kit-button', id: 'reset', onclick: () => reset(perform) },
            'Reset the company …',
          )
        : '',
    ),
  ];
}

async function reset(perform) {
  const question = {
    title: { text: 'Reset the company?' },
    text: {
      type: 'plain_text',
      text: 'Company, workspace and bot are set up anew: faults, incidents, channels and messages are gone. It takes some seconds.',
    },
    confirm: { text: 'Reset the company' },
    deny: { text: 'Keep it' },
    style: 'danger',
  };
  if (await isConfirmed(question, {})) await perform({ kind: 'reset' });
}

function drawWrong(list, faults) {
  const print = JSON.stringify(faults.map(({ id }) => id));
  if (list.print === print) return;
  list.print = print;
  const since = (fault) => (fault.since ? `, since ${fault.since.slice(11, 16)} UTC` : '');
  list.replaceChildren(
    ...(faults.length === 0
      ? [h('li', { class: 'hint' }, 'No fault is switched on.')]
      : faults.map((fault) => h('li', {}, h('strong', {}, fault.title), since(fault)))),
  );
}

/** The first line of each pinned card, the newest first, so that it can be held against the truth above. */
function drawSayings(place, snapshot, { openChannel }) {
  const cards = snapshot.channels
    .flatMap((channel) =>
      channel.messages.filter((one) => one.botId && channel.pins.includes(one.ts)).map((card) => ({ channel, card })),
    )
    .reverse();
  const print = JSON.stringify(cards.map(({ channel, card }) => [channel.name, firstLine(card.text)]));
  if (place.print === print) return;
  place.print = print;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.card : undefined;
  place.replaceChildren(
    ...(cards.length === 0
      ? [h('p', { class: 'hint' }, 'Nothing: no incident is declared.')]
      : cards.map(({ channel, card }) =>
          h(
            'button',
            { type: 'button', class: 'saying', 'data-card': channel.name, onclick: () => openChannel(channel) },
            firstLine(card.text),
            h('span', { class: 'hint' }, `#${channel.name}`),
          ),
        )),
  );
  if (focused) place.querySelector(`[data-card="${focused}"]`)?.focus();
}

function toggle({ id, title, description }, onSwitch) {
  const box = h('input', { type: 'checkbox', 'data-fault': id });
  box.addEventListener('change', async () => {
    // Until the company has heard of it, older news must not switch it back.
    box.isBusy = true;
    await onSwitch(box.checked);
    box.isBusy = false;
  });
  return h(
    'label',
    { class: 'fault', title: description },
    box,
    h('span', {}, title, h('span', { class: 'description' }, description)),
  );
}

/** A name of three letters is an abbreviation: OPA. */
function titleOf(name) {
  return name.length === 3 ? name.toUpperCase() : `${name[0].toUpperCase()}${name.slice(1)}`;
}
