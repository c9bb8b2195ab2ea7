// Block Kit as DOM: messages and views. What cannot be drawn is named, so that nothing is silently missing.

import { drawElement } from './elements.js';
import { showImage } from './overlay.js';
import { h, mrkdwn, richText, textObject } from './text.js';

/**
 * @param act (element, extra) => void, called when a person uses an element
 * @param errors what a refused submission says, by block_id
 */
export function drawBlocks(blocks, names, act, errors = {}) {
  return blocks.map((block) =>
    h(
      'div',
      { class: `block ${block.type}` },
      drawBlock(block, names, act, errors[block.block_id]),
      errors[block.block_id]
        ? h('div', { class: 'error', role: 'alert', id: `${block.block_id}-error` }, errors[block.block_id])
        : '',
    ),
  );
}

function drawBlock(block, names, act, error) {
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
        element.type === 'image' ? drawIcon(element) : textObject(element, names),
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
    case 'input': {
      const notes = {
        ...(block.hint ? { hint: `${block.block_id}-hint` } : {}),
        ...(error ? { error: `${block.block_id}-error` } : {}),
      };
      return [
        h('label', { for: block.block_id }, block.label.text, block.optional ? ' (optional)' : ''),
        drawElement(block.element, names, act, block, notes),
        block.hint ? h('div', { class: 'hint', id: notes.hint }, block.hint.text) : '',
      ];
    }
    default:
      return `[a block of type ${block.type} that this page cannot draw]`;
  }
}

const sourceOf = (image) => (image.slack_file ? `/page/files/${image.slack_file.id}` : image.image_url);

function drawIcon(image) {
  return h('img', { class: 'icon', src: sourceOf(image), alt: image.alt_text, title: image.alt_text });
}

function drawImage(image) {
  const source = sourceOf(image);
  return h(
    'button',
    {
      type: 'button',
      class: 'picture',
      'aria-label': `Enlarge: ${image.title?.text ?? image.alt_text}`,
      onclick: () => showImage(source, image.alt_text),
    },
    h('img', { src: source, alt: image.alt_text }),
  );
}
