import {
  ConfigServiceClient,
  DescribeRemediationExecutionStatusCommand,
  GetComplianceDetailsByConfigRuleCommand,
  StartConfigRulesEvaluationCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, daysBefore, keyId } from '../support/build.ts';
import { createRunbookAccount, pass } from '../support/runbook-account.ts';
import { createLocalAccount, type LocalAccount } from './account.ts';
import { createClock } from './clock.ts';
import { deploy } from './deploy/deploy.ts';
import { synthesize } from './deploy/synthesize.ts';

const ConfigRuleName = 'iam-user-single-access-key';
const usedYesterday = {
  lastUsed: { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' },
};

/** A minute of the account's time takes 0.6 s, so that no step times out on a busy machine. */
const CLOCK_SPEED = 100;

let account: LocalAccount;
let outputs: Record<string, string>;
let config: ConfigServiceClient;
beforeAll(async () => {
  const stack = synthesize();
  const clock = createClock({ start: at, speed: CLOCK_SPEED });
  account = await createLocalAccount({ ...clock, pageSize: 2, automation: { scriptSpeed: 20 } });
  outputs = deploy(account, stack);
  config = new ConfigServiceClient(account.clientConfig);

  const created = (days: number) => ({ CreateDate: daysBefore(days) });
  const unused = { AccessKeyId: keyId('UNUSED'), ...created(400) };
  const inUse = { AccessKeyId: keyId('INUSE'), ...created(100), ...usedYesterday };
  account.iam.seedUser({ UserName: 'alice', keys: [unused, inUse] });
  account.iam.seedUser({ UserName: 'bob', keys: [created(100)] });
  account.iam.seedUser({ UserName: 'tie', keys: [created(100), created(100)] });
});
afterAll(async () => {
  config.destroy();
  await account.close();
});

const idOf = (name: string) => account.iam.users.get(name)?.UserId ?? '';

const compliance = async () => {
  const command = new GetComplianceDetailsByConfigRuleCommand({ ConfigRuleName, Limit: 100 });
  const { EvaluationResults = [] } = await config.send(command);
  return EvaluationResults.map((result) => result.ComplianceType);
};

const remediate = async (name: string) => {
  const ResourceKeys = [{ resourceType: 'AWS::IAM::User', resourceId: idOf(name) } as const];
  await config.send(new StartRemediationExecutionCommand({ ConfigRuleName, ResourceKeys }));
  await account.settled();
  const command = new DescribeRemediationExecutionStatusCommand({ ConfigRuleName, ResourceKeys });
  const { RemediationExecutionStatuses: [status] = [] } = await config.send(command);
  return status;
};

describe('the local account with the synthesized stack', () => {
  it('returns the outputs of the stack', () => {
    expect(outputs['ConfigRuleName']).toBe(ConfigRuleName);
    expect(account.ssm.documents.find(outputs['DeactivationRunbookName'] ?? '')).toBeDefined();
  });

  it('evaluates its users', async () => {
    const ConfigRuleNames = [ConfigRuleName];
    await config.send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));
    await account.settled();

    expect(account.lambda.deadLetters).toEqual([]);
    expect((await compliance()).length).toBeGreaterThan(0);
  });

  it('deactivates the longest-idle key when a user is remediated', async () => {
    expect(await remediate('alice')).toMatchObject({ State: 'SUCCEEDED' });

    const statuses = account.iam.users.get('alice')?.keys.map(({ Status }) => Status);
    expect(statuses).toEqual(['Inactive', 'Active']);
  });

  it('reports the reason when the runbook refuses a remediation', async () => {
    const status = await remediate('tie');

    expect(status?.State).toBe('FAILED');
    expect(status?.StepDetails?.map(({ ErrorMessage }) => ErrorMessage).join()).toContain(
      'Refused',
    );
    expect(account.iam.users.get('tie')?.keys).toMatchObject([
      { Status: 'Active' },
      { Status: 'Active' },
    ]);
  });

  it('records who made every call: a deployed role or the operator', () => {
    const callers = [...new Set(account.calls.map(({ principal }) => principal))];
    const automation = outputs['DeactivationRoleArn']?.split('/').at(-1);

    expect([...account.roles.byName.keys(), 'operator']).toEqual(expect.arrayContaining(callers));
    expect(callers).toEqual(expect.arrayContaining([automation, 'operator']));
  });
});

describe('an access key of a user', () => {
  const sign = async (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'any' };
    const sts = new STSClient({ ...account.clientConfig, region: 'eu-west-1', credentials });
    await sts.send(new GetCallerIdentityCommand());
    sts.destroy();
  };
  const lastUseOf = (name: string) => account.iam.users.get(name)?.keys[0]?.lastUsed;

  it('that signs a request has a last use: time, service and Region', async () => {
    const carol = account.iam.seedUser({ UserName: 'carol', keys: [{}] });
    await sign(carol.keys[0]?.AccessKeyId ?? '');

    expect(lastUseOf('carol')).toEqual({
      LastUsedDate: expect.any(Date),
      ServiceName: 'sts',
      Region: 'eu-west-1',
    });
  });

  it('that is inactive has none', async () => {
    const dave = account.iam.seedUser({ UserName: 'dave', keys: [{ Status: 'Inactive' }] });
    await sign(dave.keys[0]?.AccessKeyId ?? '');

    expect(lastUseOf('dave')).toBeUndefined();
  });
});

describe('close', () => {
  it('ends executions that are in progress', async () => {
    const { account: busy, start } = await createRunbookAccount();
    const id = start([pass('Sleep', { inputs: { Duration: 'PT1H' } })]);

    await busy.close();

    expect(busy.ssm.execution(id).AutomationExecutionStatus).toBe('Failed');
  });
});
