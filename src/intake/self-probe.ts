// The bot asks itself over its own port whether it is ready: one question that needs the listener, the event loop and the store.

import { Agent, get } from 'node:http';
import type { Log } from '../core/ports.ts';

const everyMs = 10_000;
const withinMs = 5_000;

/** Asks at once and then every 10 s. Returns the stop. */
export function startSelfProbe(
  url: string,
  given: { readonly well: () => void; readonly log: Log },
): () => Promise<void> {
  // An agent of its own: the process's agent may go through a proxy, and this question must not.
  const agent = new Agent({ keepAlive: false });
  const stopping = new AbortController();
  let wasWell = true;

  const ask = async (): Promise<void> => {
    const well = await isReady(`${url}/readyz`, agent, stopping.signal);
    if (stopping.signal.aborted) return;
    if (well) given.well();
    // One line when it breaks, not one for every attempt.
    else if (wasWell) given.log.warn({}, 'the bot is not ready, seen from its own port');
    wasWell = well;
  };

  const timer = setInterval(() => void ask(), everyMs).unref();
  void ask();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    agent.destroy();
  };
}

function isReady(url: string, agent: Agent, stopping: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(withinMs)]);
    get(url, { agent, signal }, (response) => {
      response.resume();
      response.on('error', () => resolve(false));
      response.on('end', () => resolve(response.statusCode === 200));
    }).on('error', () => resolve(false));
  });
}
