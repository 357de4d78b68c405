import { defineConfig } from 'vitest/config';

/** The tests that need a package registry. They run in CI, not in `npm test`. */
export default defineConfig({
  test: {
    include: ['test/package/*.spec.ts'],
    setupFiles: ['test/support/no-real-account.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
