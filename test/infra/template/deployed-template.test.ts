import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalAccount, type LocalAccount } from '../../../infra/local/account.ts';
import { createClock } from '../../../infra/local/clock.ts';
import { deployTemplate } from '../../../infra/local/deploy/deploy.ts';
import { parseTemplate } from '../../../infra/local/deploy/template.ts';
import { createTemplate } from '../../../infra/template/template.ts';
import { at, daysBefore, keyId } from '../../support/build.ts';

process.env['CDK_VALIDATION'] = 'false';

const RULES = { RuleName: 'keys', InactiveRuleName: 'inactive-keys' };

let account: LocalAccount;
beforeAll(async () => {
  account = await createLocalAccount(createClock({ start: at, speed: 2_000 }));
  const parameters = { ...RULES, MinimumIdleDays: '30', ExemptionTag: 'keys-until' };
  const template = parseTemplate(createTemplate());
  const outputs = deployTemplate(account, { stackName: 'Keys', template, parameters });
  expect(outputs).toMatchObject({
    ConfigRuleName: 'keys',
    InactiveConfigRuleName: 'inactive-keys',
  });
  const lastUsed = { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' };
  const keys = [
    { AccessKeyId: keyId('UNUSED'), CreateDate: daysBefore(400) },
    { AccessKeyId: keyId('INUSE'), CreateDate: daysBefore(100), lastUsed },
  ];
  account.iam.seedUser({ UserName: 'alice', keys });
});
afterAll(() => account.close());

const resultOf = async (UserName: string) => {
  const ResourceId = account.iam.users.get(UserName)?.UserId ?? '';
  const answer = await account.call({
    service: 'config',
    operation: 'GetComplianceDetailsByResource',
    input: { ResourceType: 'AWS::IAM::User', ResourceId },
    principal: 'operator',
  });
  const { EvaluationResults } = answer as {
    EvaluationResults: { ComplianceType: string; Annotation?: string }[];
  };
  return EvaluationResults.map(({ ComplianceType, Annotation }) => [ComplianceType, Annotation]);
};

describe('the template, deployed alone', () => {
  it('evaluates by its own parameters, with the code that stands in it', async () => {
    await account.config.evaluateNewRule('keys');
    await account.settled();

    expect(account.lambda.deadLetters).toEqual([]);
    expect(await resultOf('alice')).toEqual([
      ['NON_COMPLIANT', expect.stringMatching(/Deactivate AKIA\w*UNUSED.*minimumIdleDays 30/)],
    ]);
  });

  it('remediates, and evaluates again', async () => {
    const resourceId = account.iam.users.get('alice')?.UserId ?? '';
    await account.call({
      service: 'config',
      operation: 'StartRemediationExecution',
      input: {
        ConfigRuleName: 'keys',
        ResourceKeys: [{ resourceType: 'AWS::IAM::User', resourceId }],
      },
      principal: 'operator',
    });
    await account.settled();

    const keys = account.iam.users.get('alice')?.keys ?? [];
    expect(keys.map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual([
      [keyId('UNUSED'), 'Inactive'],
      [keyId('INUSE'), 'Active'],
    ]);
    expect((await resultOf('alice')).map(([compliance]) => compliance)).toContain('COMPLIANT');
  });

  it('evaluates after a change of a key', async () => {
    const input = { UserName: 'alice', AccessKeyId: keyId('UNUSED'), Status: 'Active' };
    await account.call({
      ...{ service: 'iam', operation: 'UpdateAccessKey', input, principal: 'operator' },
    });
    await account.settled();

    expect((await resultOf('alice')).map(([compliance]) => compliance)).toContain('NON_COMPLIANT');
    expect(account.lambda.deadLetters).toEqual([]);
  });
});
