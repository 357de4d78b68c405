import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import everything from '../../vitest.config.ts';
import { unloadable } from './unloadable.ts';

/** Imports of tests that serve an account, start a process or synthesize a stack. */
const SLOW = /local-account|support\/(served|deployed|operated|answering)|key-owners|infra\//;

/** The fast unit tests: hundreds of them run in a second. */
const fastTests = ['test/rule', 'test/remediation/plans'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .filter((file) => !SLOW.test(readFileSync(file, 'utf8'))),
);

export default defineConfig({
  test: {
    ...everything.test,
    include: fastTests,
    reporters: [unloadable()],
    // The first failure is enough, so properties run 30 times instead of 100.
    env: { ...everything.test?.env, PROPERTY_RUNS: '0.3' },
  },
});
