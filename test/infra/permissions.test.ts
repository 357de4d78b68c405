import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../infra/local/call.ts';
import { createClock } from '../../infra/local/clock.ts';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';

const accountId = '123456789012';
const notificationTopicArn = `arn:aws:sns:us-east-1:${accountId}:keys`;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const keys = [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }];

const Policy = v.looseObject({
  Statement: v.array(v.looseObject({ Action: v.union([v.string(), v.array(v.string())]) })),
});

/** What the roles are allowed beside API calls: their log groups, and the dead-letter queue. */
const NOT_CALLED_BY_CODE = ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage'];

let account: DeployedAccount;
beforeAll(async () => {
  const deploy = createDeployedAccounts({ notificationTopicArn, exemptionTag: 'keys-until' });
  account = await deploy({}, { ...createClock({ speed: 2_000 }), trail: true });
  account.sns.createTopic('keys');
  const alice = account.seed({ UserName: 'alice', Path: '/team/', keys });
  await account.config.deliverSchedule(account.ConfigRuleName);
  const renamed = { UserName: 'alice', NewUserName: 'alice2' };
  await account.iam.operations['UpdateUser']?.(renamed, 'operator');
  await account.settled();
  // Its write is a key event, which starts an evaluation.
  await account.run({ UserId: alice.UserId, NotificationTopicArn: notificationTopicArn });
  await account.settled();
});
afterAll(() => account.close());

const calls = (): readonly Call[] =>
  account.calls.filter(({ principal }) => principal !== 'operator');

const actionOf = ({ service, operation }: Call): string =>
  service === 'lambda' ? `lambda:${operation}Function` : `${service}:${operation}`;

const policiesOf = (roleName: string) =>
  (account.roles.byName.get(roleName)?.policies ?? []).map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    policy: PolicyDocument,
  }));

const allowedActions = (roleName: string): string[] =>
  policiesOf(roleName)
    .flatMap(({ policy }) => v.parse(Policy, policy).Statement.flatMap(({ Action }) => Action))
    .filter((action) => !NOT_CALLED_BY_CODE.includes(action));

const Rules = v.object({ ConfigRules: v.array(v.looseObject({ ConfigRuleArn: v.string() })) });

const ruleArn = (): string => {
  const described = account.config.operations.DescribeConfigRules({}, 'operator');
  return v.parse(Rules, described).ConfigRules[0]?.ConfigRuleArn ?? '';
};

const QueueUrl = v.object({ QueueUrl: v.string() });

const queueArn = ({ input }: Call): string =>
  account.sqs.withUrl(v.parse(QueueUrl, input).QueueUrl).arn;

/** What a call is about; `*` where IAM knows no resource of the action. */
const resourceOf = (call: Call): string => {
  if (call.service === 'sqs') return queueArn(call);
  const functionArn = `arn:aws:lambda:us-east-1:${accountId}:function:${account.planner}`;
  const byAction: Record<string, string> = {
    'iam:ListUsers': '*',
    'config:PutEvaluations': '*',
    'config:DescribeConfigRules': '*',
    'config:StartConfigRulesEvaluation': ruleArn(),
    'config:GetComplianceDetailsByConfigRule': ruleArn(),
    'config:GetComplianceDetailsByResource': '*',
    'iam:GetAccountSummary': '*',
    'sns:Publish': notificationTopicArn,
    'lambda:InvokeFunction': functionArn,
  };
  return byAction[actionOf(call)] ?? `arn:aws:iam::${accountId}:user/team/alice2`;
};

const isAllowed = async (call: Call, resource: string): Promise<boolean> => {
  const request = {
    principal: account.roles.byName.get(call.principal)?.Arn ?? '',
    action: actionOf(call),
    resource: { resource, accountId },
    contextVariables: {},
  };
  const result = await runSimulation(
    {
      request,
      identityPolicies: policiesOf(call.principal),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
};

const roles = [
  'RuleEvaluatorRole',
  'PlannerRole',
  'KeyEventsStarterRole',
  'DeactivateAccessKeyAutom',
];

describe.each(roles)('the role %s', (part) => {
  const callsOfRole = () => calls().filter(({ principal }) => principal.includes(part));

  it('is allowed exactly what it calls', () => {
    const called = new Set(callsOfRole().map(actionOf));
    const [roleName = ''] = new Set(callsOfRole().map(({ principal }) => principal));
    expect(allowedActions(roleName).toSorted()).toEqual([...called].toSorted());
  });

  it('is allowed each call on what it was about', async () => {
    for (const call of callsOfRole())
      expect(await isAllowed(call, resourceOf(call)), actionOf(call)).toBe(true);
  });

  it('is not allowed the same on what is not of this account, or is another function or rule', async () => {
    for (const call of callsOfRole()) {
      const resource = resourceOf(call);
      if (resource === '*') continue;
      const elsewhere = resource.replace(accountId, '210987654321');
      expect(await isAllowed(call, elsewhere), actionOf(call)).toBe(false);
      if (!resource.includes(':user/'))
        expect(await isAllowed(call, `${resource}x`), actionOf(call)).toBe(false);
    }
  });
});
