// What each person has read: the newest message of each channel and thread. A reload of the page does not forget it.

const key = 'read-marks';
const marks = new Map(JSON.parse(sessionStorage.getItem(key) ?? '[]'));

/** @param place a channel's id, or a thread's ts */
export function markRead(person, place, messages) {
  const name = `${person} ${place}`;
  const newest = Math.max(0, ...messages.map((message) => Number(message.ts)));
  if (newest <= (marks.get(name) ?? 0)) return;
  marks.set(name, newest);
  sessionStorage.setItem(key, JSON.stringify([...marks]));
}

/** How many of the messages came after the last look, those of the workspace itself ("has joined") not counted. */
export function countUnread(person, place, messages) {
  const read = marks.get(`${person} ${place}`) ?? 0;
  return messages.filter((message) => Number(message.ts) > read && !isSystem(message)).length;
}

/** What the workspace itself says: joined, topic, pinned. */
export function isSystem(message) {
  return message.subtype !== undefined && !message.files?.length;
}

/** Whether it stands in the channel itself and not only in a thread. */
export function isTopLevel(message) {
  return message.threadTs === undefined || message.threadTs === message.ts || message.broadcast === true;
}

/** For a workspace that was set up anew. */
export function forgetMarks() {
  marks.clear();
  sessionStorage.removeItem(key);
}
