// How the tests run: every test file in its own process, four at a time, with room for real servers to start.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // They wait more than they work: for Slack's pace, for deadlines, for servers. Four keep two cores busy.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
