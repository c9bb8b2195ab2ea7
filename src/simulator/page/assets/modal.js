// The modal on top of a person's stack. It is drawn again only when the app changed it: what was typed must not be lost.

import { drawBlocks } from './blocks.js';
import { h } from './text.js';

let drawn = '';

/** @param stage {names, user, perform} */
export function drawModal(holder, view, stage) {
  const print = view ? JSON.stringify([stage.user, view.id, view.hash, view.errors]) : '';
  if (print === drawn) return;
  drawn = print;
  const typed = new Map([...holder.querySelectorAll('[name]')].map((field) => [field.name, field.value]));
  const sameView = holder.firstElementChild?.dataset.view === view?.id;
  holder.replaceChildren();
  if (!view) return;
  const dialog = modal(view, stage);
  if (sameView) restore(dialog, typed);
  holder.append(dialog);
  dialog.showModal();
}

/** A refused submission draws the form again, with its errors and with what was typed. */
function restore(dialog, typed) {
  for (const field of dialog.querySelectorAll('textarea, select, input:not([type="radio"], [type="checkbox"])')) {
    if (typed.has(field.name)) field.value = typed.get(field.name);
  }
}

function modal(view, { names, perform }) {
  const close = () => perform({ kind: 'close', view: view.id });
  const status = h('p', { class: 'error', role: 'alert' });
  const form = h(
    'form',
    {
      method: 'dialog',
      onsubmit: async (event) => {
        event.preventDefault();
        const { problem } = await perform({ kind: 'submit', view: view.id, values: entered(form, view) });
        status.textContent = problem ?? '';
      },
    },
    h('h2', {}, view.title),
    h(
      'div',
      { class: 'body' },
      drawBlocks(view.blocks, names, () => {}, view.errors),
      status,
    ),
    h(
      'div',
      { class: 'foot' },
      h('button', { type: 'button', class: 'kit-button', onclick: close }, view.source.close?.text ?? 'Cancel'),
      view.source.submit ? h('button', { type: 'submit', class: 'kit-button primary' }, view.source.submit.text) : '',
    ),
  );
  return h(
    'dialog',
    {
      class: 'overlay view',
      'data-view': view.id,
      'aria-label': view.title,
      oncancel: (event) => {
        event.preventDefault();
        close();
      },
    },
    form,
  );
}

/** Entries by block_id, as Slack takes them: text, an option's value, a date, seconds since the epoch, a list. */
function entered(form, view) {
  const values = {};
  for (const { block_id: id, element } of view.blocks.filter((one) => one.type === 'input')) {
    const chosen = [...form.elements]
      .filter((field) => field.name === id && (!['radio', 'checkbox'].includes(field.type) || field.checked))
      .map((field) => field.value)
      .filter((value) => value !== '');
    if (element.type === 'checkboxes') values[id] = chosen;
    else if (element.type === 'datetimepicker') values[id] = chosen[0] ? Math.floor(new Date(chosen[0]) / 1000) : null;
    else values[id] = chosen[0] ?? null;
  }
  return values;
}
