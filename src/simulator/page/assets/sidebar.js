// The sidebar: channels with their unread marks, and the people whose place one can take.

import { countUnread, isTopLevel } from './read-marks.js';
import { h } from './text.js';

/** As the training workspace is set up: who may do what. */
const roles = {
  rita: 'responder, on call',
  omar: 'responder, approver',
  lena: 'commander, approver',
  sam: 'member, no role',
  guest: 'guest, refused',
};

export const roleOf = (name) => roles[name] ?? 'no role';

/**
 * @param page {snapshot, user, channel}
 * @param act {openChannel(channel), becomePerson(name)}
 * @returns how many messages wait in other channels
 */
export function drawSidebar(sidebar, page, act) {
  const own = page.snapshot.me.id;
  let waiting = 0;
  const channels = page.snapshot.channels
    .filter((channel) => channel.isMember || !channel.isIm)
    .map((channel) => {
      const shown = channel.messages.filter((message) => isTopLevel(message) && message.user !== own);
      const unread = channel.isMember && channel.id !== page.channel ? countUnread(page.user, channel.id, shown) : 0;
      waiting += unread;
      return h(
        'button',
        {
          type: 'button',
          'aria-current': String(channel.id === page.channel),
          'data-channel': channel.name,
          class: unread > 0 ? 'unread' : '',
          title: channel.name,
          onclick: () => act.openChannel(channel),
        },
        h('span', { class: 'name' }, `${channel.isIm ? '@' : '#'} ${channel.name}`),
        unread > 0 ? h('span', { class: 'count', 'aria-label': `${unread} unread` }, String(unread)) : '',
      );
    });
  const people = page.snapshot.people
    .filter((one) => !one.isBot)
    .map((one) =>
      h(
        'button',
        {
          type: 'button',
          'aria-current': String(one.name === page.user),
          'data-person': one.name,
          title: [one.realName, one.title].filter(Boolean).join(', '),
          onclick: () => act.becomePerson(one.name),
        },
        h('span', { class: 'name' }, one.name),
        h('span', { class: 'role' }, roleOf(one.name)),
      ),
    );
  const parts = [h('h2', {}, 'Channels'), ...channels, h('h2', {}, 'You are'), ...people];
  replaceKeepingFocus(sidebar, parts);
  return waiting;
}

/** A keyboard user stays on the button that is drawn again. */
function replaceKeepingFocus(sidebar, parts) {
  const index = [...sidebar.children].indexOf(document.activeElement);
  const { channel, person } = document.activeElement?.dataset ?? {};
  const scrolled = sidebar.scrollTop;
  sidebar.replaceChildren(...parts);
  sidebar.scrollTop = scrolled;
  if (index < 0) return;
  parts.find((part) => part.dataset.channel === channel && part.dataset.person === person)?.focus();
}
