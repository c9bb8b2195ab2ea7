// Slack's addresses of channels and messages, which lead to their place in this page.

import { isTopLevel } from './read-marks.js';

/**
 * @param page {snapshot}
 * @param act {openChannel(channel), openThread(ts)}
 */
export function followLinks(page, act) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (link && !link.download && link.origin === location.origin && follow(link.href, page, act))
      event.preventDefault();
  });
}

/** @returns whether the address is one of this workspace */
function follow(address, page, { openChannel, openThread }) {
  const [, id, digits] = /(?:\/archives\/|#)(C[A-Z0-9]+)(?:\/p(\d+))?/.exec(address) ?? [];
  const channel = page.snapshot.channels.find((one) => one.id === id);
  if (channel === undefined) return false;
  const ts = digits?.replace(/(\d{6})$/, '.$1');
  const message = channel.messages.find((one) => one.ts === ts);
  openChannel(channel).then(() => {
    if (message !== undefined && !isTopLevel(message)) openThread(message.threadTs);
    else if (ts !== undefined) document.querySelector(`#messages [data-ts="${ts}"]`)?.scrollIntoView();
  });
  return true;
}
