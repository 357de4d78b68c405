import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const createAccount = createDeployedAccounts({ dashboard: false, exemptionTagKey: 'keys-until' });
const MINUTE = 60_000;
const DAY = 86_400_000;

let account: DeployedAccount;
let runbook: ReturnType<DeployedAccount['runbook']>;
let clock: ReturnType<typeof createClock>;

/** An account whose clock the test moves on. */
const begin = async (options: object = {}, automation: object = {}) => {
  clock = createClock();
  account = await createAccount(automation, { ...clock, ...options });
  runbook = account.runbook('deleteInactive');
};
beforeEach(() => begin());
afterEach(() => account.close());

const seed = (UserName: string, ...keys: Partial<LocalAccessKey>[]): LocalUser =>
  account.seed({ UserName, keys });
const id = (user: LocalUser, index: number) => user.keys[index]?.AccessKeyId ?? '';
const idsOf = (user: LocalUser) => user.keys.map(({ AccessKeyId }) => AccessKeyId);
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * DAY);
/** A key that became inactive before the history of events begins. */
const inactiveLong = (): Partial<LocalAccessKey> => ({
  CreateDate: daysAgo(400),
  Status: 'Inactive',
});
const setStatus = (user: LocalUser, index: number, Status: 'Active' | 'Inactive') => {
  const input = { UserName: user.UserName, AccessKeyId: id(user, index), Status };
  const request = { service: 'iam', operation: 'UpdateAccessKey' } as const;
  return account.call({ ...request, input, principal: 'operator' });
};
/** A user whose last key was deactivated so many days ago, and the event of it is visible. */
const seedDeactivated = async (UserName: string, days: number, keys = [{}]) => {
  const user = seed(UserName, ...keys);
  await setStatus(user, keys.length - 1, 'Inactive');
  clock.advance(days * DAY);
  return user;
};
const callsOfRole = () =>
  account.calls
    .filter(({ principal }) => principal === runbook.role)
    .map(({ operation }) => operation);

describe('the runbook that deletes', () => {
  it('deletes the key that is inactive for long enough, verifies it, and evaluates again', async () => {
    const alice = await seedDeactivated('alice', 30, [{}, {}]);
    const [stays, goes] = idsOf(alice);

    const { outcome, steps, output } = await runbook.run({ UserId: alice.UserId });

    expect(outcome).toBe('Acted');
    expect(idsOf(alice)).toEqual([stays]);
    expect(steps).toEqual([
      'Plan Success',
      'ReadPlan Success',
      'Decide Success',
      'Wait Success',
      'PlanAgain Success',
      'ReadPlanAgain Success',
      'DeleteAccessKey Success',
      'Verify Success',
      'EvaluateAgain Success',
      'DecideNotify Success',
      'Report Success',
    ]);
    expect(output('AccessKeyId')).toBe(goes);
    expect(output('UserName')).toBe('alice');
    expect(output('Reason')).toContain('inactive since');
    expect(output('UndoCommand')).toBeUndefined();
    expect(callsOfRole()).toEqual([
      'Invoke',
      'Invoke',
      'DeleteAccessKey',
      'ListAccessKeys',
      'StartConfigRulesEvaluation',
    ]);
    const started = account.calls.find(
      ({ operation }) => operation === 'StartConfigRulesEvaluation',
    );
    expect(started?.input).toEqual({ ConfigRuleNames: ['iam-user-inactive-access-key'] });
  });

  it('does so on the boto3 of the machine, where there is one', async () => {
    await account.close();
    await begin({}, { python: ['python3'] });
    const alice = await seedDeactivated('alice', 30);
    expect((await runbook.run({ UserId: alice.UserId })).outcome).toBe('Acted');
    expect(idsOf(alice)).toEqual([]);
  });

  it('deletes the named key, and no other', async () => {
    const alice = await seedDeactivated('alice', 40, [{}, {}, {}]);
    await setStatus(alice, 0, 'Inactive');
    clock.advance(35 * DAY);
    const [named, ...others] = idsOf(alice);
    const { outcome } = await runbook.run({ UserId: alice.UserId, AccessKeyId: named ?? '' });
    expect(outcome).toBe('Acted');
    expect(idsOf(alice)).toEqual(others);
  });

  it('deletes one key an execution, the one that is inactive longest', async () => {
    const alice = await seedDeactivated('alice', 10, [{}, {}]);
    await setStatus(alice, 0, 'Inactive');
    clock.advance(40 * DAY);
    const [later, longest] = idsOf(alice);
    const { output } = await runbook.run({ UserId: alice.UserId });
    expect(output('AccessKeyId')).toBe(longest);
    expect(idsOf(alice)).toEqual([later]);
  });

  it('writes nothing in a dry run, and says what it would do', async () => {
    const alice = await seedDeactivated('alice', 30);
    const { outcome, output, steps } = await runbook.run({ UserId: alice.UserId, DryRun: 'true' });
    expect(outcome).toBe('DryRun');
    expect(output('AccessKeyId')).toBe(id(alice, 0));
    expect(steps).toEqual(['Plan Success', 'ReadPlan Success', 'Decide Success', 'Report Success']);
    expect(alice.keys).toHaveLength(1);
  });

  it('has nothing to do before the days of the rule are over, unless MinimumInactiveDays are', async () => {
    const alice = await seedDeactivated('alice', 29);
    expect((await runbook.run({ UserId: alice.UserId })).outcome).toBe('NothingToDo');
    expect(callsOfRole()).toEqual(['Invoke', 'StartConfigRulesEvaluation']);
    const days = { MinimumInactiveDays: '29' };
    expect((await runbook.run({ UserId: alice.UserId, ...days })).outcome).toBe('Acted');
    expect(alice.keys).toEqual([]);
  });

  it('leaves alone whom the tag of the rule exempts', async () => {
    const alice = await seedDeactivated('alice', 60);
    alice.tags.set('keys-until', { Key: 'keys-until', Value: '2999-12-31' });
    const { outcome, output } = await runbook.run({ UserId: alice.UserId });
    expect(outcome).toBe('NothingToDo');
    expect(output('Reason')).toContain('2999-12-31');
    expect(alice.keys).toHaveLength(1);
  });

  it('is where the command leads that a deactivation gives, once its days are over', async () => {
    const alice = seed('alice', {}, { CreateDate: daysAgo(400) });
    const { output } = await account.run({ UserId: alice.UserId, MinimumIdleDays: '0' });
    const [, parameters = ''] = output('NextCommand')?.split(' --parameters ') ?? [];
    expect(output('NextCommand')).toContain(
      ` --document-name ${account.outputs['DeletionRunbookName']}`,
    );
    const given = Object.fromEntries(parameters.split(',').map((one) => one.split('=')));
    expect(await runbook.run(given)).toMatchObject({ status: 'Failed' });
    clock.advance(30 * DAY);
    expect((await runbook.run(given)).outcome).toBe('Acted');
    expect(alice.keys).toHaveLength(1);
  });
});

describe('a deletion of a key that was active minutes ago', () => {
  it('deletes nothing, although an older event is all that is visible', async () => {
    await account.close();
    await begin({ cloudTrailDelay: 15 * MINUTE });
    const alice = await seedDeactivated('alice', 40);
    for (const Status of ['Active', 'Inactive'] as const) {
      await setStatus(alice, 0, Status);
      clock.advance(2 * MINUTE);
    }
    const { status, message } = await runbook.run({ UserId: alice.UserId });
    expect(status).toBe('Failed');
    expect(message).toContain('Refused: the plan has changed: Delete');
    expect(alice.keys).toHaveLength(1);
  });
});

describe('a deletion without a visible event', () => {
  it('waits half an hour of the account, plans again, and deletes', async () => {
    const alice = seed('alice', inactiveLong());
    const execution = runbook.start({ UserId: alice.UserId });
    await account.ssm.waiting(execution);
    clock.advance(29 * MINUTE);
    await account.settled();
    expect(account.ssm.execution(execution).CurrentStepName).toBe('Wait');
    expect(alice.keys).toHaveLength(1);

    clock.advance(MINUTE);
    const { outcome, output, steps } = await runbook.ended(execution);

    expect(outcome).toBe('Acted');
    expect(alice.keys).toEqual([]);
    expect(output('Reason')).toContain('at least 90 days');
    expect(steps.slice(2, 6)).toEqual([
      'Decide Success',
      'Wait Success',
      'PlanAgain Success',
      'ReadPlanAgain Success',
    ]);
  });

  it('deletes nothing when the event of a deactivation just now becomes visible meanwhile', async () => {
    await account.close();
    await begin({ cloudTrailDelay: 15 * MINUTE });
    const alice = seed('alice', { CreateDate: daysAgo(400) });
    await setStatus(alice, 0, 'Inactive');
    const execution = runbook.start({ UserId: alice.UserId });
    await account.ssm.waiting(execution);
    clock.advance(30 * MINUTE);
    const { status, message, steps } = await runbook.ended(execution);
    expect(status).toBe('Failed');
    expect(message).toContain(`Refused: the plan has changed: Delete ${id(alice, 0)} of alice (`);
    expect(steps.at(-1)).toBe('ReadPlanAgain Failed');
    expect(alice.keys).toHaveLength(1);
  });

  it('deletes nothing when somebody makes the key active meanwhile, although no event shows it', async () => {
    await account.close();
    await begin({ cloudTrailDelay: 60 * MINUTE });
    const alice = seed('alice', inactiveLong());
    const execution = runbook.start({ UserId: alice.UserId });
    await account.ssm.waiting(execution);
    await setStatus(alice, 0, 'Active');
    clock.advance(30 * MINUTE);
    const { message } = await runbook.ended(execution);
    expect(message).toContain('Refused: the plan has changed');
    expect(alice.keys).toHaveLength(1);
  });
});

describe('the runbook that deletes refuses, and fails with the reason,', () => {
  const refused = async (user: LocalUser, given: Record<string, string> = {}) => {
    const before = idsOf(user);
    const { status, message, steps } = await runbook.run({ UserId: user.UserId, ...given });
    expect(status).toBe('Failed');
    expect(message).toContain('Refused: ');
    expect(steps).toEqual(['Plan Success', 'ReadPlan Failed']);
    expect(idsOf(user)).toEqual(before);
    return message;
  };

  it('an active key, even when it is named', async () => {
    const alice = seed('alice', { CreateDate: daysAgo(400) });
    expect(await refused(alice, { AccessKeyId: id(alice, 0) })).toContain('is active');
  });

  it('a named key that is inactive for too short, and says since when', async () => {
    const alice = await seedDeactivated('alice', 29);
    expect(await refused(alice, { AccessKeyId: id(alice, 0) })).toContain('inactive since');
  });

  it('a key of another user', async () => {
    const bob = await seedDeactivated('bob', 60);
    const message = await refused(seed('alice', {}), { AccessKeyId: id(bob, 0) });
    expect(message).toContain('is not an access key of alice');
    expect(bob.keys).toHaveLength(1);
  });

  it('a key of which nobody knows since when it is inactive', async () => {
    const alice = seed('alice', { CreateDate: daysAgo(50), Status: 'Inactive' });
    expect(await refused(alice)).toContain('is inactive and was active on');
  });

  it('an id that no user has, and a rule that does not exist', async () => {
    const nobody = await runbook.run({ UserId: 'AIDAXXXXXXXXXXXXGHOST' });
    expect(nobody.message).toContain('no IAM user of this account has the id');
    const alice = await seedDeactivated('alice', 60);
    const given = { UserId: alice.UserId, ConfigRuleName: 'no-such-rule' };
    expect((await runbook.run(given)).message).toContain('NoSuchConfigRuleException');
    expect(alice.keys).toHaveLength(1);
  });

  it('everything while the history cannot be read', async () => {
    const alice = seed('alice', inactiveLong());
    account.faults.fail({
      ...{ service: 'cloudtrail', operation: 'LookupEvents', always: true },
      error: new ServiceError('AccessDeniedException', 'not authorized', 400),
    });
    const { status, message } = await runbook.run({ UserId: alice.UserId });
    expect(status).toBe('Failed');
    expect(message).toContain('got AccessDeniedException: not authorized');
    expect(alice.keys).toHaveLength(1);
  });
});
