// The whole latency incident against a real Prometheus and a real Redis: the same words from the same numbers.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matcher } from '../../src/simulator/promql/series.ts';
import { createWorld } from '../../src/simulator/world/world.ts';
import { openMetricsText } from '../support/open-metrics.ts';
import { type RealPrometheus, startRealPrometheus, whyNoPrometheus } from '../support/real-prometheus.ts';
import { type RealRedis, startRealRedis, whyNoRedis } from '../support/real-redis.ts';
import { type Story, startStory, until } from '../support/story.ts';

const missing = whyNoPrometheus() ?? whyNoRedis();
const hourMs = 3_600_000;

/** The pretend company's last hour, ten minutes of it with a cold cache, as a real Prometheus would have scraped it. */
function lastHour(): string {
  const world = createWorld({ buckets: 'fine' });
  world.inject('cache-cold', { agoSeconds: 600 });
  world.tick();
  const now = world.now();
  const series = world.source.select([matcher('__name__', '=~', '.+')], now - hourMs, now);
  return openMetricsText(series.map(({ labels, samples }) => ({ labels, samples })));
}

describe.skipIf(missing !== undefined)(
  `a latency incident on real servers${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let story: Story;
    let prometheus: RealPrometheus;
    let redis: RealRedis;
    beforeAll(async () => {
      [prometheus, redis] = await Promise.all([startRealPrometheus({ openMetrics: lastHour() }), startRealRedis()]);
      story = await startStory({
        configure: (config) => ({
          ...config,
          // The shipped package: its windows of five minutes fit a past that does not grow.
          runbooks: [join(import.meta.dirname, '../../runbooks/acgs2')],
          systems: {
            ...config.systems,
            prometheus: { url: prometheus.url, jobs: [] },
            redis: { url: redis.url, protectedPrefixes: [] },
          },
        }),
      });
    });
    afterAll(async () => {
      await story?.stop();
      await Promise.all([prometheus?.stop(), redis?.stop()]);
    });

    test('is declared, verified, investigated and weighed from what the servers answer', async () => {
      await story.slack.command('rita', '#incidents', 'incident latency');
      const card = await until('a full card', async () => {
        const now = await story.card();
        return /Likely/.test(now.text) && /Investigated/.test(now.text) && now;
      });
      expect(card.text).toMatch(
        /^🔴 CRITICAL · P99 latency 1\d\.\d ms &gt; 5 ms · \w+ since \d\d:\d\d UTC · agent-bus/,
      );
      expect(card.text).toMatch(/Likely: Cache \(hit rate 4\d\.\d %/);
      expect(card.text).toMatch(/Ruled out: Resources/);
    });

    test('the evidence names Redis as it really is', async () => {
      const evidence = await until('the evidence', async () => {
        const text = await story.threadText();
        return /Evidence of INC-1/.test(text) && text;
      });
      expect(evidence).toMatch(/OK Redis clients/);
      expect(evidence).toMatch(/Redis latency[^\n]*\n[^\n]*PINGs/);
      expect(evidence).not.toMatch(/UNKNOWN (P99|Cache|CPU|Memory|Redis)/);
    });

    test('is resolved by hand, and the report holds the series that Prometheus gave', async () => {
      await story.slack.click('rita', await story.card(), 'acgs.resolve');
      const view = await until('the form', () => story.slack.openView('rita'));
      await story.slack.submit('rita', view.id, { reason: 'the test is over' });
      const file = await until('the report', () => story.slack.files().find((one) => one.name.endsWith('.md')));
      const report = new TextDecoder().decode(story.slack.fileBytes(file.id));
      expect(report).toContain('rate(http_request_duration_seconds_bucket');
      expect(report).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,\d/);
      expect(story.slack.findings).toEqual([]);
    });
  },
);
