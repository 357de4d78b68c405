import { beforeAll, describe, expect, it } from 'vitest';
import { STACK_NAME } from '../../infra/stack.ts';
import { createTemplate } from '../../infra/template/template.ts';
import { policyText, policyUnder } from '../support/docs-examples.ts';
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

/** The roles of the functions of automatic mode, by logical id. */
const isOfAutomaticMode = (id: string) => /^AutomaticDe\w+StarterRole/.test(id);

const toPattern = (arn: string) =>
  new RegExp(`^${arn.replace(/[$+.?]/g, '\\$&').replaceAll('*', '.*')}$`);

/** Returns ARNs of a policy as patterns, after the replacement that docs/operations.md describes. */
const toPatterns = (arns: readonly string[], stackName: string): readonly RegExp[] => {
  const prefix = stackName === STACK_NAME ? `${STACK_NAME}-` : `${stackName.slice(0, 16)}*-`;
  return arns
    .filter((arn) => arn !== '*')
    .map((arn) => toPattern(arn.replace(`${STACK_NAME}-`, prefix)));
};

/** Returns the resources of the policy under a heading of docs/operations.md. */
const resourcesUnder = (heading: string): readonly string[] =>
  [Object(policyUnder(heading, 'docs/operations.md')).Statement]
    .flat()
    .flatMap(({ Resource }) => Resource);

/** Returns the resources, and the principals that it does not apply to, of a statement of the guard policy. */
const guard = (id: string): { resources: readonly string[]; exempt: readonly string[] } => {
  const { Statement } = JSON.parse(policyText('guard'));
  const { Resource, Condition } = Object(Statement).find(({ Sid }: { Sid: string }) => Sid === id);
  return { resources: Resource, exempt: [Condition.ArnNotLike['aws:PrincipalArn']].flat() };
};
const GUARDED = guard('OnlyTheDeploymentChangesIt').resources;
const PASSES = guard('OnlyOperatorsPassItsRoles');
const CLICK = resourcesUnder('### Click Remediate, or start a runbook');
const ALARM = resourcesUnder('### Act on an alarm');

const ARNS: Readonly<Record<NamedType, string>> = {
  'AWS::IAM::Role': 'arn:aws:iam::123456789012:role/',
  'AWS::SQS::Queue': 'arn:aws:sqs:us-east-1:123456789012:',
  'AWS::SSM::Document': 'arn:aws:ssm:us-east-1:123456789012:document/',
};
describe.each(STACKS)('the policies of the documentation, for the stack %s,', (stackName) => {
  const namesOf = (type: NamedType, ids: readonly string[]) =>
    ids.flatMap((id) => generatedNames(type, stackName, id)).map((name) => `${ARNS[type]}${name}`);

  it.each<[string, NamedType, readonly string[], (id: string) => boolean]>([
    ['a person who clicks Remediate', 'AWS::IAM::Role', CLICK, isOfRunbook],
    ['a person who clicks Remediate', 'AWS::SSM::Document', CLICK, () => true],
    ['a person who acts on an alarm', 'AWS::SQS::Queue', ALARM, () => true],
    ['the guard policy', 'AWS::IAM::Role', GUARDED, () => true],
    ['the guard policy', 'AWS::SQS::Queue', GUARDED, () => true],
    ['the guard policy', 'AWS::SSM::Document', GUARDED, () => true],
    ['the guard policy against iam:PassRole', 'AWS::IAM::Role', PASSES.resources, isOfRunbook],
    ['the exception for automatic mode', 'AWS::IAM::Role', PASSES.exempt, isOfAutomaticMode],
  ])('match, for %s, every %s', (_, type, arns, isMeant) => {
    const names = namesOf(type, idsOf(type).filter(isMeant));
    const patterns = toPatterns(arns, stackName);
    expect(names.length).toBeGreaterThanOrEqual(2);
    for (const name of names)
      expect(
        patterns.filter((pattern) => pattern.test(name)),
        name,
      ).not.toEqual([]);
  });

  it.each<[string, readonly string[], (id: string) => boolean]>([
    ['let people pass', CLICK, isOfRunbook],
    ['let pass the roles of the runbooks', PASSES.exempt, isOfAutomaticMode],
  ])('%s no other role of the stack', (_, arns, isMeant) => {
    const isOther = (id: string) => !isMeant(id);
    const others = namesOf('AWS::IAM::Role', idsOf('AWS::IAM::Role').filter(isOther));
    expect(others.length).toBeGreaterThan(3);
    for (const name of others)
      for (const pattern of toPatterns(arns, stackName)) expect(name).not.toMatch(pattern);
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
