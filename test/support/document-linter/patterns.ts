import fc from 'fast-check';
import { problem } from './problem.ts';

/** What a value may hold: it becomes part of a command, an ARN, a message. */
const HARMLESS = /^[\w+=,.@:/-]*$/;
const SAMPLES = 30;
/** Look-around, back-references, boundaries, classes of Unicode: not every engine has them, and Systems Manager has two. */
const NOT_SHARED = /\(\?(?!:)|\\[1-9kbBpPu]/;

const compile = (pattern: string): RegExp | undefined => {
  try {
    return new RegExp(pattern);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const judgePattern = (pattern: string, where: string): readonly string[] => {
  const compiled = compile(pattern);
  if (compiled === undefined) return [problem(where, 'a regular expression', pattern)];
  if (NOT_SHARED.test(pattern)) return [problem(where, 'what every engine reads alike', pattern)];
  if (!/^\^.*\$$/s.test(pattern))
    return [problem(where, '^ at its start and $ at its end', pattern)];
  const samples = fc.sample(fc.stringMatching(compiled), { seed: 1, numRuns: SAMPLES });
  const harmful = samples.find((sample) => !HARMLESS.test(sample));
  return harmful === undefined
    ? []
    : [problem(where, `a pattern that takes only ${String(HARMLESS)}`, pattern)];
};

const known = new Map<string, readonly string[]>();

/** Whether a pattern holds the whole value, and nothing in it could be taken for more than a value; each judged once. */
export const patternProblems = (pattern: string, where: string): readonly string[] => {
  const key = `${where} ${pattern}`;
  const problems = known.get(key) ?? judgePattern(pattern, where);
  known.set(key, problems);
  return problems;
};
