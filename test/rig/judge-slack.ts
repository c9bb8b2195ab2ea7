// Judges what people see in Slack against the record: one of each, nothing twice, and every card says what the events say.

import type { Recorded } from '../../src/core/event.ts';
import type { PretendMessage, PretendSlack } from '../../src/simulator/slack/workspace.ts';
import { actionIds, outboxEvent } from '../../src/slack/ids.ts';
import type { Ledger } from './ledger.ts';
import type { SeenRecord } from './record-seen.ts';
import { isCard } from './rooms.ts';
import { privateWords, secretsIn } from './secrets.ts';

export interface SlackJudgement {
  readonly problems: readonly string[];
  /** Answers that a person got more than once: a crash between Slack's taking of it and our note of that. */
  readonly repeatedAnswers: number;
  /** Direct messages that ask for an approval and came twice: nobody may search a direct message for an earlier one. */
  readonly repeatedQuestions: number;
  readonly messages: number;
}

export function judgeSlack(slack: PretendSlack, seen: SeenRecord, ledger: Ledger, log: string): SlackJudgement {
  const channels = slack.channels();
  const posts = channels.flatMap((channel) => channel.messages.filter((message) => message.botId !== undefined));
  const twice = postedTwice(posts);
  return {
    problems: [
      ...twice
        .filter((message) => !message.channel.startsWith('D'))
        .map((message) => `posted twice, last in ${message.channel}: ${firstLine(message)}`),
      ...seen.incidents.flatMap(({ id }) => judgeIncident(id, slack, channels, seen)),
      ...judgeReviews(slack, posts, seen),
      ...judgeSecrets(slack, log),
      ...slack.findings.map((finding) => `Slack frowns: ${finding}`),
    ],
    repeatedAnswers: ledger.entries.reduce((sum, entry) => sum + Math.max(0, entry.delivery.answers() - 1), 0),
    repeatedQuestions: twice.filter((message) => message.channel.startsWith('D')).length,
    messages: posts.length,
  };
}

/** Each message of an outbox row carries the row's id and its own number. */
function postedTwice(posts: readonly PretendMessage[]): readonly PretendMessage[] {
  const known = new Set<string>();
  return posts.filter((message) => {
    if (message.metadata?.event_type !== outboxEvent) return false;
    const { op, part } = message.metadata.event_payload;
    // A row that asks several people is one message to each.
    const key = `${op} ${part ?? 1} ${message.channel.startsWith('D') ? message.channel : ''}`;
    if (known.has(key)) return true;
    known.add(key);
    return false;
  });
}

function judgeIncident(
  id: string,
  slack: PretendSlack,
  channels: ReturnType<PretendSlack['channels']>,
  seen: SeenRecord,
): readonly string[] {
  const number = id.replace('INC-', '');
  const rooms = channels.filter((channel) => new RegExp(`^inc-\\d{8}-${number}-`).test(channel.name));
  const [room] = rooms;
  if (room === undefined || rooms.length > 1) return [`${id} has ${rooms.length} rooms in Slack`];
  const bots = room.messages.filter((message) => message.botId !== undefined);
  const cards = bots.filter(isCard);
  const main = slack.channel('incidents').messages;
  const announced = main.filter(
    (message) => message.text.includes(`\n${id} `) && / declared by .*(acknowledged|closed)/.test(message.text),
  );
  const drawn = seen.drawn.get(id);
  const events = seen.streams.get(id) ?? [];
  const problems: string[] = [];
  if (cards.length !== 1) problems.push(`${id} has ${cards.length} cards`);
  if (announced.length !== 1) problems.push(`${id} has ${announced.length} announcements`);
  if (room.pins.length !== 1 || room.pins[0] !== cards[0]?.ts) problems.push(`${id}: the card is not what is pinned`);
  if (room.name !== room.name.replace(/-latency-\d$/, '-latency'))
    problems.push(`${id}: its room is called ${room.name}`);
  if (drawn !== undefined && steady(cards[0]?.text) !== steady(drawn.card)) {
    problems.push(`${id}: the card does not say what the record says:\n${differing(cards[0]?.text ?? '', drawn.card)}`);
  }
  if (drawn !== undefined && steady(announced[0]?.text) !== steady(drawn.announcement)) {
    problems.push(
      `${id}: the announcement does not say what the record says:\n${differing(announced[0]?.text ?? '', drawn.announcement)}`,
    );
  }
  for (const { event } of events) {
    if (event.type !== 'escalated') continue;
    const why = event.how === 'informed' ? 'for your information' : '(you are on call|nobody acknowledged in time)';
    const call = new RegExp(`${event.level} ${event.name}: ${why}`);
    const calls = [...bots, ...main.filter((message) => message.text.includes(`${id} `))].filter((message) =>
      call.test(message.text),
    );
    if (calls.length !== 1) problems.push(`${id}: ${event.level} was ${event.how} by ${calls.length} messages`);
  }
  const unanswered = bots.filter((message) => message.text.startsWith(`UNANSWERED · ${id}`)).length;
  const exhausted = events.filter(({ event }) => event.type === 'escalation-exhausted').length;
  if (unanswered !== exhausted) problems.push(`${id}: said ${unanswered} times that nobody answered`);
  problems.push(...judgeAnnounced(id, events, bots));
  const drafted = events.filter(({ event }) => event.type === 'report-drafted').length;
  const reports = slack.files().filter((file) => file.name === `${id.toLowerCase()}-report.md`);
  const shares = reports.reduce((sum, file) => sum + file.shares.length, 0);
  if (reports.length !== drafted || shares !== drafted) {
    problems.push(`${id}: ${drafted} drafts on record, ${reports.length} files in ${shares} messages`);
  }
  return problems;
}

/** F51: whatever happened to an action is told in the channel once; of an outcome that nobody knows, with the question to people. */
function judgeAnnounced(id: string, events: readonly Recorded[], bots: readonly PretendMessage[]): readonly string[] {
  const told = (words: string): number => bots.filter((message) => message.text.startsWith(words)).length;
  const claimed = events.filter(({ event }) => event.type === 'action-claimed').length;
  const lost = events.flatMap(({ event }) =>
    event.type === 'action-finished' && event.outcome === 'unknown' ? [event.action] : [],
  );
  const unsettled = lost.filter(
    (action) => !events.some(({ event }) => event.type === 'action-settled' && event.action === action),
  );
  return [
    ...(told('RUNNING · ') === claimed ? [] : [`${id}: ${claimed} actions ran, said ${told('RUNNING · ')} times`]),
    ...(told('OUTCOME UNKNOWN · ') === lost.length
      ? []
      : [`${id}: ${lost.length} outcomes got unknown, said ${told('OUTCOME UNKNOWN · ')} times`]),
    ...unsettled
      .filter((action) => !bots.some(({ blocks }) => asksHow(action, JSON.stringify(blocks ?? []))))
      .map((action) => `${id}: nobody is asked how action ${action.slice(0, 8)} ended`),
  ];
}

function asksHow(action: string, blocks: string): boolean {
  return blocks.includes(`"${actionIds.move('took-effect')}"`) && blocks.includes(`"${action}"`);
}

function judgeReviews(slack: PretendSlack, posts: readonly PretendMessage[], seen: SeenRecord): readonly string[] {
  return [...seen.reviews].flatMap(([id, text]) => {
    const [channel, ts] = seen.refs.get(`${id} message`)?.split('/') ?? [];
    const message = posts.find((one) => one.channel === channel && one.ts === ts);
    if (message === undefined) return [`${id}: its message is not in Slack`];
    if (message.text !== text)
      return [`${id}: it does not say what the record says:\n${differing(message.text, text)}`];
    return slack.channel(message.channel).isArchived ? [`${id}: stands where nobody reads`] : [];
  });
}

/** I6. */
function judgeSecrets(slack: PretendSlack, log: string): readonly string[] {
  const shown = JSON.stringify(slack.channels()) + JSON.stringify(slack.calls().map(({ args }) => args));
  return [
    ...secretsIn(log).map((name) => `the log shows ${name}`),
    ...(log.includes(privateWords) ? ['the log shows words of people'] : []),
    ...secretsIn(shown).map((name) => `a message shows ${name}`),
  ];
}

/** How many healthy samples there are depends on when one looks, and a person is called by their id while Slack is slow. */
function steady(text = ''): string {
  return text
    .replace(/\d+ of \d+ healthy samples/, 'n healthy samples')
    .replaceAll(/\bU0(CROWD\d+|RITA|OMAR|LENA)\b/g, (_id, name: string) => name.toLowerCase());
}

function differing(shown: string, right: string): string {
  const [a, b] = [shown.split('\n'), right.split('\n')];
  return b
    .flatMap((line, index) => (a[index] === line ? [] : [`  shown: ${a[index] ?? ''}\n  right: ${line}`]))
    .join('\n');
}

function firstLine(message: PretendMessage): string {
  return message.text.split('\n')[0] ?? '';
}
