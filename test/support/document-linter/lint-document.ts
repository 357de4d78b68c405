import { careProblems } from './care.ts';
import { type Content, readContent } from './content.ts';
import { graphProblems } from './graph.ts';
import { limitProblems } from './limits.ts';
import { nameProblems } from './names.ts';
import { outputProblems } from './outputs.ts';
import { parameterProblems } from './parameters.ts';
import { referenceProblems } from './references.ts';
import { roleProblems } from './role.ts';
import { type Scope, scopeOf } from './scope.ts';
import { stepProblems } from './steps.ts';

type Rule = (content: Content, scope: Scope, document: unknown) => readonly string[];

const RULES: readonly Rule[] = [
  nameProblems,
  roleProblems,
  graphProblems,
  careProblems,
  stepProblems,
  outputProblems,
  parameterProblems,
  referenceProblems,
  limitProblems,
];

/**
 * What is wrong with an Automation document, each problem with where, what was expected, what stands there; nothing
 * for a document that can run.
 *
 * It shares nothing with the local account's Systems Manager, which could otherwise hide its own mistakes. Beside what
 * AWS asks, it holds documents to what their readers rely on: every failure, end and default is said.
 */
export const lintDocument = (document: unknown): readonly string[] => {
  const content = readContent(document);
  if (!('mainSteps' in content)) return content;
  const scope = scopeOf(content);
  return RULES.flatMap((rule) => rule(content, scope, document));
};

/** Whether anything is wrong with a document; it looks no further than the first problem. */
export const hasProblem = (document: unknown): boolean => {
  const content = readContent(document);
  if (!('mainSteps' in content)) return true;
  const scope = scopeOf(content);
  return RULES.some((rule) => rule(content, scope, document).length > 0);
};
