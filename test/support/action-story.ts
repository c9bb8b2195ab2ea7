// A story in which an incident is open and people are in its room, ready for actions; what they see of one is waited for.

import type { PretendMessage } from '../../src/simulator/slack/workspace.ts';
import { bearWitness, type Witness } from './invariants.ts';
import { allText, type Story, type StoryOptions, startStory, until, untilIn } from './story.ts';

export interface ActionStory {
  readonly story: Story;
  /** The room of the incident; Rita declared it and is in it. */
  readonly channel: string;
  readonly witness: Witness;
}

/** `joined`: who comes into the room beside Rita. `before`: what happens to the world before she declares. */
export async function startActionStory(
  options: StoryOptions,
  people: { readonly joined?: readonly string[]; readonly before?: (story: Story) => void } = {},
): Promise<ActionStory> {
  const story = await startStory(options);
  const witness = bearWitness(story);
  people.before?.(story);
  await story.slack.command('rita', '#incidents', 'incident latency');
  const channel = await story.incidentChannel();
  await story.card();
  await untilIn(story.slack, channel);
  for (const who of people.joined ?? []) story.slack.join(who, channel);
  return { story, channel, witness };
}

const firstLine = (message: PretendMessage): string => message.text.split('\n')[0] ?? '';

/** The oldest message of an action in the card's thread whose first line shows this state, or the newest one. */
export function actionIn(story: Story, state: RegExp, which: 'oldest' | 'newest' = 'oldest'): Promise<PretendMessage> {
  return inThread(story, `an action that is ${state}`, (thread) => {
    const shows = (message: PretendMessage) => state.test(firstLine(message));
    return which === 'oldest' ? thread.find(shows) : thread.findLast(shows);
  });
}

/** The oldest message in the card's thread that shows this anywhere. */
export function actionShowing(story: Story, what: RegExp): Promise<PretendMessage> {
  return inThread(story, `an action that shows ${what}`, (thread) => thread.find((one) => what.test(allText(one))));
}

async function inThread(
  story: Story,
  what: string,
  find: (thread: readonly PretendMessage[]) => PretendMessage | undefined,
): Promise<PretendMessage> {
  try {
    return await until(what, async () => {
      const { channel, ts } = await story.card();
      return find(story.slack.thread(channel, ts));
    });
  } catch (error) {
    const told = story.slack.ephemerals('rita').map(({ text }) => text);
    throw new Error(`${String(error)}; Rita was told:\n${told.join('\n')}\nThe thread:\n${await story.threadText()}`);
  }
}
