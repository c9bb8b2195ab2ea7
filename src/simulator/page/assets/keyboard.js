// The keyboard: shortcuts, the way from part to part and from message to message, and the list of it all.

import { showHelp } from './overlay.js';

export const shortcuts = [
  ['/', 'Write a message or a command'],
  ['↑ ↓', 'In the line to write in: what you sent before'],
  ['F6, Shift F6', 'Next or previous part of the page'],
  ['Alt ↑, Alt ↓', 'Previous or next channel'],
  ['↑ ↓ or K J', 'In the messages: previous or next message'],
  ['T', 'On a message: open its thread'],
  ['M', 'On a message: react with a pin, or add it to the incident'],
  ['Tab, Shift Tab', 'Next or previous control, also inside of a message'],
  ['Enter, Space', 'Press a button, switch a fault'],
  ['Esc', 'Close what lies above: menu, form, picture, drawer, thread'],
  ['?', 'This list'],
];

/** In the order of F6: what has the focus there first. */
const stops = [
  ['#sidebar', '[aria-current="true"]'],
  ['#walk', 'summary'],
  ['#messages', undefined],
  ['#composer', 'input'],
  ['#thread', '#replies'],
  ['#panel', '[data-fault]'],
];
const isSeen = (element) => element?.checkVisibility();

/** @param act {closeTop() → whether something closed, moveChannel(step)} */
export function setUpKeyboard(act) {
  document.addEventListener('keydown', (event) => {
    // Dialogs and menus have their own keys; the browser closes them at Escape.
    if (document.querySelector('dialog[open], :popover-open')) return;
    if (event.ctrlKey || event.metaKey) return;
    if (handled(event, act)) event.preventDefault();
  });
}

/** @returns whether the key meant something here */
function handled(event, act) {
  if (event.key === 'Escape') return act.closeTop();
  if (event.key === 'F6') return moveToPart(event.shiftKey ? -1 : 1);
  if (event.altKey) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) act.moveChannel(step);
    return step !== undefined;
  }
  if (event.target.closest('input:not([type="checkbox"]), textarea, select')) return false;
  if (event.key === '/') {
    document.querySelector('#say').focus();
    return true;
  }
  if (event.key === '?') {
    showHelp(shortcuts);
    return true;
  }
  return inMessages(event);
}

function moveToPart(step) {
  const parts = stops.filter(([part]) => isSeen(document.querySelector(part)));
  const at = parts.findIndex(([part]) => document.querySelector(part).contains(document.activeElement));
  const [part, first] = parts[(at + step + parts.length) % parts.length] ?? [];
  const place = document.querySelector(part);
  (first ? (place?.querySelector(first) ?? place) : place)?.focus();
  return true;
}

/** Only on the list and on a message itself: inside of a message the arrows belong to its controls. */
function inMessages(event) {
  const list = event.target.closest('#messages, #replies');
  const message = event.target.closest('[data-ts]');
  if (list === null || (event.target !== list && event.target !== message)) return false;
  const step = { ArrowUp: -1, k: -1, ArrowDown: 1, j: 1 }[event.key];
  if (step !== undefined) return moveToMessage(list, message, step);
  const action = { t: 'open-thread', m: 'message-menu' }[event.key];
  const button = action ? message?.querySelector(`[data-action="${action}"]`) : null;
  button?.click();
  return Boolean(button);
}

function moveToMessage(list, message, step) {
  const all = [...list.querySelectorAll('article')];
  const top = list.getBoundingClientRect().top;
  const firstSeen = all.findIndex((one) => one.getBoundingClientRect().bottom > top);
  const at = message === null ? firstSeen - (step > 0 ? 1 : 0) : all.indexOf(message);
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  next?.focus();
  return next !== undefined;
}
