import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../local-account/clock.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import { keyEvent } from '../support/build.ts';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';

const deploy = createDeployedAccounts({ dashboard: false, securityHubFindings: true });
const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY);

let account: DeployedAccount;
let violator: LocalUser;
let compliant: LocalUser;

beforeAll(async () => {
  account = await deploy({}, { ...createClock({ speed: 2_000 }), trail: true });
  const keys = [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }];
  violator = account.seed({ UserName: 'alice', keys });
  compliant = account.seed({ UserName: 'bob', keys: [{ CreateDate: daysAgo(400) }] });
  await account.config.deliverSchedule(account.ConfigRuleName);
  const input = { UserName: 'bob', Tags: [{ Key: 'team', Value: 'blue' }] };
  await account.call({ service: 'iam', operation: 'TagUser', input, principal: 'operator' });
  await account.settled();
});
afterAll(() => account.close());

/** Invokes a function as a principal that is allowed to. */
const invoke = async (part: string, event: unknown) => {
  const invoked = account.lambda.invocations.map(({ functionName }) => functionName);
  const [name, ...others] = new Set(
    [account.planner, ...invoked].filter((one) => one.includes(part)),
  );
  if (name === undefined || others.length > 0) throw new Error(`expected one function ${part}`);
  const { result, lines } = await account.lambda.invoke(name, event, 'operator');
  return { ...result, lines };
};

/** Returns the recorded results of the rule as JSON. */
const held = () =>
  JSON.stringify(
    account.config.operations.GetComplianceDetailsByConfigRule(
      { ConfigRuleName: account.ConfigRuleName, Limit: 100 },
      'operator',
    ),
  );
const callsSince = (before: number) =>
  account.calls.slice(before).filter(({ principal }) => principal !== 'operator');
const WRITES = /^(Update|Delete|Create|Put|Publish|Batch|Start|Tag|Untag|Send)/;

/** Forges an event of AWS Config. */
const configEvent = (overrides: object = {}) => ({
  version: '1.0',
  invokingEvent: JSON.stringify({
    messageType: 'ScheduledNotification',
    notificationCreationTime: new Date(Date.now() + DAY).toISOString(),
  }),
  ruleParameters: JSON.stringify({ maxActiveAccessKeys: '10' }),
  resultToken: 'made-up',
  eventLeftScope: false,
  configRuleName: account.ConfigRuleName,
  accountId: '123456789012',
  ...overrides,
});

describe('a forged event of AWS Config', () => {
  it('changes no result, because Config knows its tokens', async () => {
    const before = held();
    const { FunctionError, Payload } = await invoke('-RuleEvaluator', configEvent());
    expect(FunctionError).toBe('Unhandled');
    expect(Payload).toContain('InvalidResultTokenException');
    expect(held()).toBe(before);
  });

  it('changes no result with the token of a test run', async () => {
    const before = held();
    const event = configEvent({ resultToken: 'TESTMODE' });
    const { FunctionError } = await invoke('-RuleEvaluator', event);
    expect(FunctionError).toBeUndefined();
    expect(held()).toBe(before);
  });

  it('does not make the rule treat a user as deleted', async () => {
    const before = held();
    const { FunctionError } = await invoke(
      '-RuleEvaluator',
      configEvent({
        invokingEvent: JSON.stringify({
          messageType: 'ConfigurationItemChangeNotification',
          configurationItem: {
            resourceType: 'AWS::IAM::User',
            resourceId: violator.UserId,
            resourceName: violator.UserName,
            configurationItemStatus: 'ResourceDeleted',
            configurationItemCaptureTime: new Date().toISOString(),
          },
        }),
      }),
    );
    expect(FunctionError).toBe('Unhandled');
    expect(held()).toBe(before);
  });
});

describe('a plan that is requested without a runbook', () => {
  it('is returned to the caller, and nothing is written', async () => {
    const before = account.calls.length;
    const { FunctionError, Payload } = await invoke('-Planner', {
      Runbook: 'DeactivateAccessKey',
      UserId: violator.UserId,
      AccessKeyId: '',
      MinimumIdleDays: '0',
      DryRun: 'false',
      ConfigRuleName: account.ConfigRuleName,
      InactiveConfigRuleName: account.InactiveConfigRuleName,
    });
    expect(FunctionError).toBeUndefined();
    expect(JSON.parse(Payload)).toMatchObject({ Outcome: 'Deactivate' });
    expect(callsSince(before).map(({ operation }) => operation)).not.toContainEqual(
      expect.stringMatching(WRITES),
    );
    expect(violator.keys.map(({ Status }) => Status)).toEqual(['Active', 'Active']);
  });
});

describe('forged key events', () => {
  it('start one evaluation per batch', async () => {
    const before = account.calls.length;
    const Records = Array.from({ length: 500 }, (_, index) => ({
      messageId: `message-${index}`,
      body: JSON.stringify(keyEvent({ requestParameters: { userName: `user-${index}` } })),
    }));
    await invoke('-KeyEventsStarter', { Records });
    // The started evaluation may already make calls of its own.
    const calls = callsSince(before).filter(({ principal }) => principal.includes('KeyEvents'));
    expect(calls.map(({ operation }) => operation)).toEqual([
      'GetAccountSummary',
      'StartConfigRulesEvaluation',
    ]);
    await account.settled();
  });

  it('produce one log line', async () => {
    const userName = 'x\n{"level":"ERROR","Violations":9}\r\u001b[2J\u2028{{ x }}';
    const { lines } = await invoke('-KeyEventsStarter', {
      Records: [
        { messageId: '1', body: JSON.stringify(keyEvent({ requestParameters: { userName } })) },
        { messageId: '2', body: `AKIAIOSFODNN7EXAMPLE ${userName}` },
      ],
    });
    const [line = '', ...others] = lines.filter((one) => /^\{|Violations/.test(one));
    expect(others).toEqual([]);
    const said = JSON.parse(line);
    expect(said).toMatchObject({ message: 'key events', userNames: [userName] });
    expect(said).not.toHaveProperty('Violations');
    expect(line).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    await account.settled();
  });
});

describe('a forged compliance change', () => {
  it('imports the recorded result, not the forged one', async () => {
    const findings = () =>
      [...account.securityHub.findings.values()].map(({ ProductFields, RecordState }) => [
        ProductFields?.['UserId'],
        RecordState,
      ]);
    const before = findings();
    expect(before).toEqual([[violator.UserId, 'ACTIVE']]);
    const says = (user: LocalUser, complianceType: string) => ({
      messageId: user.UserId,
      body: JSON.stringify({
        source: 'aws.config',
        'detail-type': 'Config Rules Compliance Change',
        detail: {
          configRuleName: account.ConfigRuleName,
          resourceType: 'AWS::IAM::User',
          resourceId: user.UserId,
          newEvaluationResult: { complianceType, annotation: '<b>all is well</b>' },
        },
      }),
    });
    const { FunctionError } = await invoke('-FindingsImporter', {
      Records: [says(violator, 'COMPLIANT'), says(compliant, 'NON_COMPLIANT')],
    });
    expect(FunctionError).toBeUndefined();
    expect(findings()).toEqual(before);
    expect(JSON.stringify([...account.securityHub.findings.values()])).not.toContain('all is well');
  });
});
