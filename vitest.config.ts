import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/support/no-real-account.ts', 'test/support/property-runs.ts'],
    // Test files of a worker share their imports: loading the CDK takes 1.5 s.
    isolate: false,
    // Limits for a test that hangs. No test asserts how long something takes.
    testTimeout: 60_000 * Math.max(1, Number(process.env['PROPERTY_RUNS'] ?? 1)),
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for a process or a socket: more workers than cores keep the cores busy.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    coverage: {
      provider: 'v8',
      include: ['rule/**/*.ts', 'remediation/**/*.ts', 'infra/**/*.ts'],
      // The code that decides is covered completely; for other code, coverage is a result and not an aim.
      thresholds: Object.fromEntries(
        ['rule/{input,keys}/*.ts', 'rule/*-access-key/!(index).ts', 'remediation/plans/*.ts'].map(
          (files) => [files, { 100: true }],
        ),
      ),
    },
  },
});
