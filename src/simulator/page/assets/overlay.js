// What lies over the page: an image at full size, a file to read, a question to confirm.

import { rememberFocus } from './focus.js';
import { h, textObject } from './text.js';

/** Shows a dialog; Escape, a click beside it and its own close buttons end it. Resolves with its return value. */
function showOverlay(kind, label, ...content) {
  const dialog = h('dialog', { class: `overlay ${kind}`, 'aria-label': label }, ...content);
  const before = rememberFocus();
  return new Promise((resolve) => {
    dialog.addEventListener('click', (event) => {
      const closing = event.target.closest('[data-close]');
      if (event.target === dialog || closing) dialog.close(closing?.dataset.close ?? '');
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      before();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const head = (title, ...tools) =>
  h(
    'header',
    {},
    h('h2', {}, title),
    ...tools,
    h('button', { type: 'button', class: 'kit-button', 'data-close': '' }, 'Close'),
  );

export function showImage(source, alt) {
  return showOverlay(
    'picture',
    'Image',
    head('Image', h('a', { class: 'kit-button', href: source, target: '_blank' }, 'Open alone')),
    h(
      'div',
      { class: 'body' },
      h('div', { class: 'large', tabindex: '0' }, h('img', { src: source, alt })),
      h('p', {}, alt),
    ),
  );
}

/** @param shortcuts [keys, what they do] */
export function showHelp(shortcuts) {
  return showOverlay(
    'keys',
    'Keyboard',
    head('Keyboard'),
    h(
      'div',
      { class: 'body', tabindex: '0' },
      h(
        'dl',
        {},
        shortcuts.flatMap(([keys, does]) => [
          h(
            'dt',
            {},
            keys.split(/(, | or )/).map((part, index) => (index % 2 === 0 ? h('kbd', {}, part) : part)),
          ),
          h('dd', {}, does),
        ]),
      ),
      h('p', { class: 'hint' }, 'Commands of the bot: send /acgs help.'),
    ),
  );
}

/** Text files are read in the page; the download stands beside. */
export async function showFile(file) {
  const source = `/page/files/${file.id}`;
  const answer = await fetch(source);
  const text = answer.ok ? await answer.text() : `The file cannot be read: ${answer.status}.`;
  return showOverlay(
    'file-text',
    file.name,
    head(file.title || file.name, h('a', { class: 'kit-button', href: source, download: file.name }, 'Download')),
    h('pre', { class: 'body', tabindex: '0' }, text),
  );
}

/** Asks what a Block Kit confirmation object asks. @returns whether the person confirmed */
export async function isConfirmed(question, names) {
  const answer = await showOverlay(
    'question',
    question.title.text,
    h('h2', {}, question.title.text),
    h('div', { class: 'body' }, textObject(question.text, names)),
    h(
      'div',
      { class: 'foot' },
      h('button', { type: 'button', class: 'kit-button', 'data-close': '' }, question.deny?.text ?? 'Cancel'),
      h(
        'button',
        { type: 'button', class: `kit-button ${question.style ?? 'primary'}`, 'data-close': 'yes' },
        question.confirm?.text ?? 'Yes',
      ),
    ),
  );
  return answer === 'yes';
}
