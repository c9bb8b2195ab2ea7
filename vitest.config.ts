// How the tests run: every test file in its own process, as many at a time as the machine bears, the longest first, with room for real servers to start.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take one to three minutes each; one that began last would be waited for alone. */
const longest = [
  'faults/prometheus-incident',
  'contracts/slack/socket-mode',
  'stories/take-over',
  'rig/rig',
  'contracts/slack/deliveries',
  'stories/replicas',
  'contracts/slack/publisher',
  'faults/slack-away',
].map((name) => `test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Ms for a fixed piece of work: a loop, and memory that was never touched before. 800 where the tests take twice their time. */
function fixedWorkMs(): number {
  const begunAt = performance.now();
  let sum = 0;
  for (let n = 0; n < 100_000_000; n += 1) sum = (sum * 31 + n) | 0;
  Buffer.alloc(64 * 2 ** 20, 1 + (sum & 1));
  return performance.now() - begunAt;
}

/**
 * They wait more than they work, for Slack's pace, for deadlines, for servers: four keep two cores busy. Where a core is slow four hold each
 * other up until what has to happen within Slack's 3 s does not.
 */
const maxWorkers = fixedWorkMs() < 500 ? 4 : 2;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
