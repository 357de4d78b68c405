import type { Content } from './content.ts';
import { problem } from './problem.ts';
import type { Scope } from './scope.ts';

/** Systems Manager counts what a caller gives as well. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const MOST_BYTES = 64 * 1024;
/** Longest value of a parameter of an execution, in characters. */
const LONGEST_VALUE = 512;
const MOST_PARAMETERS = 200;

/** Whether a document, with the longest values that a caller may give, is not too large. */
export const limitProblems = (content: Content, _: Scope, document: unknown): readonly string[] => {
  const count = Object.keys(content.parameters).length;
  const room = MOST_BYTES - count * LONGEST_VALUE;
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (count > MOST_PARAMETERS)
    return [problem('parameters', `at most ${MOST_PARAMETERS} of them`, count)];
  return bytes <= room ? [] : [problem('document', `at most ${room} bytes`, bytes)];
};
