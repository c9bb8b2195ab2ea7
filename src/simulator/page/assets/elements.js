// Interactive elements of Block Kit as DOM: buttons, menus and the fields of a modal.

import { overflowMenu } from './menu.js';
import { isConfirmed } from './overlay.js';
import { h, textObject } from './text.js';

/**
 * @param act (element, extra) => void, called when a person uses the element outside of a form
 * @param notes {hint, error}: ids of what stands under an input, where there is one
 */
export function drawElement(element, names, act, block, notes = {}) {
  const field = {
    id: block.block_id,
    name: block.block_id,
    'aria-invalid': notes.error ? 'true' : undefined,
    'aria-describedby': [notes.hint, notes.error].filter(Boolean).join(' ') || undefined,
    'aria-required': block.type === 'input' && !block.optional ? 'true' : undefined,
  };
  switch (element.type) {
    case 'button':
      return h(
        'button',
        {
          type: 'button',
          class: `kit-button ${element.style ?? ''}`,
          'data-action': element.action_id,
          'aria-label': element.accessibility_label,
          onclick: async (event) => {
            const button = event.currentTarget;
            if (element.url) window.open(element.url, '_blank', 'noreferrer');
            if (element.confirm !== undefined && !(await isConfirmed(element.confirm, names))) return;
            button.setAttribute('aria-busy', 'true');
            await act(element, {}, block);
            button.removeAttribute('aria-busy');
          },
        },
        element.text.text,
      );
    case 'overflow':
      return overflowMenu(element, async (option) => {
        if (element.confirm === undefined || (await isConfirmed(element.confirm, names)))
          act(element, { option: option.value }, block);
      });
    case 'static_select':
      return select(element, act, block, field);
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

function select(element, act, block, shared) {
  const none = element.initial_option
    ? ''
    : h('option', { value: '', selected: true }, element.placeholder?.text ?? 'Choose …');
  const options = element.options.map((option) =>
    h('option', { value: option.value, selected: element.initial_option?.value === option.value }, option.text.text),
  );
  const label = block.type === 'input' ? undefined : (element.placeholder?.text ?? 'Choose');
  const field = h('select', { ...shared, 'aria-label': label, 'data-action': element.action_id }, none, options);
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
