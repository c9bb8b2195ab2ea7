// The pretend company on a thread of its own, outside of everything that is measured; it also sees when an answer is complete.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type PretendCompany, startPretendCompany } from '../src/simulator/pretend-company.ts';
import { defaultPeople } from '../src/simulator/slack/defaults.ts';
import type { PretendMessage, PretendSlack } from '../src/simulator/slack/workspace.ts';
import type { FaultId } from '../src/simulator/world/faults.ts';

export interface CompanyOptions {
  /** `slack`: the strict limits of a workspace as Slack publishes them. */
  readonly rateLimits: 'slack' | 'generous';
}

export interface CompanyAddresses {
  readonly slack: {
    readonly url: string;
    readonly botToken: string;
    readonly signingSecret: string;
    readonly channel: string;
    readonly teamId: string;
  };
  readonly systems: PretendCompany['systems'];
  /** Takes what is sent to a response_url, as Slack would. */
  readonly sink: string;
}

/** What the company is asked. `shown` waits until one message, or one thread, holds every title and waits for nothing. */
type Question =
  | { readonly kind: 'deliver-to'; readonly url: string }
  | { readonly kind: 'shown'; readonly command: string; readonly channel: string; readonly titles: readonly string[] }
  | { readonly kind: 'inject' | 'heal'; readonly fault: FaultId }
  | { readonly kind: 'quiet'; readonly forMs: number }
  | { readonly kind: 'findings' }
  | { readonly kind: 'stop' };

export interface Shown {
  /** From the moment at which the command was sent. */
  readonly acknowledgedMs: number;
  readonly shownMs: number;
}

export interface CompanyThread extends CompanyAddresses {
  deliverTo(url: string): Promise<void>;
  shown(command: string, titles: readonly string[], channel: string): Promise<Shown>;
  inject(fault: FaultId): Promise<void>;
  heal(fault: FaultId): Promise<void>;
  /** Resolves when nobody has called Slack for so long. */
  quiet(forMs: number): Promise<void>;
  /** What Slack would complain about, as its strict pretend form noticed it. */
  findings(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const shownWithinMs = 60_000;

/** The bare apps post where they were asked, without pacing: in a channel of their own, so that Slack complains of the right one. */
export const bareChannel = '#bare';
/** Who types. One person's commands take effect one after another, so a crowd has to type what is to be worked at once. */
export const typists = Array.from({ length: 24 }, (_, index) => ({
  id: `U0TYPIST${index}`,
  name: `typist${index}`,
  realName: `Typist ${index}`,
}));
const people = [...defaultPeople, ...typists];
const channels = ['incidents', 'bare'].map((name) => ({
  id: `C0${name.toUpperCase()}`,
  name,
  members: people.map(({ id }) => id),
  botIsMember: true,
}));

export async function startCompanyThread(options: CompanyOptions): Promise<CompanyThread> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  const [addresses] = (await once(worker, 'message')) as [CompanyAddresses];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  worker.on('message', ({ id, answer, why }: { id: number; answer?: unknown; why?: string }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (why === undefined) asker?.resolve(answer);
    else asker?.reject(new Error(why));
  });
  let asked = 0;
  const ask = async <T>(question: Question): Promise<T> => {
    asked += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(asked, answer);
    worker.postMessage({ id: asked, question });
    return (await answer.promise) as T;
  };
  return {
    ...addresses,
    deliverTo: (url) => ask({ kind: 'deliver-to', url }),
    shown: (command, titles, channel) => ask({ kind: 'shown', command, channel, titles }),
    inject: (fault) => ask({ kind: 'inject', fault }),
    heal: (fault) => ask({ kind: 'heal', fault }),
    quiet: (forMs) => ask({ kind: 'quiet', forMs }),
    findings: () => ask({ kind: 'findings' }),
    async stop() {
      const ended = once(worker, 'exit');
      await ask({ kind: 'stop' });
      await ended;
    },
  };
}

async function runCompany(port: NonNullable<typeof parentPort>, { rateLimits }: CompanyOptions): Promise<void> {
  const company = await startPretendCompany({ world: { buckets: 'fine' }, slack: { rateLimits, channels, people } });
  const { slack, systems } = company;
  company.world.inject('cache-cold', { agoSeconds: 600 });
  const sink = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const { url, botToken, signingSecret, teamId } = slack;
  port.postMessage({
    slack: { url, botToken, signingSecret, teamId, channel: slack.channel('incidents').id },
    systems,
    sink: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
  } satisfies CompanyAddresses);

  const answer = async (question: Question): Promise<unknown> => {
    switch (question.kind) {
      case 'deliver-to':
        return slack.deliverTo(question.url);
      case 'shown':
        return shown(slack, question);
      case 'inject':
        return company.world.inject(question.fault);
      case 'heal':
        return company.world.heal(question.fault);
      case 'quiet':
        return quiet(slack, question.forMs);
      case 'findings':
        return [...slack.findings];
      case 'stop':
        await company.stop();
        sink.close();
        return undefined;
    }
  };
  port.on('message', async ({ id, question }: { id: number; question: Question }) => {
    port.postMessage(
      await answer(question).then(
        (given) => ({ id, answer: given }),
        (error: unknown) => ({ id, why: String(error) }),
      ),
    );
    if (question.kind === 'stop') port.close();
  });
}

async function shown(
  slack: PretendSlack,
  { command, titles, channel }: Extract<Question, { kind: 'shown' }>,
): Promise<Shown> {
  const complete = Promise.withResolvers<number>();
  const since = Date.now() / 1_000;
  const begun = performance.now();
  const look = () => {
    if (isShown(slack, titles, since)) complete.resolve(performance.now() - begun);
  };
  const stopListening = slack.on(look);
  const late = setTimeout(() => complete.reject(new Error(`not shown: ${command}`)), shownWithinMs);
  try {
    const delivery = await slack.command('rita', channel, command);
    const acknowledgedMs = performance.now() - begun;
    if (delivery.outcome !== 'ok') throw new Error(`${command} was not acknowledged: ${delivery.outcome}`);
    return { acknowledgedMs, shownMs: await complete.promise };
  } finally {
    clearTimeout(late);
    stopListening();
  }
}

/** True when a reader finds every title, answered, in one message or in one thread that began after `since` (epoch seconds). */
function isShown(slack: PretendSlack, titles: readonly string[], since: number): boolean {
  const isAnswered = (words: string) =>
    !words.includes('waiting for') && titles.every((title) => words.includes(title));
  return slack.channels().some((channel) =>
    slack
      .messages(channel.id)
      .filter((message) => Number(message.ts) >= since)
      .some(
        (message) =>
          isAnswered(wordsOf([message])) || isAnswered(wordsOf(slack.thread(channel.id, message.ts).slice(1))),
      ),
  );
}

function wordsOf(messages: readonly PretendMessage[]): string {
  return messages.map(({ text, blocks }) => `${text}\n${JSON.stringify(blocks ?? [])}`).join('\n');
}

async function quiet(slack: PretendSlack, forMs: number): Promise<void> {
  for (let calls = -1; calls !== slack.calls().length; ) {
    calls = slack.calls().length;
    await new Promise((resolve) => setTimeout(resolve, forMs));
  }
}

if (!isMainThread && parentPort !== null) await runCompany(parentPort, workerData as CompanyOptions);
