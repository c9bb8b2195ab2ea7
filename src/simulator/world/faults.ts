// The catalogue of everything that can go wrong in the pretend company, with the words the control panel shows.

export const systems = ['prometheus', 'dashboard', 'redis', 'kubernetes', 'alertmanager', 'opa'] as const;
export type SystemName = (typeof systems)[number];

const companyFaults = {
  'cache-cold': [
    'Cold cache',
    'Poisoned cache entries: hit rate 41 %, agent bus P99 about 19 ms. Cured by clearing the cache prefixes; the cache warms up over a minute.',
  ],
  'cpu-exhausted': [
    'CPU exhausted',
    'CPU at 92 % on every node, latency up. Cured when acgs2-agent-bus has 5 ready replicas.',
  ],
  'upstream-slow': [
    'Slow upstream',
    'The constitutional service answers slowly; a breaker opens, if the dashboard publishes breakers.',
  ],
  'error-burst': ['Burst of errors', '8 % of all requests fail with status 500.'],
  'throughput-drop': ['Throughput drop', 'Traffic falls to a quarter.'],
  'constitutional-violation': [
    'Constitutional violation',
    'One request with a wrong hash: the violations counter is born, or goes up by one.',
  ],
  'hash-mismatch': ['Wrong constitutional hash', 'The dashboard answers with another constitutional hash.'],
  'signal-lost': ['Signal lost', 'All pods of ACGS-2 vanish: scrapes fail, series end, up is 0.'],
  'opa-pollution': ['OPA pollutes the histogram', 'OPA exports the same histogram name with microsecond buckets.'],
  'double-scrape': ['Scraped twice', 'The same counters appear a second time under another job.'],
  'services-unreachable': [
    'Dashboard cannot reach services',
    'All four services are unknown, and the overview still says healthy.',
  ],
  'service-hangs': ['A service hangs', 'The audit service does not answer: every dashboard call takes more than 5 s.'],
  'redis-slow': ['Slow Redis', 'Redis answers every command after 40 ms.'],
  'policy-forbids': ['Policy forbids changes', 'OPA refuses every action: the platform team has stopped all changes.'],
  'rollout-stuck': ['Rollout stuck', 'New pods cannot pull their image and never get ready.'],
} as const satisfies Record<string, readonly [title: string, description: string]>;
export type CompanyFault = keyof typeof companyFaults;

const httpWireFaults = {
  down: 'refuses connections',
  hang: 'accepts a request and never answers',
  trickle: 'answers one byte each half second',
  huge: 'answers with a body of 64 MB',
  html: 'answers with an HTML log-in page',
  http401: 'answers 401',
  http429: 'answers 429',
  http500: 'answers 500',
  garbage: 'answers with broken JSON',
} as const;
export type HttpWireFault = keyof typeof httpWireFaults;

const redisWireFaults = {
  down: 'refuses connections',
  hang: 'accepts commands and never answers',
  trickle: 'answers one byte each half second',
  garbage: 'answers with bytes that are not the Redis protocol',
  cut: 'runs a write and cuts the connection before the reply',
  noauth: 'answers NOAUTH',
  noperm: 'answers NOPERM',
  loading: 'answers LOADING',
  readonly: 'refuses writes with READONLY',
  oom: 'refuses writes with OOM',
} as const;
export type RedisWireFault = keyof typeof redisWireFaults;

export type WireFaultId = `${Exclude<SystemName, 'redis'>}:${HttpWireFault}` | `redis:${RedisWireFault}`;
export type FaultId = CompanyFault | WireFaultId;

export interface FaultEntry {
  readonly id: FaultId;
  /** 'company' or the system whose wire is broken: the control panel's sections. */
  readonly group: 'company' | SystemName;
  readonly title: string;
  readonly description: string;
}

/** Every fault there is, in the order a control panel lists them. */
export const faultCatalogue: readonly FaultEntry[] = [
  ...(Object.keys(companyFaults) as CompanyFault[]).map((id): FaultEntry => {
    const [title, description] = companyFaults[id];
    return { id, group: 'company', title, description };
  }),
  ...systems.flatMap((system) => {
    const kinds: Readonly<Record<string, string>> = system === 'redis' ? redisWireFaults : httpWireFaults;
    return Object.entries(kinds).map(([kind, what]): FaultEntry => {
      const name = system === 'opa' ? 'OPA' : system.charAt(0).toUpperCase() + system.slice(1);
      return {
        id: `${system}:${kind}` as FaultId,
        group: system,
        title: `${name}: ${kind}`,
        description: `${name} ${what}.`,
      };
    });
  }),
];

/** True for the id of a fault in the catalogue; for words that come from outside. */
export function isFaultId(word: string): word is FaultId {
  return faultCatalogue.some((entry) => entry.id === word);
}
