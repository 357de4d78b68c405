import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { trustOf } from '../../support/trust.ts';

const approvalTopicArn = 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals';
const createAccount = createDeployedAccounts({
  ...{ approvers: 'operator,arn:aws:iam::123456789012:role/on-call', approvalTopicArn },
  ...{ dashboard: false, exemptionTagKey: 'keys-until' },
});
const DAY = 86_400_000;

let account: DeployedAccount;
let clock: ReturnType<typeof createClock>;
beforeEach(async () => {
  clock = createClock();
  account = await createAccount({}, clock);
  account.skipEvaluations();
  account.sns.createTopic('AutomationApprovals');
  for (const RoleName of ['on-call', 'off-call'])
    account.roles.create({ RoleName, AssumeRolePolicyDocument: trustOf('ec2.amazonaws.com') });
});
afterEach(() => account.close());

const daysAgo = (days: number) => new Date(clock.now().getTime() - days * DAY);
const used = (days: number): Partial<LocalAccessKey> => ({
  CreateDate: daysAgo(500),
  lastUsed: { LastUsedDate: daysAgo(days), ServiceName: 's3', Region: 'us-east-1' },
});
const setStatus = (user: LocalUser, AccessKeyId: string, Status: 'Active' | 'Inactive') => {
  const input = { UserName: user.UserName, AccessKeyId, Status };
  const request = { service: 'iam', operation: 'UpdateAccessKey' } as const;
  return account.call({ ...request, input, principal: 'operator' });
};
const signal = (id: string, SignalType: 'Approve' | 'Reject', principal = 'operator') => {
  const input = { AutomationExecutionId: id, SignalType };
  return account.ssm.operations.SendAutomationSignal(input, principal);
};
const keysOf = ({ keys }: LocalUser) =>
  keys.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`);

/** A runbook that asks, a user on whose key it acts, and what leads it to another key. */
const RUNBOOKS = [
  {
    name: 'deactivate' as const,
    act: 'Deactivate',
    step: 'DeactivateAccessKey',
    words: 'Approving deactivates the access key',
    seed: async () => {
      const user = account.seed({ UserName: 'alice', keys: [used(200), used(100), used(1)] });
      return { user, goes: user.keys[0]?.AccessKeyId ?? '' };
    },
    isDone: (user: LocalUser, goes: string) =>
      user.keys.find(({ AccessKeyId }) => AccessKeyId === goes)?.Status === 'Inactive',
  },
  {
    name: 'deleteInactive' as const,
    act: 'Delete',
    step: 'DeleteAccessKey',
    words: 'Approving DELETES the access key',
    seed: async () => {
      const user = account.seed({ UserName: 'alice', keys: [{}, {}, {}] });
      const [first = '', second = ''] = user.keys.map(({ AccessKeyId }) => AccessKeyId);
      await setStatus(user, first, 'Inactive');
      clock.advance(DAY);
      await setStatus(user, second, 'Inactive');
      clock.advance(60 * DAY);
      return { user, goes: first };
    },
    isDone: (user: LocalUser, goes: string) =>
      user.keys.every(({ AccessKeyId }) => AccessKeyId !== goes),
  },
];

describe.each(RUNBOOKS)('the runbook that $name, with approvers,', (spec) => {
  let user: LocalUser;
  let goes: string;
  let before: string[];
  beforeEach(async () => {
    ({ user, goes } = await spec.seed());
    before = keysOf(user);
  });
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

  it('asks before it writes, and tells the topic what it would do', async () => {
    const id = await start();
    expect(account.ssm.execution(id).AutomationExecutionStatus).toBe('Waiting');
    expect(keysOf(user)).toEqual(before);
    const [{ TopicArn, Message = '' } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(TopicArn).toBe(approvalTopicArn);
    const key = `${spec.words} ${goes} of the IAM user alice (${user.UserId}) of the account 123456789012`;
    expect(Message).toContain(key);
    expect(Message).toMatch(new RegExp(`Why: .*${goes}`));
    if (spec.name === 'deleteInactive') expect(Message).toContain('deactivation: CloudTrail');
  });

  it.each(['operator', 'on-call'])(
    'goes on when %s approves, with a new plan',
    async (approver) => {
      const id = await start();
      signal(id, 'Approve', approver);
      const { outcome, steps } = await runbook().ended(id);
      expect(outcome).toBe('Acted');
      expect(spec.isDone(user, goes)).toBe(true);
      const approve = steps.indexOf('Approve Success');
      expect(steps.slice(approve, approve + 4)).toEqual([
        'Approve Success',
        'PlanAgain Success',
        'ReadPlanAgain Success',
        `${spec.step} Success`,
      ]);
    },
  );

  it('writes nothing when one of them rejects', async () => {
    const id = await start();
    signal(id, 'Reject');
    const { status, steps } = await runbook().ended(id);
    expect(status).toBe('Failed');
    expect(steps.at(-1)).toBe('Approve Failed');
    expect(keysOf(user)).toEqual(before);
  });

  it('writes nothing when a week brings no answer', async () => {
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

  it('takes no approval of anybody else', async () => {
    const id = await start();
    expect(() => signal(id, 'Approve', 'off-call')).toThrow('is not one of the approvers');
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Approve');
    expect(keysOf(user)).toEqual(before);
  });

  it.each<[string, (asked: LocalUser, key: string) => unknown, RegExp]>([
    [
      'the key is gone',
      (asked, key) => asked.keys.splice(0, Number(asked.keys[0]?.AccessKeyId === key)),
      /now (Deactivate|Delete) AKIA\w+ of alice \(/,
    ],
    [
      'another key is chosen',
      (asked, key) => setStatus(asked, key, spec.name === 'deactivate' ? 'Inactive' : 'Active'),
      /now (Deactivate|Delete) AKIA\w+ of alice \(/,
    ],
    [
      'the key was used, or its evidence is another one',
      async (asked, key) => {
        const [one] = asked.keys.filter(({ AccessKeyId }) => AccessKeyId === key);
        const lastUsed = { LastUsedDate: daysAgo(50), ServiceName: 's3', Region: 'us-east-1' };
        Object.assign(one ?? {}, { lastUsed });
      },
      /now (Refused|Deactivate AKIA\w+ of alice \()/,
    ],
    [
      'the user is exempt',
      ({ tags }) => tags.set('keys-until', { Key: 'keys-until', Value: '2999-12-31' }),
      /now NothingToDo: .*2999-12-31/,
    ],
    [
      'the user has another name',
      ({ UserName }) =>
        account.iam.operations['UpdateUser']?.({ UserName, NewUserName: 'alice2' }, 'operator'),
      /now (Deactivate|Delete) AKIA\w+ of alice2 \(/,
    ],
    [
      'the user is gone',
      (asked) => {
        asked.keys.splice(0);
        account.iam.operations['DeleteUser']?.({ UserName: asked.UserName }, 'operator');
      },
      /now Refused: no IAM user of this account has the id/,
    ],
  ])('writes nothing when %s by the time of the approval', async (_, change, now) => {
    const id = await start();
    await change(user, goes);
    clock.advance(2 * DAY);
    const changed = keysOf(user);
    signal(id, 'Approve');
    const { status, message, steps } = await runbook().ended(id);
    expect(status).toBe('Failed');
    expect(message).toContain(`Refused: the plan has changed: ${spec.act} ${goes} of alice (`);
    expect(message).toMatch(now);
    expect(steps.at(-1)).toBe('ReadPlanAgain Failed');
    expect(keysOf(user)).toEqual(changed);
  });

  it('asks once for each execution, and only one of two finds the key as it was', async () => {
    const [first, second] = [await start(), await start()];
    signal(first, 'Approve');
    expect((await runbook().ended(first)).outcome).toBe('Acted');
    const after = keysOf(user);
    expect(account.ssm.execution(second).AutomationExecutionStatus).toBe('Waiting');
    signal(second, 'Approve');
    expect((await runbook().ended(second)).message).toContain('Refused: the plan has changed');
    expect(keysOf(user)).toEqual(after);
  });

  it('asks nobody in a dry run, and nobody where there is nothing to do', async () => {
    const dry = await runbook().run({ UserId: user.UserId, DryRun: 'true' });
    expect(dry.outcome).toBe('DryRun');
    const bob = account.seed({ UserName: 'bob', keys: [{}] });
    expect((await runbook().run({ UserId: bob.UserId })).outcome).toBe('NothingToDo');
    expect(account.sns.published).toEqual([]);
  });

  it('does not write when the question itself fails', async () => {
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

describe('a deletion without a visible event, with approvers,', () => {
  it('waits half an hour first, then asks', async () => {
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

describe('the runbook that reactivates', () => {
  it('asks nobody: what it does restores what was', async () => {
    const alice = account.seed({ UserName: 'alice', keys: [{ Status: 'Inactive' }] });
    const { outcome } = await account.runbook('reactivate').run({ UserId: alice.UserId });
    expect(outcome).toBe('Acted');
  });
});
