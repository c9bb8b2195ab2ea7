// The pretend company and its page on a thread of their own, so that its work never reads as a slow network to the bot.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { mountPage } from './page/page-server.ts';
import { addressesOf, type CompanyAddresses, type PretendCompany, startPretendCompany } from './pretend-company.ts';

export interface CompanyOptions {
  readonly port: number;
  readonly buckets: 'shared' | 'fine';
}

export interface CompanyThread extends CompanyAddresses {
  /** Address of the page. */
  readonly page: string;
  /** Where commands and clicks are delivered. */
  deliverTo(url: string): void;
  /** Somebody pressed the page's button that sets everything up anew. */
  onResetWished(listener: () => void): void;
  stop(): Promise<void>;
}

type FromThread =
  | { readonly kind: 'started'; readonly addresses: CompanyAddresses & { readonly page: string } }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'reset-wished' };
type ToThread = { readonly kind: 'deliver-to'; readonly url: string } | { readonly kind: 'stop' };

/** Rejects with an error that has the operating system's `code`, for example EADDRINUSE. */
export async function startCompanyThread(options: CompanyOptions): Promise<CompanyThread> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  const [message] = (await once(worker, 'message')) as [FromThread];
  if (message.kind === 'reset-wished') throw new Error('the company is not there yet');
  if (message.kind === 'failed') throw Object.assign(new Error(message.message), { code: message.code });
  const tell = (what: ToThread) => worker.postMessage(what);
  return {
    ...message.addresses,
    deliverTo: (url) => tell({ kind: 'deliver-to', url }),
    onResetWished(listener) {
      worker.on('message', (later: FromThread) => later.kind === 'reset-wished' && listener());
    },
    async stop() {
      const ended = once(worker, 'exit');
      tell({ kind: 'stop' });
      await ended;
    },
  };
}

async function runCompany(
  port: NonNullable<typeof parentPort>,
  { port: listenOn, buckets }: CompanyOptions,
): Promise<void> {
  let isBotThere = false;
  const say = (message: FromThread) => port.postMessage(message);
  let company: PretendCompany;
  try {
    company = await startPretendCompany({ slack: { port: listenOn }, world: { buckets } });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return say({ kind: 'failed', code, message });
  }
  say({
    kind: 'started',
    addresses: {
      page: mountPage(company, { reset: () => say({ kind: 'reset-wished' }), isBotThere: () => isBotThere }),
      ...addressesOf(company),
    },
  });
  port.on('message', async (message: ToThread) => {
    if (message.kind === 'deliver-to') {
      company.slack.deliverTo(message.url);
      isBotThere = true;
      return;
    }
    await company.stop();
    port.close();
  });
}

if (!isMainThread && parentPort !== null) await runCompany(parentPort, workerData as CompanyOptions);
