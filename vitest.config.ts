import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/support/no-real-account.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most tests wait for a process or a socket: two to a core keep it busy.
    maxWorkers: '200%',
    coverage: {
      provider: 'v8',
      include: ['rule/**/*.ts', 'remediation/**/*.ts', 'infra/**/*.ts'],
    },
  },
});
