import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  ConfigServiceClient,
  DescribeConfigRulesCommand,
  GetComplianceDetailsByConfigRuleCommand,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import { IAMClient, ListAccessKeysCommand, TagUserCommand } from '@aws-sdk/client-iam';
import { GetFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';
import { createLocalAccount } from './account.ts';
import { createClock } from './clock.ts';
import type { LocalAccessKey, LocalUser } from './iam/users.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const key = (used: number): Partial<LocalAccessKey> => ({
  CreateDate: daysAgo(500),
  lastUsed: { LastUsedDate: daysAgo(used), ServiceName: 's3', Region: 'us-east-1' },
});

const clientOf = ({ environment }: Pick<DeployedAccount, 'environment'>) => ({
  endpoint: environment.AWS_ENDPOINT_URL,
  region: environment.AWS_REGION,
  credentials: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
  },
});

/** What an account shows of itself at the wire. */
const watch = (account: DeployedAccount, ciDeploy: LocalUser) => {
  const client = clientOf(account);
  const config = new ConfigServiceClient(client);
  const cloudtrail = new CloudTrailClient(client);
  const iam = new IAMClient(client);
  const securityHub = new SecurityHubClient(client);
  const { ConfigRuleName } = account;

  return {
    account,
    ciDeploy,
    keyIds: ciDeploy.keys.map(({ AccessKeyId }) => AccessKeyId),
    evaluate: async () => {
      const ConfigRuleNames = [ConfigRuleName];
      await config.send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));
      await account.settled();
    },
    findings: async () => (await securityHub.send(new GetFindingsCommand({}))).Findings ?? [],
    results: async () => {
      const command = new GetComplianceDetailsByConfigRuleCommand({ ConfigRuleName });
      return (await config.send(command)).EvaluationResults ?? [];
    },
    /** Leaves the operator's access key id in the history. */
    tag: () =>
      iam.send(new TagUserCommand({ UserName: 'ci-deploy', Tags: [{ Key: 'team', Value: 'ci' }] })),
    keys: async () => {
      const command = new ListAccessKeysCommand({ UserName: 'ci-deploy' });
      const { AccessKeyMetadata = [] } = await iam.send(command);
      return AccessKeyMetadata.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`);
    },
    history: async () =>
      (await cloudtrail.send(new LookupEventsCommand({ MaxResults: 50 }))).Events ?? [],
  };
};
type Watched = ReturnType<typeof watch>;

/** By these an account and its ci-deploy are told from any other. */
const idsOf = ({ account, ciDeploy, keyIds }: Watched) => [
  ...[account.accountId, account.environment.AWS_ACCESS_KEY_ID, ciDeploy.UserId],
  ...keyIds,
];

const remediate = async ({ account, ciDeploy }: Watched) => {
  const { outcome, output } = await account.run({ UserId: ciDeploy.UserId });
  await account.settled();
  const said = ['UserName', 'UserId', 'AccessKeyId', 'Reason', 'UndoCommand'].map(output);
  return { outcome, said };
};

/** An account, how its users were judged, and what the runbook then did for ci-deploy. */
type Remediated = Watched & {
  readonly judged: Awaited<ReturnType<Watched['results']>>;
  readonly run: Awaited<ReturnType<typeof remediate>>;
};

let first: Remediated;
let second: Remediated;
beforeAll(async () => {
  const create = createDeployedAccounts({
    dashboard: false,
    keyEvents: false,
    securityHubFindings: true,
  });
  const clock = createClock({ speed: 200 });
  const alone = await create({}, clock);
  const beside = await create({}, { ...clock, accountId: '210987654321', beside: alone });
  // The same user name; in one account it has a key too many, in the other it has not.
  const one = watch(alone, alone.seed({ UserName: 'ci-deploy', keys: [key(1), key(200)] }));
  const other = watch(beside, beside.seed({ UserName: 'ci-deploy', keys: [key(300)] }));
  // This one has a key too many in both.
  for (const { seed } of [alone, beside]) seed({ UserName: 'reporting', keys: [key(2), key(90)] });

  await Promise.all([one.tag(), other.tag(), one.evaluate(), other.evaluate()]);
  const judged = await Promise.all([one.results(), other.results()]);
  // Config starts an evaluation once a minute.
  clock.advance(60_000);
  const runs = await Promise.all([remediate(one), remediate(other)]);
  first = { ...one, judged: judged[0], run: runs[0] };
  second = { ...other, judged: judged[1], run: runs[1] };
});
afterAll(async () => {
  await second.account.close();
  await first.account.close();
});

const whoIs = async (client: ConstructorParameters<typeof STSClient>[0]) => {
  const { Account, Arn } = await new STSClient(client ?? {}).send(new GetCallerIdentityCommand({}));
  return { Account, Arn };
};

describe('two accounts behind one endpoint', () => {
  it('are told apart by the access key that signs, as in AWS', async () => {
    expect(second.account.endpoint).toBe(first.account.endpoint);
    for (const { account } of [first, second])
      expect(await whoIs(clientOf(account))).toEqual({
        Account: account.accountId,
        Arn: `arn:aws:iam::${account.accountId}:user/operator`,
      });
  });

  it('have roles of the same names, which are others', async () => {
    for (const { account } of [first, second]) {
      const { environment } = account.roles.byName.get(account.automationRole) ?? {};
      const credentials = {
        accessKeyId: environment?.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: environment?.AWS_SECRET_ACCESS_KEY ?? '',
      };
      expect(await whoIs({ ...clientOf(account), credentials })).toMatchObject({
        Account: account.accountId,
        Arn: expect.stringContaining(`:assumed-role/${account.automationRole}/`),
      });
    }
  });

  it('have no id in common', () => {
    expect(idsOf(first).filter((id) => idsOf(second).includes(id))).toEqual([]);
  });

  it('refuse an access key that neither has, in every protocol', async () => {
    const credentials = { accessKeyId: 'AKIAOFNOBODY00000000', secretAccessKey: 'x' };
    const client = { ...clientOf(first.account), credentials };
    const refusal = { name: 'InvalidClientTokenId', $metadata: { httpStatusCode: 403 } };

    await expect(whoIs(client)).rejects.toMatchObject(refusal);
    const describe = new ConfigServiceClient(client).send(new DescribeConfigRulesCommand());
    await expect(describe).rejects.toMatchObject(refusal);
  });
});

describe('the user ci-deploy of two accounts', () => {
  it('is judged in each by its own keys', () => {
    const result = ({ judged, ciDeploy }: Remediated) =>
      judged.find(
        ({ EvaluationResultIdentifier: of }) =>
          of?.EvaluationResultQualifier?.ResourceId === ciDeploy.UserId,
      );

    expect(result(first)).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining(first.keyIds[1] ?? ''),
    });
    expect(result(second)).toMatchObject({ ComplianceType: 'COMPLIANT' });
  });

  it('is remediated in each by its own keys', async () => {
    expect([first.run.outcome, second.run.outcome]).toEqual(['Acted', 'NothingToDo']);
    expect(first.run.said).toContain(first.keyIds[1]);
    expect(await first.keys()).toEqual([
      `${first.keyIds[0]} Active`,
      `${first.keyIds[1]} Inactive`,
    ]);
    expect(await second.keys()).toEqual([`${second.keyIds[0]} Active`]);
  });

  it('has a history in each', async () => {
    const writes = async ({ history }: Watched) =>
      (await history())
        .filter(({ EventName }) => EventName === 'UpdateAccessKey')
        .map(({ CloudTrailEvent = '' }) => JSON.parse(CloudTrailEvent));

    expect(await writes(first)).toMatchObject([
      {
        recipientAccountId: first.account.accountId,
        requestParameters: { userName: 'ci-deploy', accessKeyId: first.keyIds[1] },
      },
    ]);
    expect(await writes(second)).toEqual([]);
  });

  it('is a finding of the account in which it has a key too many; findings have no id in common', async () => {
    const [ofFirst, ofSecond] = [await first.findings(), await second.findings()];
    const of = (findings: typeof ofFirst) =>
      findings
        .map(({ AwsAccountId, Title, RecordState }) =>
          [AwsAccountId, Title?.split(' ')[2], RecordState].join(' '),
        )
        .sort();

    expect(of(ofFirst)).toEqual([
      '123456789012 ci-deploy ARCHIVED',
      '123456789012 reporting ACTIVE',
    ]);
    expect(of(ofSecond)).toEqual(['210987654321 reporting ACTIVE']);
    const ids = [...ofFirst, ...ofSecond].map(({ Id }) => Id);
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['first', 'second'],
    ['second', 'first'],
  ] as const)('shows in the %s account nothing of the %s', async (own, other) => {
    const { [own]: account, [other]: neighbour } = { first, second };
    const shown = JSON.stringify([
      account.judged,
      await account.results(),
      await account.history(),
      await account.findings(),
      await account.keys(),
      account.run.said,
      account.account.calls,
      account.account.outputs,
    ]);

    for (const id of idsOf(account)) expect(shown).toContain(id);
    for (const id of idsOf(neighbour)) expect(shown).not.toContain(id);
  });

  it('is not found in an account by the id that it has in the other', async () => {
    const { status, message } = await second.account.run({ UserId: first.ciDeploy.UserId });

    expect(status).toBe('Failed');
    expect(message).toContain('no IAM user of this account has the id');
  });
});

describe('an account beside another one', () => {
  it('needs an id of its own', async () => {
    const again = createLocalAccount({ accountId: '210987654321', beside: first.account });

    await expect(again).rejects.toThrow(
      'expected an account id that is not served yet, got 210987654321',
    );
  });

  it('takes its access keys with it when it is closed; the other one stays', async () => {
    const third = await createLocalAccount({ accountId: '333333333333', beside: first.account });
    expect(await whoIs(clientOf(third))).toMatchObject({ Account: '333333333333' });

    await third.close();

    await expect(whoIs(clientOf(third))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    expect(await whoIs(clientOf(first.account))).toMatchObject({ Account: '123456789012' });
  });

  it('leaves an account that is alone as it was: anybody else is its operator', async () => {
    const alone = await createLocalAccount();
    const credentials = { accessKeyId: 'AKIAOFNOBODY00000000', secretAccessKey: 'x' };

    expect(await whoIs({ ...clientOf(alone), credentials })).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:user/operator',
    });
    expect(alone.environment.AWS_ACCESS_KEY_ID).toBe('AKIALOCALOPERATOR000');
    await alone.close();
  });
});
