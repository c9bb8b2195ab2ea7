// Tells the process that started the tests how many passed, failed and were skipped, and why each was skipped.

/** @typedef {{ passed: number, failed: number, skipped: { name: string, reason: string | undefined }[] }} Outcome */

export default class {
  /** @param {import('vitest/node').Vitest} vitest */
  onInit(vitest) {
    this.selected = vitest.config.testNamePattern !== undefined;
  }

  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Outcome} */
    const outcome = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const states = tests.map((test) => test.result().state);
      outcome.passed += states.filter((state) => state === 'passed').length;
      const failed = states.filter((state) => state === 'failed' || state === 'pending').length;
      // A file that does not load or a set-up that fails has no failed test, but has failed.
      outcome.failed += failed === 0 && module.state() === 'failed' ? 1 : failed;
      for (const test of tests.filter((_, index) => states[index] === 'skipped')) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        outcome.skipped.push({ name, reason: this.reasonOf(test) });
      }
    }
    process.send?.(outcome);
  }

  /** What `ctx.skip(reason)` said, or the brackets at the end of the name of a suite around the test, or of its own. */
  reasonOf(test) {
    const note = test.result().note;
    if (note) return note;
    const parts = [];
    for (let part = test; part.type !== 'module'; part = part.parent) parts.unshift(part);
    for (const { name, options } of parts) {
      const [, reason] = /\(((?:[^()]|\([^()]*\))+)\)$/.exec(name) ?? [];
      if (reason !== undefined && options.mode !== 'run') return reason;
    }
    if (test.options.mode === 'run') return 'its set-up failed';
    if (test.options.mode === 'todo') return 'not written yet';
    return this.selected ? 'not selected by -t' : undefined;
  }
}
