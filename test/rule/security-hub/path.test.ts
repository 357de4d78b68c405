import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import type { HeldFinding } from '../../local-account/securityhub/import-findings.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
const twoKeys = [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }];

const deployed = createDeployedAccounts({
  dashboard: false,
  keyEvents: false,
  securityHubFindings: true,
});

let account: DeployedAccount;
let clock: ReturnType<typeof createClock>;
const deploy = async (options: Parameters<typeof deployed>[1] = {}) => {
  clock = createClock({ speed: 2_000 });
  account = await deployed({}, { ...clock, ...options });
};
afterEach(() => account.close());

const sweep = async () => {
  await account.config.deliverSchedule(account.ConfigRuleName);
  await account.settled();
};
const findings = (): HeldFinding[] => [...account.securityHub.findings.values()];
const only = (): HeldFinding => {
  const [finding, ...others] = findings();
  if (finding === undefined || others.length > 0)
    throw new Error(`expected one finding, got ${findings().length}`);
  return finding;
};
const iam = (operation: string, input: object) =>
  account.call({ service: 'iam', operation, input, principal: 'operator' });
const imports = () => account.calls.filter(({ operation }) => operation === 'BatchImportFindings');
const teller = () =>
  account.lambda.invocations.filter(({ functionName }) =>
    functionName.includes('FindingsImporter'),
  );

describe('a violation', () => {
  it('is a finding with the evidence as soon as Config holds it, and archived once it is remediated', async () => {
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

  it('of a user that is deleted is archived', async () => {
    await deploy();
    const { UserName, keys } = account.seed({ UserName: 'alice', keys: twoKeys });
    await sweep();
    expect(only().RecordState).toBe('ACTIVE');

    for (const { AccessKeyId } of [...keys])
      await iam('DeleteAccessKey', { UserName, AccessKeyId });
    await iam('DeleteUser', { UserName });
    await account.settled();

    expect(only()).toMatchObject({ RecordState: 'ARCHIVED', Compliance: { Status: 'PASSED' } });
  });

  it('that came before the findings were deployed is told by the schedule', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: twoKeys });
    account.securityHub.enabled = false;
    await sweep();
    expect(findings()).toEqual([]);
    account.securityHub.enabled = true;

    clock.advance(DAY);
    await account.settled();

    expect(only()).toMatchObject({ RecordState: 'ACTIVE' });
  });
});

describe('Security Hub that is off', () => {
  it('is an error that is kept, never silence', async () => {
    await deploy();
    account.securityHub.enabled = false;
    account.seed({ UserName: 'alice', keys: twoKeys });

    await sweep();

    expect(teller()).toHaveLength(3);
    const url = account.outputs['FindingDeadLetterQueueUrl'] ?? '';
    expect(account.sqs.withUrl(url).messages()).toHaveLength(1);
    expect(teller().at(-1)?.lines.join()).toContain('not subscribed to AWS Security Hub');
  });
});

describe('many violations', () => {
  it('are three batches of at most a hundred, whatever their number of pages', async () => {
    await deploy();
    for (let index = 0; index < 250; index += 1)
      account.seed({ UserName: `user-${index}`, keys: twoKeys });
    await sweep();
    expect(findings()).toHaveLength(250);
    expect(imports()).toHaveLength(3);
  });
});
