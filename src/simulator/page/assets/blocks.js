// Block Kit as DOM: messages and views. What cannot be drawn is named, so that nothing is silently missing.

import { h, mrkdwn, richText, textObject } from './text.js';

/** @param act (element, extra) => void, called when a person uses an element */
export function drawBlocks(blocks, names, act) {
  return blocks.map((block) => h('div', { class: `block ${block.type}` }, drawBlock(block, names, act)));
}

function drawBlock(block, names, act) {
  switch (block.type) {
    case 'header':
      return block.text.text;
    case 'divider':
      return h('hr');
    case 'section':
      return [
        h(
          'div',
          {},
          block.text ? textObject(block.text, names) : '',
          block.fields
            ? h(
                'div',
                { class: 'fields' },
                block.fields.map((field) => textObject(field, names)),
              )
            : '',
        ),
        block.accessory ? drawElement(block.accessory, names, act, block) : '',
      ];
    case 'context':
      return block.elements.map((element) =>
        element.type === 'image' ? drawImage(element) : textObject(element, names),
      );
    case 'rich_text':
      return richText(block, names);
    case 'image':
      return [block.title ? h('strong', {}, block.title.text) : '', drawImage(block)];
    case 'actions':
      return block.elements.map((element) => drawElement(element, names, act, block));
    case 'markdown':
      return mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, '*$1*'), names);
    case 'table':
      return h(
        'table',
        { class: 'kit' },
        block.rows.map((row) =>
          h(
            'tr',
            {},
            row.map((cell) => h('td', {}, cell.type === 'rich_text' ? richText(cell, names) : cell.text)),
          ),
        ),
      );
    case 'input':
      return [
        h('label', { for: block.block_id }, block.label.text),
        drawElement(block.element, names, act, block),
        block.hint ? h('div', { class: 'hint' }, block.hint.text) : '',
      ];
    default:
      return `[a block of type ${block.type} that this page cannot draw]`;
  }
}

function drawImage(image) {
  const source = image.slack_file ? `/page/files/${image.slack_file.id}` : image.image_url;
  return h('img', { src: source, alt: image.alt_text, title: image.alt_text, loading: 'lazy' });
}

function drawElement(element, names, act, block) {
  switch (element.type) {
    case 'button':
      return h(
        'button',
        {
          type: 'button',
          class: `kit-button ${element.style ?? ''}`,
          'data-action': element.action_id,
          'aria-label': element.accessibility_label,
          onclick: () => confirmed(element, names) && act(element, {}, block),
        },
        element.text.text,
      );
    case 'overflow':
      return h(
        'details',
        { class: 'menu' },
        h('summary', { class: 'kit-button', 'aria-label': 'More actions', 'data-action': element.action_id }, '⋯'),
        h(
          'div',
          {},
          element.options.map((option) =>
            h(
              'button',
              {
                type: 'button',
                onclick: (event) => {
                  event.target.closest('details').open = false;
                  act(element, { option: option.value }, block);
                },
              },
              option.text.text,
            ),
          ),
        ),
      );
    case 'static_select': {
      const select = h(
        'select',
        { id: block.block_id, name: block.block_id },
        element.options.map((option) =>
          h(
            'option',
            { value: option.value, selected: element.initial_option?.value === option.value },
            option.text.text,
          ),
        ),
      );
      if (block.type !== 'input')
        select.addEventListener('change', () => act(element, { option: select.value }, block));
      return select;
    }
    case 'radio_buttons':
      return h(
        'div',
        { id: block.block_id },
        element.options.map((option) =>
          h(
            'label',
            {},
            h('input', {
              type: 'radio',
              name: block.block_id,
              value: option.value,
              checked: element.initial_option?.value === option.value,
            }),
            ' ',
            textObject(option.text, names),
          ),
        ),
      );
    case 'checkboxes':
      return h(
        'div',
        { id: block.block_id, 'data-many': true },
        element.options.map((option) =>
          h(
            'label',
            {},
            h('input', { type: 'checkbox', name: block.block_id, value: option.value }),
            ' ',
            textObject(option.text, names),
          ),
        ),
      );
    case 'plain_text_input':
      return element.multiline
        ? h(
            'textarea',
            {
              id: block.block_id,
              name: block.block_id,
              rows: 3,
              placeholder: element.placeholder?.text,
              maxlength: element.max_length,
            },
            element.initial_value ?? '',
          )
        : h('input', {
            id: block.block_id,
            name: block.block_id,
            value: element.initial_value,
            placeholder: element.placeholder?.text,
            maxlength: element.max_length,
          });
    case 'datepicker':
      return h('input', { type: 'date', id: block.block_id, name: block.block_id, value: element.initial_date });
    default:
      return h('span', {}, `[an element of type ${element.type} that this page cannot draw]`);
  }
}

function confirmed(element) {
  const asked = element.confirm;
  return asked === undefined || window.confirm(`${asked.title.text}\n\n${asked.text.text}`);
}
