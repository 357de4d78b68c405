import { beforeAll, describe, expect, it } from 'vitest';
import { STACK_NAME } from '../../infra/stack.ts';
import { createTemplate } from '../../infra/template/template.ts';
import { policyUnder } from '../support/docs-examples.ts';
import { generatedNames, type NamedType } from '../support/generated-names.ts';

const UUID = '01234567-89ab-cdef-0123-456789abcdef';

/** The stacks of the documentation, and one whose name CloudFormation cuts. StackSets name the stacks in the accounts. */
const STACKS = [
  STACK_NAME,
  'Security',
  'iam-user-single-access-key',
  `StackSet-${STACK_NAME}-${UUID}`,
  `StackSet-${STACK_NAME}Members-canary-${UUID}`,
];

let idsOf: (type: NamedType) => readonly string[];
beforeAll(() => {
  const resources: readonly (readonly [string, unknown])[] = Object.entries(
    createTemplate().Resources,
  );
  idsOf = (type) =>
    resources.flatMap(([id, resource]) => (Object(resource).Type === type ? [id] : []));
});

/** The roles of the runbooks, by logical id. */
const isOfRunbook = (id: string) => /^(Dea|Rea|Del)\w*AccessKeyAutomationRole/.test(id);

const toPattern = (arn: string) =>
  new RegExp(`^${arn.replace(/[$+.?]/g, '\\$&').replaceAll('*', '.*')}$`);

/** Returns the named resources of a policy, as patterns, after the replacement that docs/operations.md describes. */
const patternsUnder = (page: string, heading: string, stackName: string): readonly RegExp[] => {
  const prefix = stackName === STACK_NAME ? `${STACK_NAME}-` : `${stackName.slice(0, 16)}*-`;
  const { Statement } = Object(policyUnder(heading, page));
  return [Statement]
    .flat()
    .flatMap(({ Resource }) => Resource)
    .filter((arn: string) => arn !== '*')
    .map((arn: string) => toPattern(arn.replace(`${STACK_NAME}-`, prefix)));
};
const ARNS: Readonly<Record<NamedType, string>> = {
  'AWS::IAM::Role': 'arn:aws:iam::123456789012:role/',
  'AWS::SQS::Queue': 'arn:aws:sqs:us-east-1:123456789012:',
  'AWS::SSM::Document': 'arn:aws:ssm:us-east-1:123456789012:document/',
};
const OPERATIONS = 'docs/operations.md';
const CLICK = '### Click Remediate, or start a runbook';
const ALARM = '### Act on an alarm';
const GUARD = '### What the stack made';

describe.each(STACKS)('the policies of the documentation, for the stack %s,', (stackName) => {
  const namesOf = (type: NamedType, ids: readonly string[]) =>
    ids.flatMap((id) => generatedNames(type, stackName, id)).map((name) => `${ARNS[type]}${name}`);

  it.each<[string, string, NamedType, (id: string) => boolean]>([
    [OPERATIONS, CLICK, 'AWS::IAM::Role', isOfRunbook],
    [OPERATIONS, CLICK, 'AWS::SSM::Document', () => true],
    [OPERATIONS, ALARM, 'AWS::SQS::Queue', () => true],
    ['SECURITY.md', GUARD, 'AWS::IAM::Role', isOfRunbook],
  ])('of %s, %s: match every %s', (page, heading, type, isMeant) => {
    const names = namesOf(type, idsOf(type).filter(isMeant));
    const patterns = patternsUnder(page, heading, stackName);
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names)
      expect(
        patterns.filter((pattern) => pattern.test(name)),
        name,
      ).not.toEqual([]);
  });

  it('of docs/operations.md let people pass no other role of the stack', () => {
    const isOther = (id: string) => !isOfRunbook(id);
    const others = namesOf('AWS::IAM::Role', idsOf('AWS::IAM::Role').filter(isOther));
    expect(others.length).toBeGreaterThan(3);
    const patterns = patternsUnder(OPERATIONS, CLICK, stackName);
    for (const name of others) for (const pattern of patterns) expect(name).not.toMatch(pattern);
  });
});

describe('generatedNames', () => {
  it('are those of observed resources', () => {
    const stack = 'ChineseboostAnalyticsStack';
    const role = 'RainlyticsSummariesJobFunctionServiceRole1A2B3C4D';
    expect(generatedNames('AWS::IAM::Role', stack, role)).toContain(
      'ChineseboostAnalyticsStac-RainlyticsSummariesJobFun-1A2b3C4d5E6f',
    );
    expect(generatedNames('AWS::SQS::Queue', stack, 'Queue')).toEqual([
      'ChineseboostAnalyticsStack-Queue-1A2b3C4d5E6f',
    ]);
  });
});
