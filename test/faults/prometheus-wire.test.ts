// Prometheus behind a broken wire, the pretend one and a real one: each way of breaking is an unknown in time, and ends when it is mended.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPretendCompany } from '../../src/simulator/pretend-company.ts';
import { scenarios } from '../support/prometheus-scenarios.ts';
import { startRealPrometheus, whyNoPrometheus } from '../support/real-prometheus.ts';
import { above, type TestSystems, testSystems } from '../support/system-checks.ts';
import { type ProxyFaults, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Machines that are busy get this much more than the deadline itself. */
const toleranceMs = 900;

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

const missing = whyNoPrometheus();
const servers: readonly (readonly [name: string, skip: boolean, start: () => Promise<Running>])[] = [
  [
    'the pretend Prometheus',
    false,
    async () => {
      const company = await startPretendCompany({ world: { buckets: 'fine', historyDays: 0.1 } });
      return { url: company.systems.prometheus, stop: company.stop };
    },
  ],
  [
    `a real Prometheus${missing === undefined ? '' : ` (${missing})`}`,
    missing !== undefined,
    () => startRealPrometheus({ openMetrics: scenarios(Date.now()) }),
  ],
];

for (const [name, skip, start] of servers)
  describe.skipIf(skip)(`behind a broken wire: ${name}`, () => {
    let server: Running;
    let proxy: TcpProxy;
    let systems: TestSystems;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      proxy = await startTcpProxy(Number(new URL(server.url).port));
      systems = testSystems({ prometheus: { url: `http://${proxy.address}` } });
    });
    afterEach(async () => {
      await systems.close();
      await proxy.stop();
    });

    async function ask(budgetMs = 5_000) {
      const began = performance.now();
      const params = { promql: 'up', reduce: 'min', metric: 'up' };
      const { observation } = await systems.ask('prometheus.value', params, {
        unit: 'count',
        limits: [above(9)],
        budgetMs,
      });
      return { observation, tookMs: performance.now() - began };
    }

    /** Broken: unknown for that reason. Mended: an answer. */
    async function expectUnknownUntilMended(faults: ProxyFaults, reason: string, budgetMs?: number) {
      await proxy.set(faults);
      const broken = await ask(budgetMs);
      expect(broken.observation.unknown).toMatchObject({ reason });
      expect(broken.observation.unknown?.remedy).toMatch(/\.$/);
      await proxy.set({});
      expect((await ask()).observation.verdict).toBe('ok');
      return broken;
    }

    it('F65: names a refused connection within two seconds', async () => {
      const { observation, tookMs } = await expectUnknownUntilMended({ connections: 'refuse' }, 'unreachable');
      expect(observation.unknown?.detail).toContain('refused');
      expect(tookMs).toBeLessThan(2_000);
    });

    it('F65: and a connection that was good and is refused now', async () => {
      expect((await ask()).observation.verdict).toBe('ok');
      await proxy.set({ connections: 'refuse' });
      proxy.cut();
      const { observation, tookMs } = await ask();
      expect(observation.unknown?.reason).toBe('unreachable');
      expect(tookMs).toBeLessThan(2_000);
    });

    it('F66: gives up at its deadline on a server that accepts and never answers', async () => {
      const { tookMs } = await expectUnknownUntilMended({ connections: 'hang' }, 'timeout', 1_000);
      expect(tookMs).toBeLessThan(1_000 + toleranceMs);
    });

    it('F66: gives up at its deadline on a connection that was good and is half open now', async () => {
      expect((await ask()).observation.verdict).toBe('ok');
      const { tookMs } = await expectUnknownUntilMended({ toServer: { pause: true } }, 'timeout', 1_000);
      expect(tookMs).toBeLessThan(1_000 + toleranceMs);
    });

    it('F67: ends an answer that comes one byte in half a second by a deadline for all of it', async () => {
      const { tookMs } = await expectUnknownUntilMended({ toClient: { trickleMs: 500 } }, 'timeout', 1_500);
      expect(tookMs).toBeLessThan(1_500 + toleranceMs);
      expect(proxy.toClient.bytes).toBeGreaterThan(0);
    });

    it('F69: takes no answer whose bytes were changed on the way', async () => {
      await proxy.set({ toClient: { corruptEvery: 7 } });
      const { observation } = await ask();
      expect(observation.unknown?.reason).toMatch(/^(malformed|unreachable|rejected)$/);
    });

    it('F68: asks once more when its connection is cut in the middle of the answer, and no third time', async () => {
      const { observation } = await expectUnknownUntilMended({ toClient: { cutAfterBytes: 60 } }, 'unreachable');
      expect(observation.unknown?.detail).toContain('the connection was cut');
      // Two questions a check (the value and its age), each asked twice, and all on connections of their own; then the good ones.
      expect(proxy.accepted).toBeLessThanOrEqual(4 + 2);
    });

    it('F68: reads the second answer when only the first was lost', async () => {
      await proxy.set({ first: 2, loseAnswerTo: 'GET /api' });
      expect((await ask()).observation.verdict).toBe('ok');
      expect(proxy.accepted).toBeGreaterThan(2);
    });
  });
