import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edit } from '../../support/document-linter/edit.ts';
import { itFinds } from '../../support/document-linter/hand-made.ts';
import { hasProblem, lintDocument } from '../../support/document-linter/lint-document.ts';
import { mutantsOf } from '../../support/document-linter/mutants.ts';
import { documentNameProblems } from '../../support/document-linter/names.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const APPROVERS = ['alice', 'arn:aws:iam::123456789012:role/on-call'];
const deactivation = readRunbook('deactivate-access-key', APPROVERS);
const report = deactivation.mainSteps.at(-1);
const withLast = (more: object) => [...deactivation.mainSteps, { ...report, ...more }];

describe('the linter finds nothing in', () => {
  it.each([
    ['deactivate-access-key', undefined],
    ['deactivate-access-key', APPROVERS],
    ['reactivate-access-key', undefined],
    ['delete-inactive-access-key', undefined],
    ['delete-inactive-access-key', APPROVERS],
  ] as const)('%s, approvers %j', (file, approvers) => {
    const document = readRunbook(file, approvers);

    expect(lintDocument(document)).toEqual([]);
    expect(hasProblem(document)).toBe(false);
  });
});

const TYPES = '("String" | "StringList" | "Integer" | "Boolean" | "StringMap" | "MapList")';
describe('of the members of a document it finds', () =>
  itFinds(deactivation, [
    ['no schemaVersion', 'schemaVersion', undefined, 'this member'],
    ['another schemaVersion', 'schemaVersion', '0.4', '"0.3"'],
    ['no assumeRole', 'assumeRole', undefined, 'this member'],
    ['no parameters', 'parameters', undefined, 'this member'],
    ['no step', 'mainSteps', [], '>=1'],
    ['an unknown member', 'files', {}, 'files: expected no such member'],
    [
      'an unknown member of a step',
      'Plan.onlyWith',
      'Approval',
      'mainSteps.0.onlyWith: expected no such member',
    ],
    [
      'an unknown member of a parameter',
      'parameters.UserId.pattern',
      '.*',
      'parameters.UserId.pattern: expected no such member',
    ],
    ['a step without a name', 'mainSteps.0.name', undefined, 'this member'],
    ['a step without a description', 'mainSteps.0.description', '', '>=1'],
    ['a name with a hyphen', 'mainSteps.0.name', 'the-plan', '/^\\w{1,50}$/'],
    ['a name that is too long', 'mainSteps.0.name', 'P'.repeat(51), '/^\\w{1,50}$/'],
    ['a type that there is not', 'parameters.UserId.type', 'Text', TYPES],
    ['an output of no type', 'mainSteps.1.outputs.7.Type', 'string', TYPES],
    ['an output without a Selector', 'mainSteps.1.outputs.7.Selector', undefined, 'this member'],
    ['an output of the document of no step', 'outputs.0', 'Outcome', '/^\\w+\\.\\w+$/'],
    [
      'a failure that leads to nothing AWS knows',
      'mainSteps.0.onFailure',
      'Retry',
      '/^(Abort|Continue|step:\\w+)$/',
    ],
    ['a failure that is not said', 'mainSteps.0.onFailure', undefined, 'this member'],
    ['a cancellation that goes on', 'mainSteps.0.onCancel', 'Continue', '/^(Abort|step:\\w+)$/'],
    ['no attempt', 'mainSteps.0.maxAttempts', 0, '>=1'],
    ['too many attempts', 'mainSteps.0.maxAttempts', 11, '<=10'],
    ['a second and a half', 'mainSteps.0.timeoutSeconds', 1.5, 'integer'],
    ['a text instead of a boolean', 'mainSteps.11.isEnd', 'true', 'boolean'],
    [
      'a step named as a variable of AWS',
      'mainSteps',
      withLast({ name: 'Automation', outputs: [] }),
      'mainSteps.Automation: expected a name that AWS does not use, got "Automation"',
      'Automation: expected a way that leads to this step, got nothing',
    ],
    [
      'a parameter named as a variable of AWS',
      'parameters.global',
      deactivation.parameters['DryRun'],
      'parameters.global: expected a name that AWS does not use, got "global"',
      'parameters.global: expected examples of its values, got nothing',
      'parameters.global: expected a reference to it, got nothing',
    ],
  ]));

describe('of the size of a document it', () => {
  const described = (description: string) => edit(deactivation, 'description', description);
  // 64 KB, and seven values of 512 characters that a caller may give.
  const most = 64 * 1024 - 7 * 512;
  const count = (document: object) => Buffer.byteLength(JSON.stringify(document));
  /** A document of so many bytes more or less than it may have. */
  const sized = (more: number) => described('d'.repeat(most + more - count(described(''))));

  it('accepts the largest, and no byte more', () => {
    expect(lintDocument(sized(0))).toEqual([]);
    expect(lintDocument(sized(1))).toEqual([
      `document: expected at most ${most} bytes, got ${most + 1}`,
    ]);
  });

  it('accepts 200 parameters, and none more', () => {
    const problems = (parameters: number) => {
      const names = Array.from({ length: parameters }, (_, index) => `Of${index}`);
      const all = names.map((name) => [name, deactivation.parameters['DryRun']]);
      return lintDocument(edit(deactivation, 'parameters', Object.fromEntries(all)));
    };
    const tooMany = 'parameters: expected at most 200 of them, got 201';

    expect(problems(201)).toContain(tooMany);
    expect(problems(200).filter((text) => text.startsWith('parameters: '))).toEqual([]);
  });
});

describe('of the name of a document it', () => {
  it.each([
    'single-access-key-DeactivateAccessKeyDocument-1A2B3C4D5E6F',
    'abc',
    'n'.repeat(128),
    'my.runbook_of-aws',
  ])('accepts %s', (name) => {
    expect(documentNameProblems(name)).toEqual([]);
  });

  it.each(['aws-runbook', 'AWSConfigRemediation-x', 'AWSSupport', 'amazon.x', 'Amazon', 'amzn_x'])(
    'refuses %s, whose beginning AWS reserves',
    (name) => {
      expect(documentNameProblems(name)).toEqual([
        `name: expected no prefix aws, amazon or amzn, got "${name}"`,
      ]);
    },
  );

  it.each(['', 'ab', 'n'.repeat(129), 'a b', 'a/b', 'ä-b'])('refuses %j', (name) => {
    expect(documentNameProblems(name)).toHaveLength(1);
  });
});

describe('whatever stands in a document', () => {
  const places = mutantsOf(deactivation)
    .filter(({ change }) => change === 'delete')
    .map(({ path }) => path);

  it('it says what is wrong, and does not fail itself', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue(), async (place, value) => {
        const document = edit(deactivation, place, value);
        const problems = lintDocument(document);
        expect(hasProblem(document)).toBe(problems.length > 0);
        for (const problem of problems) expect(problem).toMatch(/^[\w.].*: expected ./s);
      }),
    ));
});
