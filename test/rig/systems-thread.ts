// The pretend company's systems on a thread of their own, so that answering the bot's checks delays no delivery of Slack.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';

type Fault = Parameters<PretendCompany['world']['inject']>[0];
type ToThread =
  | { readonly kind: 'inject'; readonly fault: Fault }
  | { readonly kind: 'heal'; readonly fault: Fault }
  | { readonly kind: 'stop' };

export interface SystemsThread {
  readonly systems: PretendCompany['systems'];
  inject(fault: Fault): void;
  heal(fault: Fault): void;
  stop(): Promise<void>;
}

export async function startSystemsThread(): Promise<SystemsThread> {
  const worker = new Worker(new URL(import.meta.url));
  const [systems] = (await once(worker, 'message')) as [PretendCompany['systems']];
  const tell = (what: ToThread) => worker.postMessage(what);
  return {
    systems,
    inject: (fault) => tell({ kind: 'inject', fault }),
    heal: (fault) => tell({ kind: 'heal', fault }),
    async stop() {
      const ended = once(worker, 'exit');
      tell({ kind: 'stop' });
      await ended;
    },
  };
}

async function run(port: NonNullable<typeof parentPort>): Promise<void> {
  // Its Slack stands idle: the rig has one of its own, on the thread of the people.
  const company = await startPretendCompany({ world: { buckets: 'fine' } });
  port.postMessage(company.systems);
  port.on('message', async (message: ToThread) => {
    if (message.kind === 'inject') return company.world.inject(message.fault);
    if (message.kind === 'heal') return company.world.heal(message.fault);
    await company.stop();
    port.close();
  });
}

if (!isMainThread && parentPort !== null) await run(parentPort);
