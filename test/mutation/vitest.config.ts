import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import everything from '../../vitest.config.ts';
import { unloadable } from './unloadable.ts';

/** Imports of tests that serve an account, start a process or synthesize a stack. */
const SLOW =
  /local-account|support\/(served|deployed|operated|answering|runbook-scenarios)|key-owners|infra\//;

/** The fast unit tests: hundreds of them run in a second. */
const fastTests = ['test/rule', 'test/remediation'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .filter((file) => !SLOW.test(readFileSync(file, 'utf8'))),
);

/** Runs the fast tests of the deciding code, for its coverage and for its mutants. */
export default defineConfig({
  test: {
    ...everything.test,
    include: fastTests,
    reporters: ['default', unloadable()],
    // The first failure is enough, so properties run 30 times instead of 100.
    env: { ...everything.test?.env, PROPERTY_RUNS: '0.3' },
    coverage: {
      provider: 'v8',
      include: ['rule/{input,keys}/*.ts', 'rule/*-access-key/*.ts', 'remediation/plans/*.ts'],
      exclude: ['**/index.ts'],
      thresholds: { 100: true },
    },
  },
});
