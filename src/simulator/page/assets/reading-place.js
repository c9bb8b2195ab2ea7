// Keeps each list of messages where its reader left it, while messages come, change and grow.

const atEndWithin = 40;

/**
 * Looks after one scrolling list that shows different conversations in turn.
 *
 * @param list its children carry `data-ts`
 * @param onMoved (isAtEnd) => void, after every move
 * @returns {show, toEnd}: `show(key, start)` after the list was drawn, where `key` names the conversation and `start` is the
 *   ts to begin at as long as the reader has not moved (undefined: the end); `toEnd()` goes there and stays there
 */
export function keepPlace(list, onMoved = () => {}) {
  /** What the reader left: 'end', or the topmost message and how far it stands below the list's top. */
  const places = new Map();
  let current;
  let start;
  let settledAt = 0;
  // Not every browser lets the keyboard scroll a list that holds buttons.
  list.tabIndex = 0;

  const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < atEndWithin;
  const top = (child) => child.getBoundingClientRect().top - list.getBoundingClientRect().top;
  const settle = () => {
    const place = places.get(current) ?? (start === undefined ? 'end' : { ts: start, offset: 0 });
    const child = place === 'end' ? undefined : [...list.children].find((one) => one.dataset.ts === place.ts);
    if (child) list.scrollTop += top(child) - place.offset;
    else list.scrollTop = list.scrollHeight;
    settledAt = list.scrollTop;
    onMoved(isAtEnd());
  };

  list.addEventListener('scroll', () => {
    if (Math.abs(list.scrollTop - settledAt) < 2) return;
    const first = [...list.children].find((child) => top(child) + child.offsetHeight > 0);
    places.set(current, isAtEnd() || !first ? 'end' : { ts: first.dataset.ts, offset: top(first) });
    settledAt = list.scrollTop;
    onMoved(isAtEnd());
  });
  // A chart that arrives late, or a turned phone, must not push away what is being read.
  list.addEventListener('load', settle, true);
  new ResizeObserver(settle).observe(list);

  return {
    show(key, from) {
      current = key;
      start = from;
      settle();
    },
    toEnd() {
      places.set(current, 'end');
      settle();
    },
  };
}
