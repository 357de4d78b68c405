import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import { bridgedEvent } from '../../local-account/events/rules.ts';
import type { StoredFinding } from '../../local-account/securityhub/import-findings.ts';
import { daysBefore } from '../../support/build.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { createSteppedClock } from '../../support/stepped-clock.ts';

const DAY = 86_400_000;
const Results = v.object({
  EvaluationResults: v.array(
    v.object({
      ComplianceType: v.string(),
      EvaluationResultIdentifier: v.object({
        EvaluationResultQualifier: v.object({ ResourceId: v.string() }),
      }),
    }),
  ),
});
const twoKeys = [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }];

const deployed = createDeployedAccounts({
  dashboard: false,
  keyEvents: false,
  securityHubFindings: true,
});

let account: DeployedAccount;
let clock: ReturnType<typeof createSteppedClock>;
const deploy = async () => {
  clock = createSteppedClock();
  account = await deployed({}, clock);
};
afterEach(() => account.close());

const settle = () => clock.settle(account);
const sweep = async () => {
  await account.config.deliverSchedule(account.ConfigRuleName);
  await settle();
};
const findings = (): StoredFinding[] => [...account.securityHub.findings.values()];
const only = (): StoredFinding => {
  const [finding, ...others] = findings();
  if (finding === undefined || others.length > 0)
    throw new Error(`expected one finding, got ${findings().length}`);
  return finding;
};
/** The recorded results of the rule. */
const recorded = () => {
  const input = { ConfigRuleName: account.ConfigRuleName, Limit: 100 };
  const page = account.config.operations.GetComplianceDetailsByConfigRule(input, 'operator');
  return v
    .parse(Results, page)
    .EvaluationResults.map(({ ComplianceType, EvaluationResultIdentifier: id }) => [
      id.EvaluationResultQualifier.ResourceId,
      ComplianceType,
    ]);
};
const iam = (operation: string, input: object) =>
  account.call({ service: 'iam', operation, input, principal: 'operator' });
const imports = () => account.calls.filter(({ operation }) => operation === 'BatchImportFindings');
const runs = () =>
  account.lambda.invocations.filter(({ functionName }) => functionName.includes('Finding'));

describe('a violation', () => {
  it('is a finding as soon as Config has recorded it, and is archived after the remediation', async () => {
    await deploy();
    const { UserId, keys } = account.seed({ UserName: 'alice', Path: '/team/', keys: twoKeys });

    await sweep();

    const [old, recent] = keys;
    expect(only()).toMatchObject({
      Title: 'IAM user alice has more access keys than allowed',
      Severity: { Label: 'HIGH' },
      Compliance: { Status: 'FAILED' },
      RecordState: 'ACTIVE',
      Workflow: { Status: 'NEW' },
      Description: expect.stringContaining(`Deactivate ${old?.AccessKeyId}`),
      ProductFields: { UserId, Evidence: expect.stringContaining(`Keep ${recent?.AccessKeyId}`) },
    });
    expect(only().Resources.map(({ Type, Id }) => [Type, Id])).toEqual([
      ['AwsIamUser', 'arn:aws:iam::123456789012:user/team/alice'],
      ['AwsIamAccessKey', `AWS::IAM::AccessKey:${old?.AccessKeyId}`],
      ['AwsIamAccessKey', `AWS::IAM::AccessKey:${recent?.AccessKeyId}`],
    ]);
    const { CreatedAt, UpdatedAt } = only();

    expect((await account.run({ UserId })).outcome).toBe('Acted');
    clock.advance(60_000);
    await sweep();

    expect(only()).toMatchObject({
      CreatedAt,
      Compliance: { Status: 'PASSED' },
      RecordState: 'ARCHIVED',
    });
    expect(only().UpdatedAt > UpdatedAt).toBe(true);
  });

  it('is archived when the user is deleted', async () => {
    await deploy();
    const { UserName, keys } = account.seed({ UserName: 'alice', keys: twoKeys });
    await sweep();
    expect(only().RecordState).toBe('ACTIVE');

    for (const { AccessKeyId } of [...keys])
      await iam('DeleteAccessKey', { UserName, AccessKeyId });
    await iam('DeleteUser', { UserName });
    await settle();

    expect(only()).toMatchObject({
      ...{ RecordState: 'ARCHIVED', Compliance: { Status: 'NOT_AVAILABLE' } },
    });
  });

  it('is imported by the daily schedule if Security Hub was off before', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: twoKeys });
    account.securityHub.enabled = false;
    await sweep();
    expect(findings()).toEqual([]);
    account.securityHub.enabled = true;

    clock.advance(DAY);
    await settle();

    expect(only()).toMatchObject({ RecordState: 'ACTIVE' });
  });
});

describe('a violation of which no key can be selected', () => {
  const used = (created: number, days?: number) => ({
    CreateDate: daysBefore(created),
    ...(days !== undefined && {
      lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
    }),
  });
  const QUARANTINE = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2';

  it.each([
    {
      is: 'an unfinished rotation to a key that was used 10 days ago',
      keys: [used(400, 1), used(30, 10)],
      reason:
        /a rotation is unfinished \(newer key: last used 2026-01-21.*\); retire K1 once unused/,
      severity: 'HIGH',
      first: /: Choose which access key to deactivate\./,
    },
    {
      is: 'an unfinished rotation to a key that was never used',
      keys: [used(400, 1), used(8)],
      reason: /a rotation is unfinished \(newer key: never used, .*\); retire K1 once unused/,
      severity: 'HIGH',
      first: /: Choose which access key to deactivate\./,
    },
    {
      is: 'a quarantined user, whose leaked key is the one in use',
      keys: [used(100, 1), used(20, 12)],
      attachedPolicies: [QUARANTINE],
      reason: /a key is exposed; contact its owner and rotate it/,
      severity: 'CRITICAL',
      first: /: A key of the user is exposed: first contact its owner, and rotate the key\. /,
    },
  ])(
    'has the same reason in its result, its finding and the refusal of Remediate: $is',
    async ({ is: _, reason, severity, first, ...seed }) => {
      await deploy();
      const user = account.seed({ UserName: 'alice', ...seed });
      const withoutIds = (text = '') =>
        user.keys.reduce(
          (left, { AccessKeyId }, index) => left.replaceAll(AccessKeyId, `K${index + 1}`),
          text,
        );

      await sweep();
      const { Description, Severity, Remediation } = only();
      const { status, message } = await account.run({ UserId: user.UserId });

      expect(withoutIds(Description)).toMatch(
        /^alice: 2 active access keys, 1 allowed\. Cannot safely select K1 or K2: /,
      );
      expect(withoutIds(Description)).toMatch(reason);
      expect(Severity).toMatchObject({ Label: severity });
      expect(Remediation?.Recommendation?.Text).toMatch(first);
      expect(status).toBe('Failed');
      expect(withoutIds(message)).toMatch(reason);
      expect(user.keys.map(({ Status }) => Status)).toEqual(['Active', 'Active']);
    },
  );
});

describe('a notification that a user with too many keys is not recorded or out of scope', () => {
  it.each([
    { configurationItemStatus: 'ResourceNotRecorded' as const },
    { configurationItemStatus: 'OK' as const, eventLeftScope: true },
  ])('leaves the result and the finding as they are: %j', async (change) => {
    await deploy();
    const user = account.seed({ UserName: 'alice', keys: twoKeys });
    await sweep();
    const { FirstObservedAt, UpdatedAt } = only();

    clock.advance(60_000);
    await account.config.deliverChange(account.ConfigRuleName, { ...change, user });
    await settle();
    expect(recorded()).toEqual([[user.UserId, 'NON_COMPLIANT']]);
    expect(only()).toMatchObject({ FirstObservedAt, UpdatedAt, Compliance: { Status: 'FAILED' } });

    clock.advance(60_000);
    await sweep();
    expect(recorded()).toEqual([[user.UserId, 'NON_COMPLIANT']]);
    expect(only()).toMatchObject({ FirstObservedAt, RecordState: 'ACTIVE' });
    const statuses = imports().flatMap(({ input }) =>
      (input as { Findings: StoredFinding[] }).Findings.map(({ Compliance }) => Compliance?.Status),
    );
    expect(new Set(statuses)).toEqual(new Set(['FAILED']));
  });
});

describe('a notification that a user is deleted, but IAM has the user', () => {
  it('is attempted three times, ends in the dead-letter queue, and changes nothing', async () => {
    await deploy();
    const user = account.seed({ UserName: 'alice', keys: twoKeys });
    await sweep();
    const before = only();
    const configurationItemStatus = 'ResourceDeleted';

    await account.config.deliverChange(account.ConfigRuleName, { configurationItemStatus, user });
    await settle();

    expect(recorded()).toEqual([[user.UserId, 'NON_COMPLIANT']]);
    expect(only()).toEqual(before);
    const url = account.outputs['DeadLetterQueueUrl'] ?? '';
    expect(account.sqs.withUrl(url).messages()).toHaveLength(1);
    expect(account.lambda.invocations.at(-1)?.lines.join()).toContain('UserNotDeletedError');
  });
});

describe('a change of compliance while Security Hub is off', () => {
  it('fails three times and ends in the dead-letter queue', async () => {
    await deploy();
    account.securityHub.enabled = false;
    account.seed({ UserName: 'alice', keys: twoKeys });

    await sweep();

    expect(runs()).toHaveLength(3);
    const url = account.outputs['DeadLetterQueueUrl'] ?? '';
    expect(account.sqs.withUrl(url).messages()).toHaveLength(1);
    expect(runs().at(-1)?.lines.join()).toContain('not subscribed to AWS Security Hub');
  });
});

describe('on an event bus that other accounts send to, a compliance change', () => {
  it.each([
    ['of another account does nothing', '210987654321', 0],
    ['of this account is read again', '123456789012', 1],
  ])('%s', async (_, accountId, count) => {
    await deploy();
    const own = {
      source: 'aws.config',
      'detail-type': 'Config Rules Compliance Change',
      detail: {
        messageType: 'ComplianceChangeNotification',
        configRuleName: account.ConfigRuleName,
        resourceType: 'AWS::IAM::User',
        resourceId: 'AIDAMALLORYEXAMPLE000',
      },
    };
    account.events.put(bridgedEvent(own, { accountId, region: 'us-east-1' }, clock.now()));
    await settle();

    expect(runs()).toHaveLength(count);
    expect(findings()).toEqual([]);
  });
});

describe('101 violations of one sweep', () => {
  it('are imported in two batches of at most 100', async () => {
    await deploy();
    for (let index = 0; index < 101; index += 1)
      account.seed({ UserName: `user-${index}`, keys: twoKeys });
    await sweep();
    expect(findings()).toHaveLength(101);
    expect(imports()).toHaveLength(2);
  });
});
