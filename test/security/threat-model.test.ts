import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { policyText, SECURITY } from '../support/docs-examples.ts';

/** The tests that the document names: `file › test`. */
const NAMED = [...SECURITY.matchAll(/`(test\/[\w./-]+\.test\.ts) › ([^`]+)`/g)].map(
  ([, file = '', name = '']) => ({ file, name }),
);

const FILES = [...new Set(NAMED.map(({ file }) => file))];

const Listed = v.array(v.object({ name: v.string(), file: v.string() }));

/** Lists the tests that Vitest runs: without skipped ones, todos and those whose condition is false. */
const listTests = async (): Promise<string[]> => {
  const vitest = `${REPOSITORY}node_modules/vitest/vitest.mjs`;
  // With a file after it, `--json` would write to this file.
  const args = [vitest, 'list', ...FILES, '--json'];
  const options = { cwd: REPOSITORY, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  const listed = v.parse(v.pipe(v.string(), v.parseJson(), Listed), stdout);
  return listed.map(({ file, name }) => `${path.relative(REPOSITORY, file)} > ${name}`);
};

/** Matches a listed test. Its name follows those of its groups, and has values instead of placeholders. */
const patternOf = (file: string, name: string) => {
  const [start, end] = [file, name].map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${start} > (?:.+ > )?${end?.replace(/%[sjd]|\\\$\w+/g, '.+')}$`);
};

/** The items of the threat model. */
const items = SECURITY.split('\n### ')
  .slice(1)
  .flatMap((section) => section.split(/\n\* /).slice(1));

/** The items without a test. */
const WITHOUT_TEST = ['Stay in a rotation', 'Park an unused key', 'Secrets'];

let tests: readonly string[];
beforeAll(async () => {
  tests = await listTests();
});

describe('SECURITY.md', () => {
  it('has at most 200 lines', () => {
    expect(SECURITY.split('\n').length).toBeLessThanOrEqual(200);
  });

  it('names many tests', () => {
    expect(NAMED.length).toBeGreaterThan(40);
  });

  it.each(NAMED)('names a test that runs: $file › $name', ({ file, name }) => {
    expect(tests).toContainEqual(expect.stringMatching(patternOf(file, name)));
  });

  it.each(FILES)('names no test that ends itself or is expected to fail: %s', (file) => {
    expect(readFileSync(`${REPOSITORY}${file}`, 'utf8')).not.toMatch(/\bskip\(|\.fails\b|\bfails:/);
  });

  it('spells every reference to a test correctly', () => {
    expect(SECURITY.match(/ › /g)).toHaveLength(NAMED.length);
  });

  it('names a test for each control, with known exceptions', () => {
    expect(items.length).toBeGreaterThan(30);
    const bare = items.filter((item) => !item.includes(' › '));
    expect(bare.map((item) => /^\*\*(.*?)\*\*/.exec(item)?.[1]?.replace(/,$/, ''))).toEqual(
      WITHOUT_TEST,
    );
  });

  it.each(['exemption-tag', 'guard'])(
    'links to a policy that fits into a service control policy: %s',
    (name) => {
      expect(SECURITY).toContain(`(docs/policies/${name}.json)`);
      // AWS does not count white space.
      expect(JSON.stringify(JSON.parse(policyText(name))).length).toBeLessThanOrEqual(5_120);
    },
  );
});
