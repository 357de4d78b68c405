import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { propertiesOf, synthesize } from '../infra/synthesize.ts';
import { policyUnder } from '../support/docs-examples.ts';
import { isAllowedUnder } from '../support/policy-simulation.ts';

const accountId = '123456789012';
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const policy = policyUnder('### What the stack made');

const WithActions = v.object({ Action: v.array(v.string()) });
const Policy = v.object({ Statement: v.tuple([WithActions, WithActions]) });

const ADMINISTRATOR = role('Administrator');
const DEPLOYMENT = role('stacksets-exec-0123456789abcdef0123456789abcdef');
const OPERATOR = role(
  'aws-reserved/sso.amazonaws.com/AWSReservedSSO_KeyOperators_0123456789abcdef',
);
const AUTOMATION_ROLES = [
  'IamUserSingleAccessKey-DeactivateAccessKeyAutomat-1A2B',
  'IamUserSingleAccessKey-ReactivateAccessKeyAutomat-1A2B',
  'StackSet-IamUserSingleAc-DeleteInactiveAccessKeyA-1A2B',
].map(role);

/** The roles of the functions of automatic mode. */
const STARTERS = [
  'IamUserSingleAccessKey-AutomaticDeactivationSta-1A2B',
  'StackSet-IamUserSingleAc-AutomaticDeletionStarter-1A2B',
].map(role);

const functionArn = `arn:aws:lambda:us-east-1:${accountId}:function:IamUserSingleAccessKey-Planner`;
const documentArn = `arn:aws:ssm:us-east-1:${accountId}:document/IamUserSingleAccessKey-Document`;
const ruleArn = `arn:aws:config:us-east-1:${accountId}:config-rule/config-rule-abcdef`;
const remediationArn = `arn:aws:config:us-east-1:${accountId}:remediation-configuration/1a2b`;
const linkArn = `arn:aws:oam:us-east-1:${accountId}:link/12345678-1234-1234-1234-123456789012`;
const [automationRole = ''] = AUTOMATION_ROLES;

/** The actions that could change a runbook or a result, each with a resource of the stack. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['lambda:UpdateFunctionCode', functionArn],
  ['lambda:UpdateFunctionConfiguration', functionArn],
  ['lambda:AddPermission', functionArn],
  ['lambda:RemovePermission', functionArn],
  ['lambda:PutFunctionConcurrency', functionArn],
  ['lambda:DeleteFunction', functionArn],
  ['lambda:TagResource', functionArn],
  ['lambda:UntagResource', functionArn],
  ['ssm:UpdateDocument', documentArn],
  ['ssm:UpdateDocumentDefaultVersion', documentArn],
  ['ssm:DeleteDocument', documentArn],
  ['ssm:AddTagsToResource', documentArn],
  ['ssm:RemoveTagsFromResource', documentArn],
  ['iam:PutRolePolicy', automationRole],
  ['iam:AttachRolePolicy', automationRole],
  ['iam:UpdateAssumeRolePolicy', automationRole],
  ['iam:DeleteRolePolicy', automationRole],
  ['iam:DetachRolePolicy', automationRole],
  ['iam:DeleteRole', automationRole],
  ['iam:TagRole', automationRole],
  ['iam:UntagRole', automationRole],
  ['oam:DeleteLink', linkArn],
  ['oam:TagResource', linkArn],
  ['oam:UntagResource', linkArn],
];

/** Such actions on rules, which have no tags. */
const CHANGES_OF_RULES: readonly (readonly [string, string])[] = [
  ['config:PutConfigRule', ruleArn],
  ['config:DeleteConfigRule', ruleArn],
  ['config:PutRemediationConfigurations', remediationArn],
  ['config:DeleteRemediationConfiguration', remediationArn],
];

const may = (principal: string, [action, resource]: readonly [string, string], tag?: string) =>
  isAllowedUnder(policy, {
    ...{ principal, action, resource },
    contextVariables: {
      'aws:PrincipalArn': principal,
      ...(tag !== undefined && { 'aws:ResourceTag/part-of': tag }),
    },
  });
const OURS = 'iam-user-single-access-key';

describe('the guard policy', () => {
  it('is tested with each of its actions', () => {
    const [tagged, ofRules] = v.parse(Policy, policy).Statement;
    const actionsOf = (changes: typeof CHANGES) => changes.map(([action]) => action).toSorted();
    expect(actionsOf(CHANGES)).toEqual(tagged.Action.toSorted());
    expect(actionsOf(CHANGES_OF_RULES)).toEqual(ofRules.Action.toSorted());
  });

  it('relies on a tag that all guarded resources have, except rules', () => {
    const { template } = synthesize();
    const tagsOf = (type: string) => propertiesOf(template, type).map(({ Tags }) => Tags);
    const asList = expect.arrayContaining([{ Key: 'part-of', Value: OURS }]);
    for (const type of ['AWS::Lambda::Function', 'AWS::SSM::Document', 'AWS::IAM::Role']) {
      expect(tagsOf(type).length).toBeGreaterThan(2);
      for (const Tags of tagsOf(type)) expect(Tags, type).toEqual(asList);
    }
    expect(tagsOf('AWS::Config::ConfigRule')).toEqual([undefined, undefined]);
    // No statement depends on it, and CloudFormation cannot tag it in every Region.
    expect(tagsOf('AWS::Lambda::EventSourceMapping')).toEqual([undefined]);
  });

  it('lets only the deployment role change the resources', async () => {
    for (const change of CHANGES) {
      expect(await may(ADMINISTRATOR, change, OURS), change[0]).toBe(false);
      expect(await may(OPERATOR, change, OURS), change[0]).toBe(false);
      expect(await may(DEPLOYMENT, change, OURS), change[0]).toBe(true);
    }
    for (const change of CHANGES_OF_RULES) {
      expect(await may(ADMINISTRATOR, change), change[0]).toBe(false);
      expect(await may(OPERATOR, change), change[0]).toBe(false);
      expect(await may(DEPLOYMENT, change), change[0]).toBe(true);
    }
  });

  it('does not apply to other resources', async () => {
    for (const change of CHANGES) {
      expect(await may(ADMINISTRATOR, change, 'another'), change[0]).toBe(true);
      expect(await may(ADMINISTRATOR, change), change[0]).toBe(true);
    }
    const anotherRole = role('Another-ServiceRole-1A2B');
    expect(await may(ADMINISTRATOR, ['iam:PassRole', anotherRole])).toBe(true);
    expect(await may(ADMINISTRATOR, ['iam:CreateRole', anotherRole])).toBe(true);
  });

  it('lets only operators pass the roles of the runbooks', async () => {
    for (const passed of AUTOMATION_ROLES) {
      expect(await may(ADMINISTRATOR, ['iam:PassRole', passed])).toBe(false);
      expect(await may(`arn:aws:iam::${accountId}:user/op`, ['iam:PassRole', passed])).toBe(false);
      expect(await may(OPERATOR, ['iam:PassRole', passed])).toBe(true);
      for (const starter of STARTERS)
        expect(await may(starter, ['iam:PassRole', passed])).toBe(true);
      expect(await may(DEPLOYMENT, ['iam:PassRole', passed])).toBe(true);
    }
  });

  const MAKING_ROLES = [
    'iam:CreateRole',
    'iam:UpdateAssumeRolePolicy',
    'iam:PutRolePolicy',
    'iam:AttachRolePolicy',
  ];

  it('lets nobody create or change a role with the name of the deployment role', async () => {
    for (const action of MAKING_ROLES)
      for (const principal of [ADMINISTRATOR, OPERATOR])
        expect(await may(principal, [action, DEPLOYMENT]), action).toBe(false);
  });

  it('lets only the deployment role create or change a role with the name of automatic mode', async () => {
    for (const action of MAKING_ROLES)
      for (const starter of STARTERS) {
        for (const principal of [ADMINISTRATOR, OPERATOR, ...STARTERS])
          expect(await may(principal, [action, starter]), action).toBe(false);
        expect(await may(DEPLOYMENT, [action, starter]), action).toBe(true);
      }
  });
});
