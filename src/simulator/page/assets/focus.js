// Where the keyboard stood, found again after the page was drawn anew.

/**
 * Remembers the focused element by its names, because the element itself may be replaced meanwhile.
 *
 * @returns a function that puts the focus back, unless it already is on something
 */
export function rememberFocus() {
  const element = document.activeElement;
  const list = element?.closest('[id]')?.id;
  const ts = element?.closest('[data-ts]')?.dataset.ts;
  const { action, option, file } = element?.dataset ?? {};
  const isMessage = element?.matches('[data-ts]');
  return () => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    if (element?.isConnected) return element.focus({ preventScroll: true });
    if (ts === undefined) return;
    const message = document.querySelector(`${list ? `#${list} ` : ''}[data-ts="${ts}"]`);
    const part = isMessage
      ? message
      : (message?.querySelector(
          action ? `[data-action="${action}"]` : option ? `[data-option="${option}"]` : `[data-file="${file}"]`,
        ) ?? message);
    part?.focus({ preventScroll: true });
  };
}
