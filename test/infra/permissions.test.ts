import { setTimeout } from 'node:timers/promises';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../infra/local/call.ts';
import { createClock } from '../../infra/local/clock.ts';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';

const accountId = '123456789012';
const topicArn = (name: string) => `arn:aws:sns:us-east-1:${accountId}:${name}`;
const notificationTopicArn = topicArn('keys');
const settings = {
  notificationTopicArn,
  exemptionTag: 'keys-until',
  approvers: 'operator',
  approvalTopicArn: topicArn('AutomationApprovals'),
};
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const keys = [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }];

const Policy = v.looseObject({
  Statement: v.array(v.looseObject({ Action: v.union([v.string(), v.array(v.string())]) })),
});

/** What the roles are allowed beside API calls: their log groups, and the dead-letter queue. */
const NOT_CALLED_BY_CODE = ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage'];

let account: DeployedAccount;

/** Runs a runbook to its end; where it asks for an approval, it gets one. */
const run = async (name: Parameters<DeployedAccount['runbook']>[0], given: object) => {
  const runbook = account.runbook(name);
  const id = runbook.start({ NotificationTopicArn: notificationTopicArn, ...given });
  if (name !== 'reactivate') {
    while (account.ssm.approval(id) === undefined) await setTimeout(10);
    const input = { AutomationExecutionId: id, SignalType: 'Approve' };
    account.ssm.operations.SendAutomationSignal(input, 'operator');
  }
  expect((await runbook.ended(id)).outcome).toBe('Acted');
  await account.settled();
};

beforeAll(async () => {
  const deploy = createDeployedAccounts(settings);
  account = await deploy({}, { ...createClock({ speed: 2_000 }), trail: true });
  for (const name of ['keys', 'AutomationApprovals']) account.sns.createTopic(name);
  const alice = account.seed({ UserName: 'alice', Path: '/team/', keys });
  const inactive = { CreateDate: daysAgo(400), Status: 'Inactive' } as const;
  const bob = account.seed({ UserName: 'bob', Path: '/team/', keys: [inactive] });
  for (const rule of [account.ConfigRuleName, account.InactiveConfigRuleName])
    await account.config.deliverSchedule(rule);
  const renamed = { UserName: 'alice', NewUserName: 'alice2' };
  await account.iam.operations['UpdateUser']?.(renamed, 'operator');
  await account.settled();
  // Each write is a key event, which starts an evaluation.
  await run('deactivate', { UserId: alice.UserId });
  await run('reactivate', { UserId: alice.UserId, AllowSecondActiveKey: 'true' });
  await run('deleteInactive', { UserId: bob.UserId });
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

const Rules = v.object({
  ConfigRules: v.array(v.looseObject({ ConfigRuleArn: v.string(), ConfigRuleName: v.string() })),
});

/** What the input of a call names. */
const Named = v.object({
  QueueUrl: v.optional(v.string()),
  TopicArn: v.optional(v.string()),
  ConfigRuleName: v.optional(v.string()),
  ConfigRuleNames: v.optional(v.array(v.string())),
});

const ruleArn = (name: string): string => {
  const described = account.config.operations.DescribeConfigRules({}, 'operator');
  const rules = v.parse(Rules, described).ConfigRules;
  return rules.find(({ ConfigRuleName }) => ConfigRuleName === name)?.ConfigRuleArn ?? '';
};

const WITHOUT_RESOURCE = [
  'iam:ListUsers',
  'iam:GetAccountSummary',
  'config:PutEvaluations',
  'config:DescribeConfigRules',
  'config:GetComplianceDetailsByResource',
  'cloudtrail:LookupEvents',
];

/** What a call is about; `*` where IAM knows no resource of the action. */
const resourcesOf = (call: Call): readonly string[] => {
  if (WITHOUT_RESOURCE.includes(actionOf(call))) return ['*'];
  const { QueueUrl, TopicArn, ConfigRuleName, ConfigRuleNames } = v.parse(Named, call.input);
  if (QueueUrl !== undefined) return [account.sqs.withUrl(QueueUrl).arn];
  if (TopicArn !== undefined) return [TopicArn];
  if (call.service === 'config') return (ConfigRuleNames ?? [ConfigRuleName ?? '']).map(ruleArn);
  return call.service === 'lambda'
    ? [`arn:aws:lambda:us-east-1:${accountId}:function:${account.planner}`]
    : [`arn:aws:iam::${accountId}:user/team/alice2`];
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
  '-RuleEvaluatorRole',
  '-InactiveRuleEvaluatorRol',
  '-PlannerRole',
  '-KeyEventsStarterRole',
  '-DeactivateAccessKeyAutom',
  '-ReactivateAccessKeyAutom',
  '-DeleteInactiveAccessKeyA',
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
      for (const resource of resourcesOf(call))
        expect(await isAllowed(call, resource), `${actionOf(call)} ${resource}`).toBe(true);
  });

  it('is not allowed the same on what is not of this account, or is another function or rule', async () => {
    const about = callsOfRole().flatMap((call) =>
      resourcesOf(call).map((resource) => ({ call, resource })),
    );
    for (const { call, resource } of about) {
      if (resource === '*') continue;
      const elsewhere = resource.replace(accountId, '210987654321');
      expect(await isAllowed(call, elsewhere), actionOf(call)).toBe(false);
      if (!resource.includes(':user/'))
        expect(await isAllowed(call, `${resource}x`), actionOf(call)).toBe(false);
    }
  });
});
