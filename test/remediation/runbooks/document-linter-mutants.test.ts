import { beforeAll, describe, expect, it } from 'vitest';
import { hasProblem } from '../../support/document-linter/lint-document.ts';
import { type Mutant, mutantsOf } from '../../support/document-linter/mutants.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const APPROVERS = ['alice', 'arn:aws:iam::123456789012:role/on-call'];
/** With every step that there can be. */
const MUTANTS = [
  readRunbook('deactivate-access-key', APPROVERS),
  readRunbook('reactivate-access-key'),
  readRunbook('delete-inactive-access-key', APPROVERS),
].flatMap(mutantsOf);

/** Texts for people: no linter knows what they should say. */
const isText = ({ change, path }: Mutant) => change === 'rename' && /(^|\.)description$/.test(path);

/**
 * What the linter cannot know, and what does: a change that breaks no document, only this one. Each has its reason, and
 * none is here that the linter notices.
 */
const UNNOTICED: readonly (readonly [RegExp, reason: string])[] = [
  [
    /^rename parameters\.ConfigRuleName\.default$/,
    'which rule decides by default: document-parameters.test.ts',
  ],
  [
    /^(delete|rename|rename the member) mainSteps\.Plan\.inputs\.(FunctionName|InputPayload\.\w+)$/,
    'what the planner takes: document.test.ts, reactivation.test.ts. Where it is asked twice, both must ask the same',
  ],
  [
    /^rename mainSteps\.(ReadPlan|ReadPlanAgain)\.inputs\.InputPayload\.(Expected|Planned)$/,
    'what the plan is held to: document.test.ts',
  ],
  [
    /^rename mainSteps\.Verify\.inputs\.InputPayload\.(ExpectedStatus|UndoCommand)$/,
    'what the key is held to: document.test.ts; what a failure says: deletion-failures.test.ts',
  ],
  [
    /^delete mainSteps\.Decide\.inputs\.Choices\.\d$/,
    'that a dry run writes nothing, and that nothing to do is evaluated: document.test.ts',
  ],
  [
    /^lead elsewhere mainSteps\.Decide\.inputs\.(Choices\.\d\.NextStep|Default)$/,
    'which outcome leads where: document.test.ts',
  ],
  [
    /^lead elsewhere mainSteps\.Verify\.nextStep$/,
    'that a verified write is evaluated and told: document.test.ts',
  ],
  [
    /^(delete|rename) mainSteps\.Approve\.inputs\.(NotificationArn|Approvers\.\d)$/,
    'who is asked, and how: document.test.ts',
  ],
];

describe('of documents with one change', () => {
  const nameOf = ({ change, path }: Mutant) => `${change} ${path}`;
  let unnoticed: readonly Mutant[] = MUTANTS;
  let missed = unnoticed;
  beforeAll(() => {
    unnoticed = MUTANTS.filter(({ document }) => !hasProblem(document));
    missed = unnoticed.filter((mutant) => !isText(mutant));
  });

  it('the linter notices nine in ten, texts for people and all', () => {
    const share = 1 - unnoticed.length / MUTANTS.length;

    expect(MUTANTS.length).toBeGreaterThan(2500);
    expect(share).toBeGreaterThan(0.9);
  });

  it('the linter notices 19 in twenty that change more than such a text', () => {
    const structural = MUTANTS.filter((mutant) => !isText(mutant));
    const share = 1 - missed.length / structural.length;

    expect(share).toBeGreaterThan(0.95);
  });

  it('every one that it does not notice is known, with the reason', () => {
    const unexplained = missed
      .map(nameOf)
      .filter((name) => !UNNOTICED.some(([pattern]) => pattern.test(name)));

    expect(unexplained).toEqual([]);
  });

  it.each(UNNOTICED)('%s is still unnoticed: %s', (pattern) => {
    expect(missed.map(nameOf).some((name) => pattern.test(name))).toBe(true);
  });

  it.each(['repeat', 'swap', 'resize'] as const)('every one by %s is noticed', (change) => {
    expect(MUTANTS.filter((mutant) => mutant.change === change)).not.toEqual([]);
    expect(unnoticed.filter((mutant) => mutant.change === change)).toEqual([]);
  });
});
