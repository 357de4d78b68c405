import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const createAccount = createDeployedAccounts();

let account: DeployedAccount;
let alice: LocalUser;
let plan: Plan;
beforeEach(async () => {
  account = await createAccount();
  alice = account.seed({ UserName: 'alice', keys: [{}, {}] });
  plan = {
    Outcome: 'Deactivate',
    UserId: alice.UserId,
    UserName: 'alice',
    AccessKeyId: alice.keys[0]?.AccessKeyId ?? '',
    KeepAccessKeyId: alice.keys[1]?.AccessKeyId ?? '',
    Reason: 'a reason',
    UndoCommand: 'a command',
    NextCommand: 'another command',
    Basis: 'none',
    Evidence: 'none',
  };
  account.lambda.override(account.planner, () => plan);
});
afterEach(() => account.close());

const denied = new ServiceError('AccessDenied', 'not authorized', 403);
const statuses = () => alice.keys.map(({ Status }) => Status);
const run = (parameters: Record<string, string> = {}) =>
  account.run({ UserId: alice.UserId, ...parameters });
const writes = () => account.calls.filter(({ operation }) => operation === 'UpdateAccessKey');

describe('a plan that is none never reaches the write', () => {
  const nonsense: [string, (valid: Plan) => unknown, Record<string, string>?][] = [
    ['nothing', () => null],
    ['a text', () => 'Deactivate'],
    ['a list', () => []],
    ['no Outcome', ({ Outcome: _, ...rest }) => rest],
    ['an unknown Outcome', (valid) => ({ ...valid, Outcome: 'Delete' })],
    ['an Outcome that is no text', (valid) => ({ ...valid, Outcome: ['Deactivate'] })],
    ['no key', (valid) => ({ ...valid, AccessKeyId: '' })],
    ['a key that is no text', (valid) => ({ ...valid, AccessKeyId: 7 })],
    ['no key to keep', (valid) => ({ ...valid, KeepAccessKeyId: 'none' })],
    ['the same key to keep', (valid) => ({ ...valid, KeepAccessKeyId: valid.AccessKeyId })],
    ['another user', (valid) => ({ ...valid, UserId: 'AIDAXXXXXXXXXXXXXXBOB' })],
    ['no user name', (valid) => ({ ...valid, UserName: '' })],
    ['a user name that is none', (valid) => ({ ...valid, UserName: 'alice; rm -rf /' })],
    ['another key than the named one', (valid) => valid, { AccessKeyId: 'AKIAXXXXXXXXXXXXOTHER' }],
    ['a deactivation in a dry run', (valid) => valid, { DryRun: 'true' }],
    ['a dry run that nobody asked for', (valid) => ({ ...valid, Outcome: 'DryRun' })],
  ];

  it.each(nonsense)('%s', async (_, make, parameters) => {
    account.lambda.override(account.planner, () => make(plan));
    const { status, message } = await run(parameters);
    expect(status).toBe('Failed');
    expect(message).toContain('no valid plan');
    expect(writes()).toEqual([]);
  });

  it.each([true, false])(
    'an error of the planner, whether it fails its step (%s) or not',
    async (failsOnFunctionError) => {
      await account.close();
      account = await createAccount({ failsOnFunctionError });
      account.lambda.override(account.planner, () => {
        throw new TypeError('out of order');
      });
      const { status, message } = await account.run({ UserId: alice.UserId });
      expect(status).toBe('Failed');
      expect(message).toContain('out of order');
      expect(writes()).toEqual([]);
    },
  );

  it('a refusal: its reason is the failure of the execution', async () => {
    account.lambda.override(account.planner, () => ({
      ...plan,
      Outcome: 'Refused',
      Reason: 'in doubt',
    }));
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('Refused: in doubt');
    expect(writes()).toEqual([]);
  });
});

describe('whatever step fails or runs out of time', () => {
  const steps = [
    'Plan',
    'ReadPlan',
    'Decide',
    'DeactivateAccessKey',
    'Verify',
    'EvaluateAgain',
    'Report',
  ];
  const interruptions = steps.flatMap((StepName) =>
    (['Failed', 'TimedOut'] as const).flatMap((StepStatus) =>
      (['before', 'after'] as const).map((when) => ({ StepName, StepStatus, when })),
    ),
  );

  it.each(interruptions)(
    '$StepName $StepStatus $when its action: no wrong key, one active key, no false Acted',
    async (interruption) => {
      account.ssm.interruptStep(interruption);

      const { status, outcome } = await run();

      expect(statuses()[1]).toBe('Active');
      if (outcome === 'Acted') expect(statuses()[0]).toBe('Inactive');
      const tolerated = interruption.StepName === 'EvaluateAgain';
      const happened =
        interruption.StepName === 'DeactivateAccessKey' && interruption.when === 'after';
      expect(status === 'Success').toBe(tolerated || happened);
    },
  );
});

describe('when IAM fails', () => {
  it('a denied write is no Acted', async () => {
    account.faults.fail({ service: 'iam', operation: 'UpdateAccessKey', error: denied });
    const { status, message, steps } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain(
      `Unverified: ${plan.AccessKeyId} of alice should be Inactive, but is Active`,
    );
    expect(steps).toContain('DeactivateAccessKey Failed');
    expect(statuses()).toEqual(['Active', 'Active']);
  });

  it('a key that was deleted meanwhile is no Acted', async () => {
    alice.keys.splice(0, 1);
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('but is not listed');
  });

  it('reading back that fails at first is tried again', async () => {
    for (const nth of [1, 2])
      account.faults.fail({ service: 'iam', operation: 'ListAccessKeys', nth, error: denied });
    expect((await run()).outcome).toBe('Acted');
  });

  it.each([
    ['no list of keys', {}],
    [
      'a key without a status',
      { AccessKeyMetadata: [{ AccessKeyId: 'AKIA' }], IsTruncated: false },
    ],
  ])('an answer that nobody can read is asked for again: %s', async (_, answer) => {
    const { ListAccessKeys } = account.iam.operations;
    let asked = 0;
    account.register('iam', {
      ListAccessKeys: (input, principal) => {
        asked += 1;
        return asked <= 2 ? answer : ListAccessKeys?.(input, principal);
      },
    });
    expect((await run()).outcome).toBe('Acted');
    // The evaluation that follows asks too.
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  it('reading back that never works leaves it Unverified, and says so', async () => {
    account.faults.fail({
      service: 'iam',
      operation: 'ListAccessKeys',
      always: true,
      error: denied,
    });
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('Unverified');
    expect(message).toContain('AccessDenied');
    expect(message).toContain('Undo: a command');
    // In a minute, every two seconds.
    const asked = account.calls.filter(({ operation }) => operation === 'ListAccessKeys');
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.length).toBeLessThanOrEqual(31);
  });

  it('a key that is active again when it is looked at once more is Unverified', async () => {
    const [key] = alice.keys;
    const { ListAccessKeys } = account.iam.operations;
    account.register('iam', {
      ListAccessKeys: (input, principal) => {
        const answer = ListAccessKeys?.(input, principal);
        if (key !== undefined) key.Status = 'Active';
        return answer;
      },
    });
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('should be Inactive, but is Active');
  });

  it('waits for a change that IAM shows late', async () => {
    const [key] = alice.keys;
    const { ListAccessKeys: list } = account.iam.operations;
    let reads = 0;
    account.ssm.onStep(({ StepName, StepStatus }) => {
      if (key === undefined || StepName !== 'Verify' || StepStatus !== 'InProgress') return;
      account.register('iam', {
        ListAccessKeys: (input, principal) => {
          reads += 1;
          key.Status = reads < 4 ? 'Active' : 'Inactive';
          return list?.(input, principal);
        },
      });
    });
    expect((await run()).outcome).toBe('Acted');
    expect(reads).toBeGreaterThanOrEqual(4);
  });

  it('reads every page of the keys back', async () => {
    await account.close();
    account = await createAccount();
    alice = account.seed({ UserName: 'alice', keys: Array.from({ length: 130 }, () => ({})) });
    const key = (index: number) => alice.keys[index]?.AccessKeyId ?? '';
    plan = { ...plan, UserId: alice.UserId, AccessKeyId: key(129), KeepAccessKeyId: key(0) };
    account.lambda.override(account.planner, () => plan);
    expect((await run()).outcome).toBe('Acted');
  });
});

describe('when the key to keep is deactivated by somebody else', () => {
  const deactivateOther = () =>
    account.ssm.onStep(({ StepName, StepStatus }) => {
      const [, other] = alice.keys;
      if (other !== undefined && StepName === 'DeactivateAccessKey' && StepStatus === 'InProgress')
        other.Status = 'Inactive';
    });

  it('the key is active again, and the execution fails loudly', async () => {
    deactivateOther();
    const { status, message } = await run();
    expect(statuses()).toEqual(['Active', 'Inactive']);
    expect(status).toBe('Failed');
    expect(message).toContain('Unverified: alice had no active access key left');
    expect(message).toContain('so it was set to Active again');
  });

  it('is seen although IAM shows it only seconds later', async () => {
    deactivateOther();
    const { ListAccessKeys } = account.iam.operations;
    let asked = 0;
    account.register('iam', {
      ListAccessKeys: async (input, principal) => {
        const now = Object(await ListAccessKeys?.(input, principal));
        asked += 1;
        const before = now.AccessKeyMetadata.map((key: object, index: number) =>
          index === 1 ? { ...key, Status: 'Active' } : key,
        );
        return asked === 1 ? { ...now, AccessKeyMetadata: before } : now;
      },
    });
    const { status, message } = await run();
    expect(statuses()).toEqual(['Active', 'Inactive']);
    expect([status, message]).toEqual(['Failed', expect.stringContaining('no active access key')]);
  });

  it('by an execution of this runbook, at the same time, the user keeps a key all the same', async () => {
    const [first, second] = alice.keys.map(({ AccessKeyId }) => AccessKeyId);
    account.lambda.override(account.planner, (input) => {
      const isFirst = Object(input).AccessKeyId === first;
      const [AccessKeyId = '', KeepAccessKeyId = ''] = isFirst ? [first, second] : [second, first];
      return { ...plan, AccessKeyId, KeepAccessKeyId };
    });
    const both = await Promise.all([first, second].map((AccessKeyId = '') => run({ AccessKeyId })));
    expect(statuses()).toContain('Active');
    expect(both.map(({ status }) => status)).toContain('Failed');
  });

  it('the key is active again although IAM fails at first', async () => {
    deactivateOther();
    for (const nth of [2, 3])
      account.faults.fail({ service: 'iam', operation: 'UpdateAccessKey', nth, error: denied });
    await run();
    expect(statuses()).toEqual(['Active', 'Inactive']);
  });

  it('says it loudest when IAM never lets the key be active again', async () => {
    deactivateOther();
    account.faults.fail({
      service: 'iam',
      operation: 'UpdateAccessKey',
      nth: 2,
      always: true,
      error: denied,
    });
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('COULD NOT BE MADE ACTIVE AGAIN');
    // Taken once, and tried to be given back five times.
    expect(writes()).toHaveLength(6);
    expect(message).toContain('if it is not active, make it so: a command');
  });
});

describe('when Config fails', () => {
  it('the key is deactivated all the same, and the next evaluation shows it', async () => {
    account.faults.fail({
      service: 'config',
      operation: 'StartConfigRulesEvaluation',
      error: denied,
    });
    const { outcome, status, steps } = await run();
    expect([outcome, status]).toEqual(['Acted', 'Success']);
    expect(steps).toContain('EvaluateAgain Failed');
  });
});

describe('the topic', () => {
  const NotificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
  const leaveNone = () =>
    account.ssm.onStep(({ StepName, StepStatus }) => {
      const [, other] = alice.keys;
      if (other !== undefined && StepName === 'DeactivateAccessKey' && StepStatus === 'InProgress')
        other.Status = 'Inactive';
    });

  it('is told of a deactivation that was taken back, as loud as the execution fails', async () => {
    account.sns.createTopic('keys');
    leaveNone();
    const { status, message } = await run({ NotificationTopicArn });
    expect(status).toBe('Failed');
    const [{ Subject, Message = '' } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(Subject).toBe('The deactivation of an access key is not verified');
    expect(Message).toMatch(/^Unverified: alice had no active access key left when AKIA\w+ was/);
    expect(message).toContain(Message);
  });

  it('is told of a deactivation that is never seen', async () => {
    account.sns.createTopic('keys');
    account.faults.fail({ service: 'iam', operation: 'UpdateAccessKey', error: denied });
    await run({ NotificationTopicArn });
    expect(account.sns.published.map(({ Message }) => Message)).toEqual([
      expect.stringContaining(`${plan.AccessKeyId} of alice should be Inactive, but is Active`),
    ]);
  });

  it('that cannot be told changes nothing of what is done, and is said as well', async () => {
    leaveNone();
    const { status, message } = await run({ NotificationTopicArn });
    expect(status).toBe('Failed');
    expect(statuses()).toEqual(['Active', 'Inactive']);
    expect(message).toContain('Unverified: alice had no active access key left');
    expect(message).toContain('The topic could not be told');
  });

  it('is not needed', async () => {
    leaveNone();
    const { message } = await run();
    expect(message).toContain('Unverified');
    expect(message).not.toContain('topic');
  });
});
