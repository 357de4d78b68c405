import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { policyText, SECURITY } from '../support/docs-examples.ts';

/** The tests that the document names: `file › test`. */
const NAMED = [...SECURITY.matchAll(/`(test\/[\w./-]+\.test\.ts) › ([^`]+)`/g)].map(
  ([, file = '', name = '']) => ({ file, name }),
);

/** Returns the test names in a file. */
const testsIn = (file: string): Set<string> =>
  new Set(
    [
      ...readFileSync(`${REPOSITORY}${file}`, 'utf8').matchAll(
        /(['"`])((?:(?!\1)[^\n])+)\1,\s*(?:async\s*)?\([^()]*\)(?::[^=]*)? =>/g,
      ),
    ].map((match) => String(match[2])),
  );

/** The sections of the threat model with their items. */
const sections = SECURITY.split('\n### ')
  .slice(1)
  .map((section) => ({
    title: section.split('\n')[0] ?? '',
    items: section.split(/\n\* /).slice(1),
  }));

/** The items without a test. */
const WITHOUT_TEST = ['Stay in a rotation', 'HTML, Markdown, CSV', 'Secrets'];

describe('SECURITY.md', () => {
  it('has at most 200 lines', () => {
    expect(SECURITY.split('\n').length).toBeLessThanOrEqual(200);
  });

  it('names many tests', () => {
    expect(NAMED.length).toBeGreaterThan(40);
  });

  it.each(NAMED)('names an existing test: $file › $name', ({ file, name }) => {
    expect(existsSync(`${REPOSITORY}${file}`)).toBe(true);
    expect([...testsIn(file)]).toContain(name);
  });

  it('spells every reference to a test correctly', () => {
    expect(SECURITY.match(/ › /g)).toHaveLength(NAMED.length);
  });

  it('names a test for each control, with known exceptions', () => {
    const items = sections.flatMap(({ items }) => items);
    expect(items.length).toBeGreaterThan(30);
    const bare = items.filter((item) => !item.includes(' › '));
    expect(bare.map((item) => /^\*\*(.*?)\*\*/.exec(item)?.[1]?.replace(/,$/, ''))).toEqual(
      WITHOUT_TEST,
    );
  });

  it('links to existing headings', () => {
    const anchors = [...SECURITY.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors.length).toBeGreaterThan(0);
    for (const anchor of anchors)
      expect(sections.map(({ title }) => title.toLowerCase().replaceAll(' ', '-'))).toContain(
        anchor,
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
