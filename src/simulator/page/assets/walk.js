// The guide for a first incident: a line with the next step, a list of all, each ticked by what has really happened.

import { h } from './text.js';

const key = 'walk';

/** By the step's id: what it is, how it is done, and where a button can bring one. */
const words = {
  health: ['Ask how the system is', 'Send /acgs health in #incidents.', { write: '/acgs health' }],
  break: ['Break something', 'Switch on "Cold cache" among the faults.', { fault: 'cache-cold' }],
  declare: ['Declare the incident', 'Send /acgs incident latency.', { write: '/acgs incident latency' }],
  acknowledge: ['Acknowledge it', "Press Acknowledge on the card, in the incident's own channel.", { card: true }],
  evidence: [
    'Read the evidence',
    'Open the replies under the card. Compare them with what is really so.',
    { card: true },
  ],
  repair: [
    'Remove the cause',
    'Press "Clear the cache prefixes" on the card, or switch "Cold cache" off.',
    { card: true },
  ],
  recovered: [
    'Wait until the bot says RECOVERED',
    'It watches until the metric has held: about two minutes.',
    { card: true },
  ],
  resolve: ['Resolve it', 'Press Resolve on the card and write what it was.', { card: true }],
  report: ['Read the report', "It is a file in the incident's channel. Press Read.", { card: true }],
};
const labels = { write: 'Write it for me', fault: 'Show the fault', card: 'Show the card' };

export const isWalkShown = () => localStorage.getItem(key) !== 'dismissed';

export function showWalk(isShown) {
  if (isShown) localStorage.removeItem(key);
  else localStorage.setItem(key, 'dismissed');
}

/**
 * @param steps [{id, done}] in order
 * @param act {write(text), fault(id), card(), dismiss()}
 */
export function drawWalk(place, steps, act) {
  place.hidden = !isWalkShown();
  const print = JSON.stringify([steps, place.hidden]);
  if (place.print === print) return;
  place.print = print;
  const isOpen = place.querySelector('details')?.open ?? false;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.part : undefined;
  place.replaceChildren(...parts(steps, act, isOpen));
  if (focused) (place.querySelector(`[data-part="${focused}"]`) ?? place.querySelector('summary')).focus();
}

function parts(steps, act, isOpen) {
  const next = steps.findIndex((step) => !step.done);
  const [title, how, help] = words[steps[next]?.id] ?? [
    'You have walked an incident to its report',
    'Break something else, or take the place of another person.',
    {},
  ];
  const [kind, target] = Object.entries(help)[0] ?? [];
  return [
    h(
      'details',
      { open: isOpen },
      h(
        'summary',
        { 'data-part': 'steps' },
        h('span', { class: 'step' }, next < 0 ? 'Done' : `Step ${next + 1} of ${steps.length}`),
        ` ${title}`,
      ),
      h(
        'ol',
        {},
        steps.map(({ id, done }, index) =>
          h(
            'li',
            { class: done ? 'done' : '', 'aria-current': index === next ? 'step' : undefined, 'data-step': id },
            done ? '✅' : '○',
            ` ${words[id][0]}`,
            h('span', { class: 'visually-hidden' }, done ? ' (done)' : ''),
          ),
        ),
      ),
    ),
    h('p', {}, how),
    kind
      ? h(
          'button',
          { type: 'button', class: 'kit-button', 'data-part': 'help', onclick: () => act[kind](target) },
          labels[kind],
        )
      : '',
    h(
      'button',
      {
        type: 'button',
        class: 'kit-button',
        'data-part': 'dismiss',
        'aria-label': 'Hide the first walk',
        title: 'Hide the first walk',
        onclick: () => act.dismiss(),
      },
      '✕',
    ),
  ];
}
