// What people see of the incidents: their rooms and cards, as the workspace changes under their eyes.

import type { PretendMessage, PretendSlack } from '../../src/simulator/slack/workspace.ts';

export interface Room {
  readonly channel: string;
  readonly incident: string;
  /** The card as it is drawn now. */
  card?: PretendMessage;
  /** The card as it was drawn before: what a phone that slept still shows. */
  earlier?: PretendMessage;
  /** As the card says. */
  isClosed: boolean;
  /** Messages of actions, by ts. */
  readonly actions: Map<string, PretendMessage>;
}

export interface Rooms {
  all(): readonly Room[];
  open(): readonly Room[];
  closed(): readonly Room[];
}

const roomName = /^inc-\d{8}-(\d+)-/;

export function watchRooms(slack: PretendSlack): Rooms {
  const rooms = new Map<string, Room>();
  slack.on((change) => {
    if (change.kind === 'channel' && typeof change.channel === 'string' && !rooms.has(change.channel)) {
      const number = roomName.exec(slack.channel(change.channel).name)?.[1];
      if (number !== undefined) {
        rooms.set(change.channel, {
          channel: change.channel,
          incident: `INC-${number}`,
          isClosed: false,
          actions: new Map(),
        });
      }
    }
    if (change.kind !== 'message') return;
    const room = rooms.get(String(change.channel));
    const message = change.message as PretendMessage | undefined;
    if (room === undefined || message === undefined) return;
    if (isAction(message)) room.actions.set(message.ts, message);
    else room.actions.delete(message.ts);
    if (!isCard(message)) return;
    if (room.card !== undefined) room.earlier = room.card;
    room.card = message;
    room.isClosed = /^✅ (RESOLVED|FALSE ALARM)/.test(message.text);
  });
  const all = (): readonly Room[] => [...rooms.values()];
  return {
    all,
    open: () => all().filter((room) => room.card !== undefined && !room.isClosed),
    closed: () => all().filter(({ isClosed }) => isClosed),
  };
}

/** Only cards begin with a header block in an incident's room. */
export function isCard(message: PretendMessage): boolean {
  return message.botId !== undefined && !isReply(message) && message.blocks?.[0]?.type === 'header';
}

/** The message of an action, as long as something may be pressed on it; afterwards it has no buttons. */
function isAction(message: PretendMessage): boolean {
  return (
    message.botId !== undefined && isReply(message) && JSON.stringify(message.blocks ?? []).includes('"acgs.action.')
  );
}

function isReply({ threadTs, ts }: PretendMessage): boolean {
  return threadTs !== undefined && threadTs !== ts;
}
