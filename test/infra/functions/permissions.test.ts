import { setTimeout } from 'node:timers/promises';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import type { Call } from '../../local-account/dispatch.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const accountId = '123456789012';
const topicArn = (name: string) => `arn:aws:sns:us-east-1:${accountId}:${name}`;
const notificationTopicArn = topicArn('keys');
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const keys = [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }];

/** The settings that add permissions, and those that remove some. */
const EVERYTHING = {
  notificationTopicArn,
  exemptionTagKey: 'keys-until',
  approvers: 'operator',
  approvalTopicArn: topicArn('AutomationApprovals'),
  securityHubFindings: true,
};
const AUTOMATIC = {
  notificationTopicArn,
  exemptionTagKey: 'keys-until',
  automaticRemediation: true,
  automaticDeletion: true,
};
const OWNED = {
  notificationTopicArn,
  ownerTagKey: 'owner',
  automaticRemediation: true,
  automaticDeletion: true,
};
const LEAST = { triggers: 'schedule' };
const LEAST_AUTOMATIC = { ...LEAST, automaticRemediation: true, automaticDeletion: true };
type Options = Partial<typeof EVERYTHING & typeof AUTOMATIC & typeof OWNED & typeof LEAST>;

const OneOrMore = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((given) => [given].flat()),
);
const Policy = v.object({
  Version: v.string(),
  // These tests do not handle NotAction and Deny, and of conditions only the one on iam:PassRole.
  Statement: v.array(
    v.strictObject({
      ...{ Effect: v.literal('Allow'), Action: OneOrMore, Resource: OneOrMore },
      Condition: v.optional(
        v.strictObject({ StringEquals: v.strictObject({ 'iam:PassedToService': v.string() }) }),
      ),
    }),
  ),
});

/** Tells whether Lambda takes an action for a function: logs and dead letters. */
const isOfLambda = ({ action, resource }: { action: string; resource: string }): boolean =>
  action.startsWith('logs:') ||
  (action === 'sqs:SendMessage' && resource.includes('DeadLetterQueue'));

/** Runs a runbook and approves it if it asks. */
const createRun =
  (account: DeployedAccount, settings: Options) =>
  async (name: Parameters<DeployedAccount['runbook']>[0], given: Record<string, string>) => {
    const runbook = account.runbook(name);
    const id = runbook.start(given);
    if (settings.approvers !== undefined && name !== 'reactivate') {
      while (account.ssm.approval(id) === undefined) await setTimeout(10);
      const input = { AutomationExecutionId: id, SignalType: 'Approve' };
      account.ssm.operations.SendAutomationSignal(input, 'operator');
    }
    expect((await runbook.ended(id)).outcome).toBe('Acted');
    await account.settled();
  };

const reconcile = async (account: DeployedAccount, command: string) => {
  const [, importer = ''] = /--function-name (\S+)/.exec(command) ?? [];
  const [, payload = ''] = /--payload '(.*)'/.exec(command) ?? [];
  await account.lambda.invoke(importer, JSON.parse(payload), 'operator');
};

/** Adds a finding of a rule that no longer exists. */
const leaveFormerFinding = ({ securityHub }: DeployedAccount): string => {
  const [own] = securityHub.findings.values();
  if (own === undefined) throw new Error('expected a finding');
  const GeneratorId = `${own.GeneratorId}-former`;
  const Id = `${GeneratorId}/user/${own.ProductFields?.['UserId']}`;
  const key = `${own.ProductArn} ${Id}`;
  securityHub.findings.set(key, { ...own, Id, GeneratorId, RecordState: 'ACTIVE' });
  return key;
};

const DAY = 86_400_000;

/** Adds a user for each outcome of a plan, and lets automatic mode run at midnight. */
const runAutomatically = async (account: DeployedAccount, advance: (ms: number) => void) => {
  const inactive = { CreateDate: daysAgo(400), Status: 'Inactive' } as const;
  const lastUsed = { LastUsedDate: daysAgo(1), ServiceName: 's3', Region: 'us-east-1' };
  const acting = account.seed({ UserName: 'carol', keys });
  account.seed({ UserName: 'dave', keys: keys.map((key) => ({ ...key, lastUsed })) });
  const deleting = account.seed({ UserName: 'erin', keys: [inactive] });
  const used = account.seed({ UserName: 'frank', keys: [inactive] });
  for (const rule of [account.ConfigRuleName, account.InactiveConfigRuleName])
    await account.config.deliverSchedule(rule);
  for (const key of used.keys) key.lastUsed = lastUsed;
  advance(DAY - ((account.calls.at(-1)?.at.getTime() ?? 0) % DAY));
  await account.settled();
  advance(DAY / 48);
  await account.settled();
  expect(acting.keys.map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
  expect(deleting.keys).toEqual([]);
  const subjects = account.sns.published.map(({ Subject }) => Subject);
  if (subjects.length > 0)
    expect(subjects).toEqual(
      expect.arrayContaining(['Access key not deactivated: dave', 'Access key not deleted: frank']),
    );
};

/** Deploys the stack and makes every role do everything that it can. */
const exercise = async (settings: Options): Promise<DeployedAccount> => {
  const deploy = createDeployedAccounts({ dashboard: false, ...settings });
  const clock = createClock({ speed: 2_000 });
  const account = await deploy({}, { ...clock, trail: true });
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
  const run = createRun(account, settings);
  await run('deactivate', { UserId: alice.UserId });
  await run('reactivate', { UserId: alice.UserId, AllowSecondActiveKey: 'true' });
  await run('deleteInactive', { UserId: bob.UserId });
  if (settings.automaticRemediation) await runAutomatically(account, clock.advance);
  const { ReconcileFindingsCommand: command } = account.outputs;
  if (command !== undefined) {
    const former = leaveFormerFinding(account);
    await reconcile(account, command);
    expect(account.securityHub.findings.get(former)?.RecordState).toBe('ARCHIVED');
  }
  return account;
};

let account: DeployedAccount;

const actionOf = ({ service, operation }: Call): string =>
  service === 'lambda' ? `lambda:${operation}Function` : `${service}:${operation}`;

const policiesOf = (roleName: string) =>
  (account.roles.byName.get(roleName)?.policies ?? []).map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    policy: PolicyDocument,
  }));

/** The allowed pairs of action and resource of a role. */
const allowedOf = (roleName: string) =>
  policiesOf(roleName)
    .flatMap(({ policy }) => v.parse(Policy, policy).Statement)
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
    )
    .filter((allowed) => !isOfLambda(allowed));

const Rules = v.object({
  ConfigRules: v.array(v.looseObject({ ConfigRuleArn: v.string(), ConfigRuleName: v.string() })),
});

/** The resources in the input of a call. */
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

const SECURITY_HUB = `arn:aws:securityhub:us-east-1:${accountId}:`;
const SECURITY_HUB_RESOURCES: Readonly<Record<string, string>> = {
  GetFindings: 'hub/default',
  BatchImportFindings: `product/${accountId}/default`,
};

const Started = v.object({
  DocumentName: v.string(),
  Parameters: v.object({ AutomationAssumeRole: v.tuple([v.string()]) }),
});

const executionArn = `arn:aws:ssm:us-east-1:${accountId}:automation-execution/12345678-1234-1234-1234-123456789012`;

/** The document, its version and the execution that Systems Manager checks, or the role that it is passed. */
const resourcesOfStart = ({ operation, input }: Call): readonly string[] => {
  if (operation === 'GetAutomationExecution') return [executionArn];
  const { DocumentName, Parameters } = v.parse(Started, input);
  if (operation === 'PassRole') return Parameters.AutomationAssumeRole;
  const names = [`document/${DocumentName}`, `automation-definition/${DocumentName}:1`];
  return [...names.map((name) => `arn:aws:ssm:us-east-1:${accountId}:${name}`), executionArn];
};

/** Whoever starts an execution passes the role that it assumes. */
const withPassRole = (call: Call): readonly Call[] =>
  call.operation === 'StartAutomationExecution'
    ? [call, { ...call, service: 'iam', operation: 'PassRole' }]
    : [call];

/** The resources of a call; `*` for actions without resource-level permissions. */
const resourcesOf = (call: Call): readonly string[] => {
  if (WITHOUT_RESOURCE.includes(actionOf(call))) return ['*'];
  if (call.service === 'ssm' || call.operation === 'PassRole') return resourcesOfStart(call);
  const { QueueUrl, TopicArn, ConfigRuleName, ConfigRuleNames } = v.parse(Named, call.input);
  if (QueueUrl !== undefined) return [account.sqs.withUrl(QueueUrl).arn];
  if (TopicArn !== undefined) return [TopicArn];
  if (call.service === 'securityhub')
    return [`${SECURITY_HUB}${SECURITY_HUB_RESOURCES[call.operation]}`];
  if (call.service === 'config') return (ConfigRuleNames ?? [ConfigRuleName ?? '']).map(ruleArn);
  return call.service === 'lambda'
    ? [`arn:aws:lambda:us-east-1:${accountId}:function:${account.planner}`]
    : [`arn:aws:iam::${accountId}:user/team/alice2`];
};

/** Only iam:PassRole has a condition on it. */
const PASSED_TO = { 'iam:PassedToService': 'ssm.amazonaws.com' };

const isAllowed = async (call: Call, resource: string): Promise<boolean> => {
  const request = {
    principal: account.roles.byName.get(call.principal)?.Arn ?? '',
    action: actionOf(call),
    resource: { resource, accountId },
    contextVariables: PASSED_TO,
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

/** Checks whether a resource of a policy matches. `*` may only be at its end. */
const matches = (pattern: string, resource: string): boolean =>
  pattern === resource ||
  (pattern.endsWith('*') && pattern.indexOf('*') === pattern.length - 1
    ? resource.startsWith(pattern.slice(0, -1))
    : false);

const ROLES = [
  '-RuleEvaluatorRole',
  '-InactiveRuleEvaluatorRol',
  '-PlannerRole',
  '-KeyEventsStarterRole',
  '-DeactivateAccessKeyAutom',
  '-ReactivateAccessKeyAutom',
  '-DeleteInactiveAccessKeyA',
];

const MESSAGES_ROLE = '-MessagesPublisherRole';
const AUTOMATIC_ROLES = ['-AutomaticDeactivation', '-AutomaticDeletion'];

describe.each([
  ['every permission', EVERYTHING, [...ROLES, MESSAGES_ROLE, '-FindingsImporterRole']],
  ['every permission of automatic mode', AUTOMATIC, [...ROLES, MESSAGES_ROLE, ...AUTOMATIC_ROLES]],
  ['an owner tag only', OWNED, [...ROLES, MESSAGES_ROLE, ...AUTOMATIC_ROLES]],
  ['the fewest permissions', LEAST, ROLES],
  ['the fewest permissions of automatic mode', LEAST_AUTOMATIC, [...ROLES, ...AUTOMATIC_ROLES]],
] as const)('with %s', (_, settings, roles) => {
  beforeAll(async () => {
    account = await exercise(settings);
  });
  afterAll(() => account.close());

  const callsOf = (part: string): readonly Call[] =>
    account.calls.filter(({ principal }) => principal.includes(part)).flatMap(withPassRole);
  const nameOf = (part: string): string => {
    const [name = '', ...others] = [...account.roles.byName.keys()].filter((one) =>
      one.includes(part),
    );
    expect(others).toEqual([]);
    return name;
  };

  it('there are no other roles', () => {
    expect([...account.roles.byName.keys()].toSorted()).toEqual(roles.map(nameOf).toSorted());
  });

  describe.each(roles)('the role %s', (part) => {
    it('is allowed exactly the actions that it calls', () => {
      const called = new Set(callsOf(part).map(actionOf));
      const allowed = allowedOf(nameOf(part));
      expect([...new Set(allowed.map(({ action }) => action))].toSorted()).toEqual(
        [...called].toSorted(),
      );
      const pairs = allowed.map(({ action, resource }) => `${action} ${resource}`);
      expect(pairs.toSorted()).toEqual([...new Set(pairs)].toSorted());
    });

    it('is allowed each call on its resources', async () => {
      for (const call of callsOf(part))
        for (const resource of resourcesOf(call))
          expect(await isAllowed(call, resource), `${actionOf(call)} ${resource}`).toBe(true);
    });

    it('uses each allowed pair of action and resource', () => {
      const called = callsOf(part).flatMap((call) =>
        resourcesOf(call).map((on) => ({ action: actionOf(call), on })),
      );
      for (const { action, resource } of allowedOf(nameOf(part)))
        expect(called, `${action} ${resource}`).toSatisfy((all: typeof called) =>
          all.some((one) => one.action === action && matches(resource, one.on)),
        );
    });

    it('is not allowed these calls on resources of another account, or on another function or rule', async () => {
      const calls = callsOf(part).flatMap((call) =>
        resourcesOf(call).map((resource) => ({ call, resource })),
      );
      for (const { call, resource } of calls) {
        if (resource === '*') continue;
        const elsewhere = resource.replace(accountId, '210987654321');
        expect(await isAllowed(call, elsewhere), actionOf(call)).toBe(false);
        // Every user, execution and version of a document is allowed, and an account has only one hub.
        if (!/:user\/|:hub\/|:automation-/.test(resource))
          expect(await isAllowed(call, `${resource}x`), actionOf(call)).toBe(false);
      }
    });
  });
});
