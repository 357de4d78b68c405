import { expect, it } from 'vitest';
import { edit } from './edit.ts';
import { lintDocument } from './lint-document.ts';
import { problem } from './problem.ts';

/**
 * A mutant of a document: what it is, the place, what stands there instead (undefined: nothing), and every problem that
 * it makes. Of a problem in this very place only what is expected is said.
 */
export type Mutant = readonly [what: string, place: string, value: unknown, ...problems: string[]];

/** Python says it in other words in each version. */
const withoutPython = (text: string) => text.replace(/(a Python script), got ".*"$/, '$1');

/** Tests that the linter finds these problems in each mutant, and no other. */
export const itFinds = (document: object, mutants: readonly Mutant[]): void => {
  for (const [what, place, value, ...problems] of mutants)
    it(what, () => {
      const expected = problems.map((text) =>
        text.includes(': expected ') ? text : problem(place, text, value),
      );
      const found = lintDocument(edit(document, place, value));
      expect(found.map(withoutPython).toSorted()).toEqual(expected.map(withoutPython).toSorted());
    });
};

/** Tests that the linter finds nothing in a document with another value in one place. */
export const itAccepts = (
  document: object,
  variants: readonly (readonly [what: string, place: string, value: unknown])[],
): void => {
  for (const [what, place, value] of variants)
    it(what, () => {
      expect(lintDocument(edit(document, place, value))).toEqual([]);
    });
};
