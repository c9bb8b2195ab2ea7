// Injected faults of the Web API: what a sick Slack, a broken network or an abused limit does to a call.

export type Fault =
  | { readonly kind: 'ratelimited'; readonly retryAfter: number }
  | { readonly kind: 'http'; readonly status: number; readonly body?: string }
  /** `applied`: the effect happens although the answer is an error, as Slack warns for `fatal_error`. */
  | { readonly kind: 'error'; readonly error: string; readonly applied?: boolean }
  | { readonly kind: 'hang'; readonly applied?: boolean }
  | { readonly kind: 'reset'; readonly applied: boolean }
  | { readonly kind: 'delay'; readonly ms: number };

export interface PretendFaults {
  /**
   * The next `times` calls (default 1; Infinity until ended) of that method, or of any with `*`, meet the fault; of one channel
   * only if it is named.
   *
   * @returns what ends it earlier
   */
  fail(method: string, fault: Fault, times?: number, channel?: string): () => void;
  /** All of Slack is gone: every connection to the Web API, uploads and response URLs is reset. */
  down(isDown: boolean): void;
  /** Shifts the timestamps of signed requests, in seconds; the app must refuse old ones. */
  clockSkew(seconds: number): void;
  clear(): void;
}

export interface FaultBook extends PretendFaults {
  isDown(): boolean;
  skewSeconds(): number;
  /** Takes the next fault for that method, if one waits. */
  take(method: string, channel?: string): Fault | undefined;
}

export function createFaults(): FaultBook {
  let waiting: {
    readonly method: string;
    readonly channel: string | undefined;
    readonly fault: Fault;
    times: number;
  }[] = [];
  let down = false;
  let skew = 0;
  return {
    fail(method, fault, times = 1, channel = undefined) {
      const added = { method, channel, fault, times };
      waiting.push(added);
      return () => {
        waiting = waiting.filter((one) => one !== added);
      };
    },
    down(isDown) {
      down = isDown;
    },
    clockSkew(seconds) {
      skew = seconds;
    },
    clear() {
      waiting = [];
      down = false;
      skew = 0;
    },
    isDown: () => down,
    skewSeconds: () => skew,
    take(method, channel) {
      const next = waiting.find(
        (one) =>
          (one.method === method || one.method === '*') && (one.channel === undefined || one.channel === channel),
      );
      if (!next) return undefined;
      next.times -= 1;
      if (next.times <= 0) waiting = waiting.filter((one) => one !== next);
      return next.fault;
    },
  };
}
