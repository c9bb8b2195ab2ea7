// A file under a message: an image to enlarge, a text to read in the page, anything to download.

import { showFile, showImage } from './overlay.js';
import { h } from './text.js';

/** @param looked (at) => void, called when a report is read */
export function drawFile(file, looked) {
  const source = `/page/files/${file.id}`;
  const title = file.title || file.name;
  if (file.mimetype?.startsWith('image/')) {
    return h(
      'button',
      { type: 'button', class: 'picture', 'aria-label': `Enlarge: ${title}`, onclick: () => showImage(source, title) },
      h('img', { src: source, alt: title }),
    );
  }
  const isReadable = /^(text\/|application\/json)/.test(file.mimetype ?? '');
  const read = () => {
    looked('report');
    return showFile(file);
  };
  return h(
    'div',
    { class: 'file' },
    '📄',
    h('span', { class: 'name' }, h('strong', {}, title), h('span', { class: 'hint' }, size(file.size))),
    isReadable
      ? h(
          'button',
          {
            type: 'button',
            class: 'kit-button',
            'data-file': file.id,
            'aria-label': `Read ${title}`,
            onclick: read,
          },
          'Read',
        )
      : '',
    file.size === undefined
      ? ''
      : h(
          'a',
          { class: 'kit-button', href: source, download: file.name, 'aria-label': `Download ${title}` },
          'Download',
        ),
  );
}

function size(bytes) {
  if (bytes === undefined) return '';
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} kB`;
}
