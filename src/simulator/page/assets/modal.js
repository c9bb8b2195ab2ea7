// The modal on top of a person's stack. It is drawn again only when the app changed it: what was typed must not be lost.

import { drawBlocks } from './blocks.js';
import { rememberFocus } from './focus.js';
import { h } from './text.js';

let drawn = '';
let focusAgain = () => {};

/** @param stage {names, user, perform} */
export function drawModal(holder, view, stage) {
  const print = view ? JSON.stringify([stage.user, view.id, view.hash, view.errors]) : '';
  if (print === drawn) return;
  drawn = print;
  const typed = new Map([...holder.querySelectorAll('[name]')].map((field) => [field.name, field.value]));
  const before = holder.firstElementChild;
  const sameView = before?.dataset.view === view?.id;
  if (before === null) focusAgain = rememberFocus();
  holder.replaceChildren();
  if (!view) return focusAgain();
  const dialog = modal(view, stage);
  if (sameView) restore(dialog, typed);
  holder.append(dialog);
  dialog.showModal();
  dialog.querySelector('[aria-invalid], [name]')?.focus();
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
        const values = entered(form, view);
        if (lacksAnswers(form, view, values)) return;
        const button = form.querySelector('[type="submit"]');
        button.disabled = true;
        const { problem } = await perform({ kind: 'submit', view: view.id, values });
        button.disabled = false;
        status.textContent = problem ?? '';
      },
      onkeydown: (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
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

/** As in Slack, a form with an empty required input is not sent: the input says so. @returns whether one is empty */
function lacksAnswers(form, view, values) {
  const isEmpty = (value) => value === null || value.length === 0;
  const empty = inputsOf(view).filter((block) => !block.optional && isEmpty(values[block.block_id]));
  for (const said of form.querySelectorAll('.error.missing')) said.remove();
  for (const { block_id: id } of empty) {
    const field = form.querySelector(`[name="${id}"]`);
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', `${id}-missing`);
    const said = h(
      'div',
      { class: 'error missing', role: 'alert', id: `${id}-missing` },
      'Please complete this required field.',
    );
    field.closest('.block').append(said);
  }
  if (empty.length > 0) form.querySelector('[aria-invalid]')?.focus();
  return empty.length > 0;
}

const inputsOf = (view) => view.blocks.filter((block) => block.type === 'input');

/** Entries by block_id, as Slack takes them: text, an option's value, a date, seconds since the epoch, a list. */
function entered(form, view) {
  const values = {};
  for (const { block_id: id, element } of inputsOf(view)) {
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
