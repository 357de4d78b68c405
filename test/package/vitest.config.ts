import { defineConfig } from 'vitest/config';

/** The tests that need a package registry. They run in CI, not in `npm test`. */
export default defineConfig({
  test: {
    include: ['test/package/*.spec.ts'],
    globalSetup: ['test/package/pack.ts'],
    setupFiles: ['test/support/no-real-account.ts'],
    // Most of the time is spent in processes of npm, tsc and Jest.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
