import { defineConfig } from 'vitest/config';

/** What takes a registry of packages: not with the other tests, but in CI. */
export default defineConfig({
  test: {
    include: ['test/package/*.spec.ts'],
    setupFiles: ['test/support/no-real-account.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
