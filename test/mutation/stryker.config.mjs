import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Changes what decides, one place at a time: a test has to notice. @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: JSON.parse(readFileSync('test/pure-files.json', 'utf8')),
  ignorePatterns: ['cdk.out', 'coverage', 'dist'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  concurrency: availableParallelism(),
  // No such file: Stryker would read it by the API of an older TypeScript, and mutates without it.
  tsconfigFile: 'none',
  // Where `--incremental` keeps the results of what has not changed.
  incrementalFile: 'node_modules/.cache/stryker.json',
  reporters: ['clear-text'],
  clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 100, low: 95, break: 95 },
};
