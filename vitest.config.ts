// How the tests run: every test file in its own process, four at a time, the longest first, with room for real servers to start.
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

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // They wait more than they work: for Slack's pace, for deadlines, for servers. Four keep two cores busy.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
