import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import pure from './test/pure-files.json' with { type: 'json' };

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/support/no-real-account.ts'],
    // Files share what they import: the CDK alone takes a second and a half.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most tests wait for a process or a socket: half as many again as there are cores keep them busy.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    coverage: {
      provider: 'v8',
      include: ['rule/**/*.ts', 'remediation/**/*.ts', 'infra/**/*.ts'],
      exclude: ['test/**'],
      // What decides is covered whole; elsewhere coverage is a result, not an aim.
      thresholds: Object.fromEntries(pure.map((file) => [file, { 100: true }])),
    },
  },
});
