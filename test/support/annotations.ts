import { expect } from 'vitest';
import type { UserKeys } from '../../rule/evaluation/user-rule.ts';

/** Expects the user first, the date last, at most 256 ASCII characters, and only whole key ids. */
export const expectWholeAnnotation = (annotation: string, { UserName, keys }: UserKeys): void => {
  const start = `${UserName}: `;
  expect(annotation.startsWith(start)).toBe(true);
  expect(annotation).toMatch(/^[\x20-\x7e]{1,256}$/);
  expect(annotation).toMatch(/ As of 2026-01-31 UTC\.$/);
  const ids = keys.map(({ AccessKeyId }) => AccessKeyId);
  for (const [named] of annotation.slice(start.length).matchAll(/\bAKIA\w*/g))
    expect(ids).toContain(named);
};
