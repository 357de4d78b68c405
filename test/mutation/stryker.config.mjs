import { availableParallelism } from 'node:os';

/** Changes the code that decides, one place at a time: a test has to fail. @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    'rule/{input,keys,single-access-key,inactive-access-key}/*.ts',
    'rule/evaluation/{event,parameters,report}.ts',
    'rule/security-hub/{decide-findings,event,finding*,next-step,settings}.ts',
    'rule/key-events/{event,settings}.ts',
    'remediation/plans/*.ts',
    '!**/index.ts',
  ],
  ignorePatterns: ['cdk.out', 'coverage', 'dist'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  concurrency: availableParallelism(),
  // There is no such file. Stryker would read it with the API of an older TypeScript; it mutates without it.
  tsconfigFile: 'none',
  // `--incremental` keeps the results of unchanged code here.
  incrementalFile: 'node_modules/.cache/stryker.json',
  reporters: ['clear-text'],
  clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 100, low: 95, break: 95 },
};
