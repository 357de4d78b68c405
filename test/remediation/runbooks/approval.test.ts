import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { trustOf } from '../../support/build.ts';
import type { DeployedAccount } from '../../support/deployed-account.ts';
import { DAY, useDeployedAccount, used } from '../../support/runbook-scenarios.ts';

const approvalTopicArn = 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals';
const { setup, setupWith } = useDeployedAccount({
  approvers:
    'operator,arn:aws:iam::123456789012:role/on-call,arn:aws:sts::123456789012:assumed-role/sso/session',
  approvalTopicArn,
  exemptionTagKey: 'keys-until',
});
let account: DeployedAccount;
let clock: ReturnType<typeof setup>['clock'];
const prepare = (given: ReturnType<typeof setup>) => {
  ({ account, clock } = given);
  account.sns.createTopic('AutomationApprovals');
  for (const RoleName of ['on-call', 'sso', 'off-call'])
    account.roles.create({ RoleName, AssumeRolePolicyDocument: trustOf('ec2.amazonaws.com') });
};
beforeEach(() => prepare(setup()));

const daysAgo = (days: number) => new Date(clock.now().getTime() - days * DAY);
const signal = (id: string, SignalType: 'Approve' | 'Reject', principal = 'operator') => {
  const input = { AutomationExecutionId: id, SignalType };
  return account.ssm.operations.SendAutomationSignal(input, principal);
};
const keysOf = ({ keys }: LocalUser) =>
  keys.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`);

/** The runbooks that ask for approval, each with a user on whose key it acts. */
const RUNBOOKS = [
  {
    name: 'deactivate' as const,
    act: 'Deactivate',
    step: 'DeactivateAccessKey',
    words: 'Approving deactivates the access key',
    seed: async () => {
      const user = account.seed({ UserName: 'alice', keys: [used(200), used(100), used(1)] });
      return { user, key: user.keys[0]?.AccessKeyId ?? '' };
    },
    isDone: (user: LocalUser, key: string) =>
      user.keys.find(({ AccessKeyId }) => AccessKeyId === key)?.Status === 'Inactive',
  },
  {
    name: 'deleteInactive' as const,
    act: 'Delete',
    step: 'DeleteAccessKey',
    words: 'Approving DELETES the access key',
    seed: async () => {
      const user = account.seed({ UserName: 'alice', keys: [{}, {}, {}] });
      const [first = '', second = ''] = user.keys.map(({ AccessKeyId }) => AccessKeyId);
      await setup().setStatus(user, first, 'Inactive');
      clock.advance(DAY);
      await setup().setStatus(user, second, 'Inactive');
      clock.advance(60 * DAY);
      return { user, key: first };
    },
    isDone: (user: LocalUser, key: string) =>
      user.keys.every(({ AccessKeyId }) => AccessKeyId !== key),
  },
];

describe.each(RUNBOOKS)('the runbook $name, with approvers,', (spec) => {
  let user: LocalUser;
  let key: string;
  let before: string[];
  const seed = async () => {
    ({ user, key } = await spec.seed());
    before = keysOf(user);
  };
  beforeEach(seed);
  const runbook = () => account.runbook(spec.name);
  const start = async () => {
    const id = runbook().start({ UserId: user.UserId });
    await account.ssm.waiting(id);
    if (spec.name === 'deleteInactive') {
      clock.advance(30 * 60_000);
      await account.settled();
    }
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    return id;
  };

  it('asks before it writes, and publishes what it would do', async () => {
    const id = await start();
    expect(account.ssm.execution(id).AutomationExecutionStatus).toBe('Waiting');
    expect(keysOf(user)).toEqual(before);
    const [{ TopicArn, Message = '' } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(TopicArn).toBe(approvalTopicArn);
    expect(Message).toContain(
      `${spec.words} ${key} of the IAM user alice (${user.UserId}) in the account 123456789012`,
    );
    expect(Message).toMatch(new RegExp(`Why: .*${key}`));
    if (spec.name === 'deleteInactive') expect(Message).toContain('deactivation: CloudTrail');
  });

  it.each(['operator', 'on-call', 'sso'])(
    'plans again and writes when %s approves',
    async (approver) => {
      const id = await start();
      signal(id, 'Approve', approver);
      const { outcome, steps } = await runbook().ended(id);
      expect(outcome).toBe('Acted');
      expect(spec.isDone(user, key)).toBe(true);
      const approve = steps.indexOf('Approve Success');
      expect(steps.slice(approve, approve + 5)).toEqual([
        'Approve Success',
        'ReadApproval Success',
        'PlanAgain Success',
        'ReadPlanAgain Success',
        `${spec.step} Success`,
      ]);
    },
  );

  it('says who used the key, and writes although it was used otherwise before the approval', async () => {
    const [used] = user.keys.filter(({ AccessKeyId }) => AccessKeyId === key);
    const lastUsed = { LastUsedDate: daysAgo(200), ServiceName: 's3', Region: 'eu-west-1' };
    Object.assign(used ?? {}, { lastUsed });
    const use = (eventName: string) =>
      account.cloudtrail.recordUse(key, { at: daysAgo(80), awsRegion: 'eu-west-1', eventName });
    use('ListBuckets');
    const id = await start();
    expect(account.sns.published[0]?.Message).toMatch(
      /^Why: .* s3:ListBuckets from 203\.0\.113\.7 \(aws-cli\/2\.15\.30\); in total 1 event, /m,
    );
    use('GetBucketPolicy');
    signal(id, 'Approve');
    const { outcome, output } = await runbook().ended(id);
    expect([outcome, output('AccessKeyId')]).toEqual(['Acted', key]);
    expect(spec.isDone(user, key)).toBe(true);
  });

  it.each([
    ['fails', true, ['Approve Failed'], 'The approval request was rejected'],
    [
      'succeeds',
      false,
      ['Approve Success', 'ReadApproval Failed'],
      'Refused: the request for approval is Rejected, so the key stays as it is',
    ],
  ])(
    'writes nothing when an approver rejects and the step Approve %s',
    async (_, failsOnRejection, last, reason) => {
      prepare(await setupWith({ failsOnRejection }));
      await seed();
      const id = await start();
      signal(id, 'Reject');
      const { status, steps, message } = await runbook().ended(id);
      expect(status).toBe('Failed');
      expect(steps.slice(-last.length)).toEqual(last);
      expect(message).toContain(reason);
      expect(keysOf(user)).toEqual(before);
    },
  );

  it('writes nothing when nobody answers for a week', async () => {
    const id = await start();
    clock.advance(7 * DAY - 60_000);
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    clock.advance(60_000);
    const { status, steps } = await runbook().ended(id);
    expect(status).toBe('TimedOut');
    expect(steps.at(-1)).toBe('Approve TimedOut');
    expect(keysOf(user)).toEqual(before);
  });

  it('ignores an approval by a principal that is not an approver', async () => {
    const id = await start();
    expect(() => signal(id, 'Approve', 'off-call')).toThrow('is not one of the approvers');
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    expect(keysOf(user)).toEqual(before);
  });

  it.each<[string, (asked: LocalUser, key: string) => unknown, RegExp]>([
    [
      'the key is deleted',
      (asked, key) => asked.keys.splice(0, Number(asked.keys[0]?.AccessKeyId === key)),
      / to (Deactivate|Delete) AKIA\w+ of alice \(/,
    ],
    [
      'another key would be selected',
      (asked, key) =>
        setup().setStatus(asked, key, spec.name === 'deactivate' ? 'Inactive' : 'Active'),
      / to (Deactivate|Delete) AKIA\w+ of alice \(/,
    ],
    [
      'the key is used',
      async (asked, key) => {
        const [one] = asked.keys.filter(({ AccessKeyId }) => AccessKeyId === key);
        const lastUsed = { LastUsedDate: daysAgo(50), ServiceName: 's3', Region: 'us-east-1' };
        Object.assign(one ?? {}, { lastUsed });
      },
      / to (Refused|Deactivate AKIA\w+ of alice \()/,
    ],
    [
      'the user becomes exempt',
      ({ tags }) => tags.set('keys-until', { Key: 'keys-until', Value: '2999-12-31' }),
      / to NothingToDo: .*2999-12-31/,
    ],
    [
      'the user is renamed',
      ({ UserName }) =>
        account.iam.operations['UpdateUser']?.({ UserName, NewUserName: 'alice2' }, 'operator'),
      / to (Deactivate|Delete) AKIA\w+ of alice2 \(/,
    ],
    [
      'the user is deleted',
      (asked) => {
        asked.keys.splice(0);
        account.iam.operations['DeleteUser']?.({ UserName: asked.UserName }, 'operator');
      },
      / to Refused: /,
    ],
  ])('writes nothing when %s before the approval', async (_, change, now) => {
    const id = await start();
    await change(user, key);
    clock.advance(2 * DAY);
    const changed = keysOf(user);
    signal(id, 'Approve');
    const { status, message, steps } = await runbook().ended(id);
    expect(status).toBe('Failed');
    expect(message).toContain(`Refused: the plan has changed from ${spec.act} ${key} of alice (`);
    expect(message).toMatch(now);
    expect(steps.at(-1)).toBe('ReadPlanAgain Failed');
    expect(keysOf(user)).toEqual(changed);
  });

  it('asks for each execution, and refuses the second one after the first has written', async () => {
    const [first, second] = [await start(), await start()];
    signal(first, 'Approve');
    expect((await runbook().ended(first)).outcome).toBe('Acted');
    const after = keysOf(user);
    expect(account.ssm.execution(second).AutomationExecutionStatus).toBe('Waiting');
    signal(second, 'Approve');
    expect((await runbook().ended(second)).message).toContain('Refused: the plan has changed');
    expect(keysOf(user)).toEqual(after);
  });

  it('does not ask in a dry run or when there is nothing to do', async () => {
    const dry = await runbook().run({ UserId: user.UserId, DryRun: 'true' });
    expect(dry.outcome).toBe('DryRun');
    const bob = account.seed({ UserName: 'bob', keys: [{}] });
    expect((await runbook().run({ UserId: bob.UserId })).outcome).toBe('NothingToDo');
    expect(account.sns.published).toEqual([]);
  });

  it('writes nothing when the request for approval cannot be published', async () => {
    account.register('sns', {
      Publish: () => {
        throw new Error('the topic is gone');
      },
    });
    const { status, steps } = await runbook().run({ UserId: user.UserId });
    expect(status).toBe('Failed');
    expect(steps.at(-1)).toBe('Approve Failed');
    expect(keysOf(user)).toEqual(before);
  });
});

describe('a deletion without an event in CloudTrail, with approvers,', () => {
  it('waits half an hour before it asks', async () => {
    const keys = [{ CreateDate: daysAgo(400), Status: 'Inactive' as const }];
    const alice = account.seed({ UserName: 'alice', keys });
    const runbook = account.runbook('deleteInactive');
    const id = runbook.start({ UserId: alice.UserId });
    await account.ssm.waiting(id);
    expect(account.ssm.execution(id).CurrentStepName).toBe('Wait');
    expect(account.sns.published).toEqual([]);
    clock.advance(30 * 60_000);
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    expect(account.sns.published[0]?.Message).toContain('Evidence of its deactivation: NoEvent');
    signal(id, 'Approve');
    expect((await runbook.ended(id)).outcome).toBe('Acted');
    expect(alice.keys).toEqual([]);
  });
});

describe('the runbook reactivate', () => {
  it('does not ask, because it undoes a deactivation', async () => {
    const alice = account.seed({ UserName: 'alice', keys: [{ Status: 'Inactive' }] });
    const { outcome } = await account.runbook('reactivate').run({ UserId: alice.UserId });
    expect(outcome).toBe('Acted');
  });
});

describe('a stack that requires two approvals', () => {
  const two = useDeployedAccount({
    approvers: 'operator,arn:aws:iam::123456789012:role/on-call',
    minRequiredApprovals: '2',
  });

  it.each([
    ['Approve', 'Acted', ['Inactive', 'Active']],
    ['Reject', undefined, ['Active', 'Active']],
  ] as const)('waits for the second decision: %s', async (decision, expected, statuses) => {
    prepare(two.setup());
    const alice = account.seed({ UserName: 'alice', keys: [used(200), used(1)] });
    const runbook = account.runbook('deactivate');
    const id = runbook.start({ UserId: alice.UserId });
    await account.ssm.waiting(id);

    signal(id, 'Approve');
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    expect(alice.keys.map(({ Status }) => Status)).toEqual(['Active', 'Active']);

    signal(id, decision, 'on-call');
    expect((await runbook.ended(id)).outcome).toBe(expected);
    expect(alice.keys.map(({ Status }) => Status)).toEqual(statuses);
  });
});
