// Tells a screen reader what is new in the channels of a person, once and by the first line; edits are told when that line changed.

import { decoded } from './text.js';

const kept = 20;
/** Per person: what was announced of each message. */
const told = new Map();

/** @param channels as the snapshot has them. The first look of a person tells nothing: all of it was there before. */
export function announce(log, person, channels, names) {
  const isFirstLook = !told.has(person.id);
  const before = told.get(person.id) ?? new Map();
  told.set(person.id, before);
  for (const channel of channels.filter((one) => one.isMember)) {
    for (const message of channel.messages) {
      const line = firstLine(message.text);
      const old = before.get(message.ts);
      if (old === line) continue;
      before.set(message.ts, line);
      const isOwn = message.user === person.id;
      if (isFirstLook || isOwn || !message.botId || (old !== undefined && !channel.pins.includes(message.ts))) continue;
      say(log, `${names.user(message.user)} in ${channel.name}: ${line}`);
    }
  }
}

function say(log, text) {
  const line = document.createElement('p');
  line.textContent = text;
  log.append(line);
  while (log.childElementCount > kept) log.firstElementChild.remove();
}

/** What a notification shows of a message: one line, without the marks of its writing. */
export function firstLine(text) {
  const [line = ''] = text.trim().split('\n');
  return decoded(line.replace(/[*_`]/g, '').replace(/<[@#!][^>|]*\|?([^>]*)>/g, '$1'));
}
