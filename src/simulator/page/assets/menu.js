// An overflow menu: a popover above everything, so that no scrolling list cuts it off, with the keys of a menu.

import { h } from './text.js';

const gap = 4;

/**
 * @param element a Block Kit overflow, or what looks like one
 * @param choose (option) => void, called after the menu has closed
 * @param properties of the button, where it is not one among others
 */
export function overflowMenu(element, choose, properties = {}) {
  const label = properties['aria-label'] ?? 'More actions';
  const menu = h(
    'div',
    { class: 'menu', popover: 'auto', role: 'menu', 'aria-label': label },
    element.options.map((option, index) =>
      h(
        'button',
        {
          type: 'button',
          role: 'menuitem',
          // The browser focuses it while it opens the menu, so that a key that is pressed at once finds it.
          autofocus: index === 0,
          'data-option': option.value,
          onclick: () => {
            menu.hidePopover();
            choose(option);
          },
        },
        option.text.text,
      ),
    ),
  );
  const button = h(
    'button',
    {
      type: 'button',
      class: 'kit-button',
      'aria-label': label,
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'data-action': element.action_id,
      ...properties,
    },
    '⋯',
  );
  button.popoverTargetElement = menu;
  menu.addEventListener('toggle', (event) => {
    const isOpen = event.newState === 'open';
    button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) {
      putBeside(menu, button);
    } else menu.dispatchEvent(new CustomEvent('menu-closed', { bubbles: true }));
  });
  menu.addEventListener('keydown', (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Tab') menu.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    items.at(next % items.length)?.focus();
  });
  return [button, menu];
}

/** Below the button, or above it where the window ends. */
function putBeside(menu, button) {
  const at = button.getBoundingClientRect();
  const below = at.bottom + gap + menu.offsetHeight <= window.innerHeight;
  menu.style.top = `${below ? at.bottom + gap : Math.max(gap, at.top - gap - menu.offsetHeight)}px`;
  menu.style.left = `${Math.max(gap, Math.min(at.left, window.innerWidth - menu.offsetWidth - gap))}px`;
}
