import { defineConfig } from 'vitest/config';

/** The tests that need Chromium. They run in CI, not in `npm test`. */
export default defineConfig({
  test: {
    include: ['test/report/*.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
