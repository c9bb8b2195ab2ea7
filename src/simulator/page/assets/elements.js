// Interactive elements of Block Kit as DOM: buttons, menus and the fields of a modal.

import { isConfirmed } from './overlay.js';
import { h, textObject } from './text.js';

/** @param act (element, extra) => void, called when a person uses the element outside of a form */
export function drawElement(element, names, act, block) {
  const field = { id: block.block_id, name: block.block_id };
  switch (element.type) {
    case 'button':
      return h(
        'button',
        {
          type: 'button',
          class: `kit-button ${element.style ?? ''}`,
          'data-action': element.action_id,
          'aria-label': element.accessibility_label,
          onclick: async () => {
            if (element.url) window.open(element.url, '_blank', 'noreferrer');
            if (element.confirm === undefined || (await isConfirmed(element.confirm, names))) act(element, {}, block);
          },
        },
        element.text.text,
      );
    case 'overflow':
      return overflow(element, names, act, block);
    case 'static_select':
      return select(element, act, block);
    case 'radio_buttons':
      return choices('radio', 'radiogroup', element, names, block, [element.initial_option]);
    case 'checkboxes':
      return choices('checkbox', 'group', element, names, block, element.initial_options ?? []);
    case 'plain_text_input': {
      const shared = { ...field, placeholder: element.placeholder?.text, maxlength: element.max_length };
      return element.multiline
        ? h('textarea', { ...shared, rows: 4 }, element.initial_value ?? '')
        : h('input', { ...shared, type: 'text', value: element.initial_value });
    }
    case 'datepicker':
      return h('input', { ...field, type: 'date', value: element.initial_date });
    case 'datetimepicker':
      return h('input', { ...field, type: 'datetime-local', value: localTime(element.initial_date_time) });
    default:
      return h('span', {}, `[an element of type ${element.type} that this page cannot draw]`);
  }
}

/** A popover lies above everything, so that no scrolling list cuts it off. */
function overflow(element, names, act, block) {
  const menu = h(
    'div',
    { class: 'menu', popover: 'auto' },
    element.options.map((option) =>
      h(
        'button',
        {
          type: 'button',
          'data-option': option.value,
          onclick: async () => {
            menu.hidePopover();
            if (element.confirm === undefined || (await isConfirmed(element.confirm, names)))
              act(element, { option: option.value }, block);
          },
        },
        option.text.text,
      ),
    ),
  );
  const button = h(
    'button',
    { type: 'button', class: 'kit-button', 'aria-label': 'More actions', 'data-action': element.action_id },
    '⋯',
  );
  button.popoverTargetElement = menu;
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'open') putBeside(menu, button);
    else menu.dispatchEvent(new CustomEvent('menu-closed', { bubbles: true }));
  });
  return [button, menu];
}

/** Below the button, or above it where the window ends. */
function putBeside(menu, button) {
  const gap = 4;
  const at = button.getBoundingClientRect();
  const below = at.bottom + gap + menu.offsetHeight <= window.innerHeight;
  menu.style.top = `${below ? at.bottom + gap : Math.max(gap, at.top - gap - menu.offsetHeight)}px`;
  menu.style.left = `${Math.max(gap, Math.min(at.left, window.innerWidth - menu.offsetWidth - gap))}px`;
}

function select(element, act, block) {
  const none = element.initial_option
    ? ''
    : h('option', { value: '', selected: true }, element.placeholder?.text ?? 'Choose …');
  const options = element.options.map((option) =>
    h('option', { value: option.value, selected: element.initial_option?.value === option.value }, option.text.text),
  );
  const field = h(
    'select',
    { id: block.block_id, name: block.block_id, 'data-action': element.action_id },
    none,
    options,
  );
  if (block.type !== 'input') field.addEventListener('change', () => act(element, { option: field.value }, block));
  return field;
}

function choices(type, role, element, names, block, initial) {
  const chosen = new Set(initial.map((option) => option?.value));
  return h(
    'div',
    { id: block.block_id, role, 'aria-label': block.label?.text },
    element.options.map((option) =>
      h(
        'label',
        {},
        h('input', { type, name: block.block_id, value: option.value, checked: chosen.has(option.value) }),
        ' ',
        textObject(option.text, names),
      ),
    ),
  );
}

/** What a datetime-local field shows for seconds since the epoch, in the reader's own time zone. */
function localTime(seconds) {
  if (seconds === undefined) return undefined;
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
