import { afterEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import { bridgedEvent } from '../../local-account/events/rules.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { createSteppedClock } from '../../support/stepped-clock.ts';

const hybrid = createDeployedAccounts({ dashboard: false });
const scheduled = createDeployedAccounts({ dashboard: false, triggers: 'schedule' });

let account: DeployedAccount;
let clock: ReturnType<typeof createSteppedClock>;
const deploy = async (
  create = scheduled,
  options: Parameters<ReturnType<typeof createDeployedAccounts>>[1] = {},
) => {
  clock = createSteppedClock();
  account = await create({}, { ...clock, trail: true, ...options });
};
afterEach(() => account.close());

const call = (operation: string, input: object) =>
  account.call({ service: 'iam', operation, input, principal: 'operator' });
const settle = () => clock.settle(account);
const seedUsers = (count: number, keys: object[] = []) => {
  for (let index = 0; index < count; index += 1) account.seed({ UserName: `user-${index}`, keys });
};
const failStart = (code: string, times: number) => {
  const error = new ServiceError(code, 'not now');
  const fault = { service: 'config', operation: 'StartConfigRulesEvaluation', error } as const;
  for (let time = 0; time < times; time += 1) account.faults.fail(fault);
};

const starts = () =>
  account.calls.filter(
    ({ operation, principal }) =>
      operation === 'StartConfigRulesEvaluation' && principal.includes('KeyEvents'),
  );
const batchLines = () =>
  account.lambda.invocations
    .filter(({ functionName }) => functionName.includes('KeyEvents'))
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
const deadLetters = () =>
  account.sqs.withUrl(account.outputs['DeadLetterQueueUrl'] ?? '')?.messages() ?? [];

type Results = {
  EvaluationResults: {
    ComplianceType: string;
    EvaluationResultIdentifier: { EvaluationResultQualifier: { ResourceId: string } };
  }[];
};
/** The recorded ComplianceType of each user, by user name. */
const results = (): Record<string, string> => {
  const input = { ConfigRuleName: account.ConfigRuleName, Limit: 100 };
  const { GetComplianceDetailsByConfigRule: read } = account.config.operations;
  const { EvaluationResults } = read(input, 'operator') as Results;
  const names = new Map(
    [...account.iam.users.values()].map((user) => [user.UserId, user.UserName]),
  );
  return Object.fromEntries(
    EvaluationResults.map(({ ComplianceType, EvaluationResultIdentifier }) => {
      const { ResourceId } = EvaluationResultIdentifier.EvaluationResultQualifier;
      return [names.get(ResourceId) ?? ResourceId, ComplianceType];
    }),
  );
};

describe('a key event', () => {
  it('updates the recorded result, for the worse and for the better', async () => {
    await deploy(scheduled, { cloudTrailDelay: 300_000 });
    for (const UserName of ['alice', 'bob']) account.seed({ UserName, keys: [{}] });
    await account.config.deliverSchedule(account.ConfigRuleName);

    await call('CreateAccessKey', { UserName: 'alice' });
    await settle();
    expect(results()).toEqual({ alice: 'NON_COMPLIANT', bob: 'COMPLIANT' });

    const AccessKeyId = account.iam.users.get('alice')?.keys[0]?.AccessKeyId;
    await call('UpdateAccessKey', { UserName: 'alice', AccessKeyId, Status: 'Inactive' });
    await settle();
    expect(results()).toEqual({ alice: 'COMPLIANT', bob: 'COMPLIANT' });

    expect(batchLines()).toMatchObject([
      { eventNames: ['CreateAccessKey'], userNames: ['alice'], start: 'Started' },
      { eventNames: ['UpdateAccessKey'], userNames: ['alice'], start: 'Started' },
    ]);
  });

  it('updates the results of a new, a renamed and a deleted user', async () => {
    await deploy();
    for (const UserName of ['bob', 'carol']) account.seed({ UserName });
    await account.config.deliverSchedule(account.ConfigRuleName);

    await call('CreateUser', { UserName: 'alice' });
    await call('UpdateUser', { UserName: 'bob', NewUserName: 'robert' });
    await call('DeleteUser', { UserName: 'carol' });
    await settle();

    expect(results()).toEqual({ alice: 'COMPLIANT', robert: 'COMPLIANT' });
  });

  it.each(['schedule', 'changes', 'both'] as const)(
    'updates the result if a start sends a hybrid rule: %s',
    async (evaluationStart) => {
      await deploy(hybrid, { evaluationStart });
      account.seed({ UserName: 'alice', keys: [{}] });
      await call('CreateAccessKey', { UserName: 'alice' });
      await settle();
      expect(results()).toEqual({ alice: 'NON_COMPLIANT' });
    },
  );

  it('starts nothing if IAM refused the call', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}, {}] });
    await expect(call('CreateAccessKey', { UserName: 'alice' })).rejects.toThrow('quota');
    await settle();
    expect(starts()).toEqual([]);
  });

  it('does not arrive without a trail', async () => {
    await deploy(scheduled, { trail: false });
    account.seed({ UserName: 'alice', keys: [{}] });
    await call('CreateAccessKey', { UserName: 'alice' });
    await settle();
    expect(starts()).toEqual([]);
  });
});

describe('on an event bus that other accounts send to, an event', () => {
  it.each([
    ['of another account does nothing', '210987654321', []],
    ['of this account starts an evaluation', '123456789012', [{ userNames: ['mallory'] }]],
  ])('%s', async (_, accountId, lines) => {
    await deploy();
    const userIdentity = { type: 'IAMUser', accountId, userName: 'mallory' };
    const own = {
      source: 'aws.iam',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: {
        ...{ eventSource: 'iam.amazonaws.com', eventName: 'CreateAccessKey', userIdentity },
        ...{ eventTime: clock.now().toISOString(), recipientAccountId: accountId },
      },
    };
    account.events.put(bridgedEvent(own, { accountId, region: 'us-east-1' }, clock.now()));
    await settle();

    expect(batchLines()).toMatchObject(lines);
    expect(starts()).toHaveLength(lines.length);
  });
});

describe('a burst', () => {
  it('of 1,000 events in a minute starts a handful of evaluations, and the last event is seen', async () => {
    await deploy();
    seedUsers(10, [{}]);
    for (let index = 0; index < 500; index += 1) {
      const UserName = `user-${index % 10}`;
      await call('CreateAccessKey', { UserName });
      const AccessKeyId = account.iam.users.get(UserName)?.keys[1]?.AccessKeyId;
      await call('DeleteAccessKey', { UserName, AccessKeyId });
      clock.advance(120);
    }
    await call('CreateAccessKey', { UserName: 'user-3' });
    await settle();

    expect(starts().length).toBeLessThanOrEqual(5);
    expect(results()).toMatchObject({ 'user-2': 'COMPLIANT', 'user-3': 'NON_COMPLIANT' });
    expect(deadLetters()).toEqual([]);
  });
});

describe('a start that Config puts off', () => {
  it('is retried after a minute or more, and no event is lost', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}] });
    failStart('LimitExceededException', 3);

    await call('CreateAccessKey', { UserName: 'alice' });
    await settle();

    expect(starts().map(({ errorCode }) => errorCode)).toEqual([
      ...Array(3).fill('LimitExceededException'),
      undefined,
    ]);
    const times = starts().map(({ at }) => at.getTime());
    for (const [index, time] of times.entries())
      expect(time - (times[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(60_000);
    expect(results()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it('moves the event to the dead-letter queue after twenty attempts', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}] });
    failStart('ResourceInUseException', 21);

    await call('CreateAccessKey', { UserName: 'alice' });
    await settle();

    expect(starts()).toHaveLength(20);
    expect(deadLetters()).toHaveLength(1);
  });
});

describe('an unreadable message', () => {
  it('ends in the dead-letter queue, and does not delay the others', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}] });
    const queue = account.sqs.all().find(({ properties }) => properties.RedrivePolicy);

    await call('CreateAccessKey', { UserName: 'alice' });
    queue?.send({ Body: 'poison', SenderId: 'somebody' });
    await settle();

    expect(batchLines()[0]).toMatchObject({ KeyEvents: 1, InvalidEvents: 1 });
    expect(results()).toEqual({ alice: 'NON_COMPLIANT' });
    expect(starts()).toHaveLength(1);
    expect(deadLetters().map(({ Body }) => Body)).toEqual(['poison']);
  });
});

describe('an account with more than 500 users', () => {
  const heldBack = {
    start: 'HeldBack',
    recommendation: expect.stringContaining('-c triggers=schedule'),
  };
  it.each([
    ['starts no evaluation of a hybrid rule and recommends a setting', hybrid, 0, heldBack],
    ['starts an evaluation of a rule that has only a schedule', scheduled, 1, { start: 'Started' }],
  ])('%s', async (_, create, started, line) => {
    await deploy(create);
    seedUsers(501);
    // The sweep itself is not the topic, and 501 users take time.
    account.register('iam', { ListUsers: () => ({ Users: [], IsTruncated: false }) });

    await call('CreateAccessKey', { UserName: 'user-0' });
    await settle();

    expect(starts()).toHaveLength(started);
    expect(batchLines()).toMatchObject([line]);
    expect(deadLetters()).toEqual([]);
  });
});
