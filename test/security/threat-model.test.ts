import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { policyUnder, SECURITY } from '../support/security-document.ts';

/** Each `file › test` that the document names. */
const NAMED = [...SECURITY.matchAll(/`(test\/[\w./-]+\.test\.ts) › ([^`]+)`/g)].map(
  ([, file = '', name = '']) => ({ file, name }),
);

/** The names of the tests of a file, as they stand in it: a text that a function follows. */
const testsIn = (file: string): Set<string> =>
  new Set(
    [
      ...readFileSync(`${REPOSITORY}${file}`, 'utf8').matchAll(
        /(['"`])((?:(?!\1)[^\n])+)\1,\s*(?:async\s*)?\([^()]*\)(?::[^=]*)? =>/g,
      ),
    ].map((match) => String(match[2])),
  );

/** The parts of the threat model, each with its items. */
const sections = SECURITY.split('\n### ')
  .slice(1)
  .map((section) => ({
    title: section.split('\n')[0] ?? '',
    items: section.split(/\n\* /).slice(1),
  }));

/** What has no control, and says so; or is no text of anybody's. */
const WITHOUT_TEST = [
  'Stay in a rotation',
  'Use a stolen key often',
  'HTML, Markdown, CSV',
  'Secrets',
];

describe('SECURITY.md', () => {
  it('is short enough to be read', () => {
    expect(SECURITY.split('\n').length).toBeLessThanOrEqual(200);
  });

  it('names many tests', () => {
    expect(NAMED.length).toBeGreaterThan(40);
  });

  it.each(NAMED)('names a test that is there: $file › $name', ({ file, name }) => {
    expect(existsSync(`${REPOSITORY}${file}`)).toBe(true);
    expect([...testsIn(file)]).toContain(name);
  });

  it('spells every mention of a test so that it is found', () => {
    expect(SECURITY.match(/ › /g)).toHaveLength(NAMED.length);
  });

  it('has a test for each control, but where it says that there is none', () => {
    const items = sections.flatMap(({ items }) => items);
    expect(items.length).toBeGreaterThan(30);
    const bare = items.filter((item) => !item.includes(' › '));
    expect(bare.map((item) => /^\*\*(.*?)\*\*/.exec(item)?.[1]?.replace(/,$/, ''))).toEqual(
      WITHOUT_TEST,
    );
  });

  it('leads to headings that are there', () => {
    const anchors = [...SECURITY.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors.length).toBeGreaterThan(0);
    for (const anchor of anchors)
      expect(sections.map(({ title }) => title.toLowerCase().replaceAll(' ', '-'))).toContain(
        anchor,
      );
  });

  it.each(['### The exemption tag', '### What the stack made'])(
    'has a policy that fits a service control policy: %s',
    (heading) => {
      // As AWS counts: without white space.
      expect(JSON.stringify(policyUnder(heading)).length).toBeLessThanOrEqual(5_120);
    },
  );
});
