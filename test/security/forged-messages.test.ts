import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../local-account/clock.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';
import { keyEvent } from '../support/key-event.ts';

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

/** Invokes a function that has been invoked before, or the planner, as one who may. */
const invoke = async (part: string, event: unknown) => {
  const invoked = account.lambda.invocations.map(({ functionName }) => functionName);
  const [name, ...others] = new Set(
    [account.planner, ...invoked].filter((one) => one.includes(part)),
  );
  if (name === undefined || others.length > 0) throw new Error(`expected one function ${part}`);
  const { result, lines } = await account.lambda.invoke(name, event, 'operator');
  return { ...result, lines };
};

/** What Config holds of the rule, as it says it. */
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

/** An event of AWS Config as one may make it up who may invoke the function. */
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

describe('an event of AWS Config that somebody made up', () => {
  it('changes no result: Config knows the tokens that it gave out', async () => {
    const before = held();
    const { FunctionError, Payload } = await invoke('-RuleEvaluator', configEvent());
    expect(FunctionError).toBe('Unhandled');
    expect(Payload).toContain('InvalidResultTokenException');
    expect(held()).toBe(before);
  });

  it('changes no result with the token of a trial', async () => {
    const before = held();
    const event = configEvent({ resultToken: 'TESTMODE' });
    const { FunctionError } = await invoke('-RuleEvaluator', event);
    expect(FunctionError).toBeUndefined();
    expect(held()).toBe(before);
  });

  it('cannot have a user taken for gone', async () => {
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

describe('a plan that somebody asks for without a runbook', () => {
  it('is an answer to the one who asked, and nothing is written', async () => {
    const before = account.calls.length;
    const { FunctionError, Payload } = await invoke('-Planner', {
      Runbook: 'DeactivateAccessKey',
      UserId: violator.UserId,
      AccessKeyId: '',
      MinimumIdleDays: '0',
      DryRun: 'false',
      ConfigRuleName: account.ConfigRuleName,
      DeleteCommand: '$(id)',
    });
    expect(FunctionError).toBeUndefined();
    expect(JSON.parse(Payload)).toMatchObject({ Outcome: 'Deactivate' });
    expect(callsSince(before).map(({ operation }) => operation)).not.toContainEqual(
      expect.stringMatching(WRITES),
    );
    expect(violator.keys.map(({ Status }) => Status)).toEqual(['Active', 'Active']);
  });
});

describe('key events that somebody sent to the queue', () => {
  it('start one evaluation, whatever they say and however many they are', async () => {
    const before = account.calls.length;
    const Records = Array.from({ length: 500 }, (_, index) => ({
      messageId: `message-${index}`,
      body: JSON.stringify(keyEvent({ requestParameters: { userName: `user-${index}` } })),
    }));
    await invoke('-KeyEventsStarter', { Records });
    // The evaluation that it started may have begun to call too.
    const calls = callsSince(before).filter(({ principal }) => principal.includes('KeyEvents'));
    expect(calls.map(({ operation }) => operation)).toEqual([
      'GetAccountSummary',
      'StartConfigRulesEvaluation',
    ]);
    await account.settled();
  });

  it('are one log line, however they are written', async () => {
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
    await account.settled();
  });
});

describe('a change of compliance that somebody sent to the queue', () => {
  it('tells Security Hub what Config holds, not what it says', async () => {
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
