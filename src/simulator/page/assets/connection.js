// The line to the workspace: it tells what changed, tries again by itself, and says when it is lost.

const tryAgainMs = 1_000;
const sayBackMs = 4_000;

/**
 * @param show where the state is said
 * @param onNews () => void, at every change in the workspace and once the line is back
 * @returns {answered(isBotThere), failed()} for what the page asks beside the line
 */
export function connect(show, onNews) {
  let timer;
  const say = (state, text) => {
    if (show.dataset.state === state) return;
    clearTimeout(timer);
    show.dataset.state = state;
    show.textContent = text;
  };
  const failed = () => say('lost', 'Connection lost. What you see may be old. Trying again …');
  const answered = (isBotThere) => {
    if (!isBotThere) return say('waiting', 'The bot is starting. One moment …');
    if (!['lost', 'waiting'].includes(show.dataset.state)) return;
    say('back', 'Connected again.');
    timer = setTimeout(() => say('', ''), sayBackMs);
  };
  const open = () => {
    const line = new EventSource('/page/changes');
    line.onmessage = onNews;
    line.onerror = () => {
      failed();
      // Some browsers give up for good when nobody listens at the other end.
      if (line.readyState === EventSource.CLOSED) setTimeout(open, tryAgainMs);
    };
  };
  open();
  return { answered, failed };
}
