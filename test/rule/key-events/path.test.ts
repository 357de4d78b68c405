import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

/** A minute of the account takes 20 ms. While a function runs, time passes no faster than real time. */
const SPEED = 3_000;

const hybrid = createDeployedAccounts({ dashboard: false });
const scheduled = createDeployedAccounts({ dashboard: false, triggers: 'schedule' });

let account: DeployedAccount;
let clock: ReturnType<typeof createClock>;
const deploy = async (
  create = scheduled,
  options: Parameters<ReturnType<typeof createDeployedAccounts>>[1] = {},
) => {
  clock = createClock({ speed: SPEED });
  account = await create({}, { ...clock, trail: true, ...options });
};
afterEach(() => account.close());

const call = (operation: string, input: object) =>
  account.call({ service: 'iam', operation, input, principal: 'operator' });
const starts = () =>
  account.calls.filter(
    ({ operation, principal }) =>
      operation === 'StartConfigRulesEvaluation' && principal.includes('KeyEvents'),
  );
const started = () => starts().filter(({ errorCode }) => errorCode === undefined);
const batchLines = () =>
  account.lambda.invocations
    .filter(({ functionName }) => functionName.includes('KeyEvents'))
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
const deadLetters = () =>
  account.sqs.withUrl(account.outputs['KeyEventDeadLetterQueueUrl'] ?? '')?.messages() ?? [];

type Results = {
  EvaluationResults: {
    ComplianceType: string;
    EvaluationResultIdentifier: { EvaluationResultQualifier: { ResourceId: string } };
  }[];
};
const verdicts = (...ComplianceTypes: string[]): Record<string, string> => {
  const input = { ConfigRuleName: account.ConfigRuleName, Limit: 100, ComplianceTypes };
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

describe('a change of a key', () => {
  it('updates the compliance in both directions', async () => {
    await deploy(scheduled, { cloudTrailDelay: 300_000 });
    for (const UserName of ['alice', 'bob']) account.seed({ UserName, keys: [{}] });
    await account.config.deliverSchedule(account.ConfigRuleName);

    await call('CreateAccessKey', { UserName: 'alice' });
    await account.settled();
    expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT', bob: 'COMPLIANT' });

    const AccessKeyId = account.iam.users.get('alice')?.keys[0]?.AccessKeyId;
    await call('UpdateAccessKey', { UserName: 'alice', AccessKeyId, Status: 'Inactive' });
    await account.settled();
    expect(verdicts()).toEqual({ alice: 'COMPLIANT', bob: 'COMPLIANT' });

    expect(batchLines()).toMatchObject([
      { eventNames: ['CreateAccessKey'], userNames: ['alice'], EvaluationsStarted: 1 },
      { eventNames: ['UpdateAccessKey'], userNames: ['alice'], EvaluationsStarted: 1 },
    ]);
  });

  it('evaluates users that are created, renamed or deleted under a scheduled rule', async () => {
    await deploy(scheduled);
    account.seed({ UserName: 'bob' });
    account.seed({ UserName: 'carol' });
    await account.config.deliverSchedule(account.ConfigRuleName);

    await call('CreateUser', { UserName: 'alice' });
    await call('UpdateUser', { UserName: 'bob', NewUserName: 'robert' });
    await call('DeleteUser', { UserName: 'carol' });
    await account.settled();

    expect(verdicts()).toEqual({ alice: 'COMPLIANT', robert: 'COMPLIANT' });
  });

  it.each(['schedule', 'changes', 'both'] as const)(
    'is evaluated when a start sends a hybrid rule: %s',
    async (evaluationStart) => {
      await deploy(hybrid, { evaluationStart });
      account.seed({ UserName: 'alice', keys: [{}] });
      await call('CreateAccessKey', { UserName: 'alice' });
      await account.settled();
      expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT' });
    },
  );

  it('starts no evaluation when IAM refuses the change', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}, {}] });
    await expect(call('CreateAccessKey', { UserName: 'alice' })).rejects.toThrow('quota');
    await account.settled();
    expect(starts()).toEqual([]);
  });

  it('starts no evaluation without a trail', async () => {
    await deploy(scheduled, { trail: false });
    account.seed({ UserName: 'alice', keys: [{}] });
    await call('CreateAccessKey', { UserName: 'alice' });
    await account.settled();
    expect(starts()).toEqual([]);
  });
});

describe('a burst', () => {
  it('of 1,000 events in a minute starts at most five evaluations, and the last event counts', async () => {
    await deploy();
    for (let index = 0; index < 10; index += 1)
      account.seed({ UserName: `user-${index}`, keys: [{}] });
    // The burst lasts less than a minute of the account, however slow the machine is.
    await clock.slowDown(async () => {
      for (let index = 0; index < 500; index += 1) {
        const UserName = `user-${index % 10}`;
        await call('CreateAccessKey', { UserName });
        const AccessKeyId = account.iam.users.get(UserName)?.keys[1]?.AccessKeyId;
        await call('DeleteAccessKey', { UserName, AccessKeyId });
      }
      await call('CreateAccessKey', { UserName: 'user-3' });
    });
    await account.settled();

    expect(started().length).toBeLessThanOrEqual(5);
    expect(verdicts()).toMatchObject({ 'user-2': 'COMPLIANT', 'user-3': 'NON_COMPLIANT' });
    expect(deadLetters()).toEqual([]);
  });
});

describe('a start that Config refuses', () => {
  it('is retried once a minute, and no event is lost', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}] });
    const error = new ServiceError('LimitExceededException', 'an evaluation is in progress');
    const operation = 'StartConfigRulesEvaluation';
    for (let time = 0; time < 3; time += 1)
      account.faults.fail({ service: 'config', operation, error });

    await call('CreateAccessKey', { UserName: 'alice' });
    await account.settled();

    expect(starts().map(({ errorCode }) => errorCode)).toEqual([
      'LimitExceededException',
      'LimitExceededException',
      'LimitExceededException',
      undefined,
    ]);
    const times = starts().map(({ at }) => at.getTime());
    for (const [index, time] of times.entries())
      expect(time - (times[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(60_000);
    expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it('becomes a dead letter after twenty attempts', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}] });
    const error = new ServiceError('ResourceInUseException', 'the rule is being deleted');
    const operation = 'StartConfigRulesEvaluation';
    account.faults.fail({ service: 'config', operation, always: true, error });

    await call('CreateAccessKey', { UserName: 'alice' });
    await account.settled();

    expect(starts()).toHaveLength(20);
    expect(deadLetters()).toHaveLength(1);
  });
});

describe('a poisoned message', () => {
  it('becomes a dead letter and does not delay the others', async () => {
    await deploy();
    account.seed({ UserName: 'alice', keys: [{}] });
    const queue = account.sqs.all().find(({ properties }) => properties.RedrivePolicy);
    // Both messages arrive within one batching window, however slow the machine is.
    await clock.slowDown(async () => {
      queue?.send({ Body: 'poison', SenderId: 'somebody' });
      await call('CreateAccessKey', { UserName: 'alice' });
      await expect.poll(() => queue?.messages().length).toBe(2);
    });
    await expect.poll(() => batchLines().length).toBe(1);
    expect(batchLines()[0]).toMatchObject({ KeyEvents: 1, PoisonedEvents: 1 });

    await account.settled();

    expect(verdicts()).toEqual({ alice: 'NON_COMPLIANT' });
    expect(started()).toHaveLength(1);
    expect(deadLetters().map(({ Body }) => Body)).toEqual(['poison']);
  });
});

describe('a large account', () => {
  const users = (count: number) => {
    for (let index = 0; index < count; index += 1) account.seed({ UserName: `user-${index}` });
  };

  it('starts no evaluation of a hybrid rule, and logs which setting to change', async () => {
    await deploy(hybrid);
    users(500);
    account.seed({ UserName: 'alice', keys: [{}] });
    await call('CreateAccessKey', { UserName: 'alice' });
    await account.settled();
    expect(starts()).toEqual([]);
    expect(batchLines()).toMatchObject([
      { HeldBack: 1, recommendation: expect.stringContaining('-c triggers=schedule') },
    ]);
    expect(deadLetters()).toEqual([]);
  });

  it('is evaluated when the rule is scheduled only', async () => {
    await deploy(scheduled);
    users(500);
    account.seed({ UserName: 'alice', keys: [{}] });
    await call('CreateAccessKey', { UserName: 'alice' });
    await account.settled();
    expect(verdicts('NON_COMPLIANT')).toEqual({ alice: 'NON_COMPLIANT' });
  });
});
