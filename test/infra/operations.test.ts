import { runSimulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from 'vitest';
import { policyUnder } from '../support/docs-examples.ts';

const accountId = '123456789012';

const isAllowed = async (heading: string, [action, resource]: readonly [string, string]) => {
  const principal = `arn:aws:iam::${accountId}:role/operator`;
  const contextVariables = { 'iam:PassedToService': 'ssm.amazonaws.com' };
  const result = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId }, contextVariables },
      identityPolicies: [{ name: heading, policy: policyUnder(heading, 'docs/operations.md') }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
};

const execution = `arn:aws:ssm:us-east-1:${accountId}:automation-execution/12345678-1234-1234-1234-123456789012`;
const document = `arn:aws:ssm:us-east-1:${accountId}:document/IamUserSingleAccessKey-DeactivateAccessKeyDocument-1A2B`;
const roleOf = (part: string) =>
  `arn:aws:iam::${accountId}:role/IamUserSingleAccessKey-${part}-1A2B`;
const deadLetters = `arn:aws:sqs:us-east-1:${accountId}:IamUserSingleAccessKey-DeadLetterQueue-1A2B`;
const user = `arn:aws:iam::${accountId}:user/team/alice`;
const serviceRole = (path: string) => `arn:aws:iam::${accountId}:role/aws-service-role/${path}`;
const REMEDIATION_ROLE = 'remediation.config.amazonaws.com/AWSServiceRoleForConfigRemediation';
const CLICK = '### Click Remediate, or start a runbook';
const ALARM = '### Act on an alarm';

describe('the policies of docs/operations.md', () => {
  it.each([
    ['## Before deployment', ['cloudtrail:DescribeTrails', '*']],
    ['## Before deployment', ['iam:GetAccountSummary', '*']],
    [CLICK, ['config:StartRemediationExecution', '*']],
    [CLICK, ['ssm:StartAutomationExecution', document]],
    [CLICK, ['ssm:GetAutomationExecution', execution]],
    [CLICK, ['iam:PassRole', roleOf('DeactivateAccessKeyAutomat')]],
    [CLICK, ['iam:PassRole', roleOf('ReactivateAccessKeyAutomat')]],
    [CLICK, ['iam:PassRole', roleOf('DeleteInactiveAccessKeyAut')]],
    [CLICK, ['iam:CreateServiceLinkedRole', serviceRole(REMEDIATION_ROLE)]],
    [
      ALARM,
      [
        'config:StartConfigRulesEvaluation',
        `arn:aws:config:us-east-1:${accountId}:config-rule/config-rule-abcdef`,
      ],
    ],
    [
      ALARM,
      [
        'config:DeleteEvaluationResults',
        `arn:aws:config:us-east-1:${accountId}:config-rule/config-rule-abcdef`,
      ],
    ],
    [ALARM, ['sqs:PurgeQueue', deadLetters]],
    ['### Approve', ['ssm:SendAutomationSignal', execution]],
    ['### Undo', ['iam:UpdateAccessKey', user]],
  ] as const)('%s allows %j', async (heading, call) => {
    expect(await isAllowed(heading, call)).toBe(true);
  });

  it.each([
    [CLICK, ['iam:PassRole', roleOf('RuleEvaluatorRole')]],
    [CLICK, ['iam:PassRole', roleOf('InactiveRuleEvaluatorRole')]],
    [CLICK, ['iam:PassRole', `arn:aws:iam::${accountId}:role/Administrator`]],
    [CLICK, ['iam:CreateServiceLinkedRole', serviceRole('other.amazonaws.com/Other')]],
    [CLICK, ['iam:UpdateAccessKey', user]],
    [CLICK, ['iam:DeleteAccessKey', user]],
    [CLICK, ['ssm:StartAutomationExecution', `arn:aws:ssm:us-east-1:${accountId}:document/Other`]],
    // Signals can also start a step in the mode Interactive. An approver may start nothing.
    [CLICK, ['ssm:SendAutomationSignal', execution]],
    [CLICK, ['ssm:CreateDocument', document]],
    [CLICK, ['ssm:UpdateDocument', document]],
    ['### Approve', ['ssm:StartAutomationExecution', document]],
    ['### Approve', ['iam:PassRole', roleOf('DeactivateAccessKeyAutomat')]],
    ['### Approve', ['iam:UpdateAccessKey', user]],
    ['### Undo', ['iam:CreateAccessKey', user]],
    ['### Undo', ['iam:DeleteAccessKey', user]],
    ['## Before deployment', ['iam:ListUsers', '*']],
  ] as const)('%s does not allow %j', async (heading, call) => {
    expect(await isAllowed(heading, call)).toBe(false);
  });
});
