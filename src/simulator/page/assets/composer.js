// A line to write in: Enter sends, the arrows bring back what the person sent before.

const kept = 50;

/**
 * @param form holds one text input
 * @param person () => the name under which the history is kept
 * @param send (text) => what hinders it, or undefined; a hindered text stays in the line
 */
export function setUpComposer(form, person, send) {
  const field = form.querySelector('input');
  /** How far back in the history the line is; 0 is what is being written. */
  let back = 0;
  let draft = '';
  const key = () => `sent ${person()}`;
  const history = () => JSON.parse(sessionStorage.getItem(key()) ?? '[]');
  const show = (text) => {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim().replace(/^\/+/, '/');
    if (text === '') return;
    const before = history().filter((one) => one !== text);
    sessionStorage.setItem(key(), JSON.stringify([...before, text].slice(-kept)));
    back = 0;
    if (send(text) === undefined) field.value = '';
  });
  field.addEventListener('input', () => {
    back = 0;
  });
  field.addEventListener('keydown', (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step === undefined || event.isComposing) return;
    const sent = history();
    const wanted = Math.min(sent.length, Math.max(0, back + step));
    event.preventDefault();
    if (wanted === back) return;
    if (back === 0) draft = field.value;
    back = wanted;
    show(back === 0 ? draft : sent.at(-back));
  });
  return {
    /** Puts a text into the line, for the person to send. */
    offer(text) {
      show(text);
      field.focus();
    },
  };
}
