// A meter that nobody reads, for tests of other things.

import type { Meter } from '../../src/core/meter.ts';

export const quietMeter: Meter = {
  delivered: () => {},
  acknowledged: () => {},
  called: () => {},
  paused: () => {},
  gaveUp: () => {},
};
