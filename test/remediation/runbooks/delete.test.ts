import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import {
  DAY,
  daysAgo,
  idOf,
  idsOf,
  MINUTE,
  planFor,
  useDeployedAccount,
} from '../../support/runbook-scenarios.ts';

const { setup, setupWith } = useDeployedAccount({ exemptionTagKey: 'keys-until' });

const runbook = () => setup().account.runbook('deleteInactive');
const run = ({ UserId }: LocalUser, parameters: Record<string, string> = {}) =>
  runbook().run({ UserId, ...parameters });

/** A key that became inactive before CloudTrail's event history begins. */
const inactiveLong: Partial<LocalAccessKey> = { CreateDate: daysAgo(400), Status: 'Inactive' };

/** Deactivates the last key of a user, and lets a number of days pass. */
const seedDeactivated = async (UserName: string, days: number, keys = [{}]) => {
  const { seed, setStatus, clock } = setup();
  const user = seed(UserName, ...keys);
  await setStatus(user, idOf(user, keys.length - 1), 'Inactive');
  clock.advance(days * DAY);
  return user;
};

/** Starts an execution, and waits until it sleeps. */
const startWaiting = async ({ UserId }: LocalUser) => {
  const id = runbook().start({ UserId });
  await setup().account.ssm.waiting(id);
  return id;
};

describe('the runbook DeleteInactiveAccessKey', () => {
  it('deletes a key that has been inactive for long enough, verifies it and starts an evaluation', async () => {
    const { account, callsOf } = setup();
    const alice = await seedDeactivated('alice', 30, [{}, {}]);
    const [kept, deleted] = idsOf(alice);

    const { outcome, steps, output } = await run(alice);

    expect(outcome).toBe('Acted');
    expect(idsOf(alice)).toEqual([kept]);
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
      'Report Success',
    ]);
    expect(output('AccessKeyId')).toBe(deleted);
    expect(output('UserName')).toBe('alice');
    expect(output('Reason')).toContain('inactive since');
    expect(output('UndoCommand')).toBeUndefined();
    expect(callsOf('deleteInactive')).toEqual([
      'Invoke',
      'Invoke',
      'DeleteAccessKey',
      'ListAccessKeys',
      'StartConfigRulesEvaluation',
    ]);
    const evaluation = account.calls.find(
      ({ operation }) => operation === 'StartConfigRulesEvaluation',
    );
    expect(evaluation?.input).toEqual({ ConfigRuleNames: ['iam-user-inactive-access-key'] });
  });

  it('deletes the named key', async () => {
    const { setStatus, clock } = setup();
    const alice = await seedDeactivated('alice', 40, [{}, {}, {}]);
    await setStatus(alice, idOf(alice, 0), 'Inactive');
    clock.advance(35 * DAY);
    const [named = '', ...others] = idsOf(alice);

    expect((await run(alice, { AccessKeyId: named })).outcome).toBe('Acted');

    expect(idsOf(alice)).toEqual(others);
  });

  it('deletes the longest-inactive one of two keys', async () => {
    const { setStatus, clock } = setup();
    const alice = await seedDeactivated('alice', 10, [{}, {}]);
    await setStatus(alice, idOf(alice, 0), 'Inactive');
    clock.advance(40 * DAY);
    const [later] = idsOf(alice);

    await run(alice);

    expect(idsOf(alice)).toEqual([later]);
  });

  it('states in a dry run which key it would delete', async () => {
    const alice = await seedDeactivated('alice', 30);

    const { outcome, output, steps } = await run(alice, { DryRun: 'true' });

    expect([outcome, output('AccessKeyId')]).toEqual(['DryRun', idOf(alice, 0)]);
    expect(steps).toEqual(['Plan Success', 'ReadPlan Success', 'Decide Success', 'Report Success']);
    expect(alice.keys).toHaveLength(1);
  });

  it('applies MinimumInactiveDays instead of the maxInactiveDays of the rule', async () => {
    const alice = await seedDeactivated('alice', 29);

    expect((await run(alice)).outcome).toBe('NothingToDo');
    expect((await run(alice, { MinimumInactiveDays: '29' })).outcome).toBe('Acted');
  });

  it('has nothing to do for a user with the exemption tag', async () => {
    const alice = await seedDeactivated('alice', 60);
    alice.tags.set('keys-until', { Key: 'keys-until', Value: '2999-12-31' });

    const { outcome, output } = await run(alice);

    expect(outcome).toBe('NothingToDo');
    expect(output('Reason')).toContain('2999-12-31');
  });

  it('is started by the next command of a deactivation, and deletes when the days have passed', async () => {
    const { seed, account, clock } = setup();
    const alice = seed('alice', {}, { CreateDate: daysAgo(400) });
    const { output } = await account.run({ UserId: alice.UserId, MinimumIdleDays: '0' });
    const { groups } =
      /^aws configservice start-remediation-execution --region=us-east-1 --config-rule-name=(?<ConfigRuleName>[\w-]+) --resource-keys=resourceType=(?<resourceType>[\w:]+),resourceId=(?<resourceId>\w+)$/.exec(
        output('NextCommand') ?? '',
      ) ?? {};
    const { ConfigRuleName, ...key } = groups ?? {};
    const remediate = async () => {
      const request = { service: 'config', operation: 'StartRemediationExecution' } as const;
      const input = { ConfigRuleName, ResourceKeys: [key] };
      await account.call({ ...request, input, principal: 'operator' });
      await account.settled();
      clock.advance(30 * MINUTE);
      await account.settled();
    };

    await remediate();
    expect(alice.keys).toHaveLength(2);
    clock.advance(30 * DAY);
    await remediate();
    expect(alice.keys).toHaveLength(1);
  });
});

describe('the half hour before a deletion', () => {
  it('passes on the clock of the account, and then the runbook plans again', async () => {
    const { seed, account, clock } = setup();
    const alice = seed('alice', inactiveLong);
    const id = await startWaiting(alice);

    clock.advance(29 * MINUTE);
    await account.settled();
    expect(account.ssm.execution(id).CurrentStepName).toBe('Wait');
    expect(alice.keys).toHaveLength(1);

    clock.advance(MINUTE);
    expect((await runbook().ended(id)).outcome).toBe('Acted');
    expect(alice.keys).toEqual([]);
  });

  it.each(['Failed', 'TimedOut'] as const)(
    'ends the execution without a deletion when its step is %s',
    async (StepStatus) => {
      const { seed, account, answerPlans } = setup();
      const alice = seed('alice', inactiveLong);
      answerPlans(planFor(alice, 'Delete'));
      account.ssm.interruptStep({ StepName: 'Wait', StepStatus, when: 'before' });

      expect((await run(alice)).status).toBe(StepStatus);
      expect(alice.keys).toHaveLength(1);
    },
  );

  const expectUnchanged = async (alice: LocalUser, id: string) => {
    const { status, message, steps } = await runbook().ended(id);
    expect(status).toBe('Failed');
    expect(message).toContain('Refused: the plan has changed');
    expect(steps.at(-1)).toBe('ReadPlanAgain Failed');
    expect(alice.keys).toHaveLength(1);
  };

  it.each([
    ['reactivated and deactivated', 40, ['Active', 'Inactive']],
    ['deactivated', 0, ['Inactive']],
  ] as const)(
    'shows that a key was %s minutes before, and nothing is deleted',
    async (_, days, statuses) => {
      await setupWith({}, { cloudTrailDelay: 15 * MINUTE });
      const { seed, setStatus, clock } = setup();
      const alice =
        days > 0
          ? await seedDeactivated('alice', days)
          : seed('alice', { CreateDate: daysAgo(400) });
      for (const status of statuses) {
        await setStatus(alice, idOf(alice, 0), status);
        clock.advance(2 * MINUTE);
      }
      const id = await startWaiting(alice);

      clock.advance(30 * MINUTE);

      await expectUnchanged(alice, id);
    },
  );

  it('ends without a deletion when the key becomes active, although CloudTrail does not show it yet', async () => {
    await setupWith({}, { cloudTrailDelay: 60 * MINUTE });
    const { seed, setStatus, clock } = setup();
    const alice = seed('alice', inactiveLong);
    const id = await startWaiting(alice);

    await setStatus(alice, idOf(alice, 0), 'Active');
    clock.advance(30 * MINUTE);

    await expectUnchanged(alice, id);
  });

  it.each<[string, object]>([
    ['is refused', { Outcome: 'Refused' }],
    ['has nothing to do', { Outcome: 'NothingToDo' }],
    ['names another key', { AccessKeyId: 'AKIAXXXXXXXXXXXXOTHER' }],
    ['names another user', { UserName: 'alice2' }],
  ])('ends without a deletion when the second plan %s', async (_, change) => {
    const { seed, answerPlans, clock } = setup();
    const alice = seed('alice', inactiveLong);
    const plan = planFor(alice, 'Delete');
    answerPlans(plan, { ...plan, ...change });
    const id = await startWaiting(alice);

    clock.advance(30 * MINUTE);

    await expectUnchanged(alice, id);
  });

  it('ends without a deletion when the second plan fails', async () => {
    const { seed, account } = setup();
    const alice = seed('alice', inactiveLong);
    const plans = [planFor(alice, 'Delete')];
    account.lambda.override(account.planner, () => {
      const plan = plans.shift();
      if (plan === undefined) throw new TypeError('out of order');
      return plan;
    });

    expect((await run(alice)).message).toContain('out of order');
    expect(alice.keys).toHaveLength(1);
  });
});

describe('the runbook DeleteInactiveAccessKey refuses', () => {
  const refusal = async (user: LocalUser, parameters: Record<string, string> = {}) => {
    const before = idsOf(user);
    const { status, message, steps } = await run(user, parameters);
    expect(status).toBe('Failed');
    expect(message).toContain('Refused: ');
    expect(steps).toEqual(['Plan Success', 'ReadPlan Failed']);
    expect(idsOf(user)).toEqual(before);
    return message;
  };

  it('an active key, even if it is named', async () => {
    const alice = setup().seed('alice', { CreateDate: daysAgo(400) });

    expect(await refusal(alice, { AccessKeyId: idOf(alice, 0) })).toContain('is active');
  });

  it('a named key that has been inactive for too few days', async () => {
    const alice = await seedDeactivated('alice', 29);

    expect(await refusal(alice, { AccessKeyId: idOf(alice, 0) })).toContain('inactive since');
  });

  it('a key of another user', async () => {
    const bob = await seedDeactivated('bob', 60);
    const alice = setup().seed('alice', {});

    expect(await refusal(alice, { AccessKeyId: idOf(bob, 0) })).toContain('not an access key');
    expect(bob.keys).toHaveLength(1);
  });

  it('a key whose inactive period is unknown', async () => {
    await refusal(setup().seed('alice', { CreateDate: daysAgo(50), Status: 'Inactive' }));
  });

  it('an id that no user has', async () => {
    const { message } = await runbook().run({ UserId: 'AIDAXXXXXXXXXXXXGHOST' });

    expect(message).toContain('AIDAXXXXXXXXXXXXGHOST');
  });

  it('a rule that does not exist', async () => {
    const alice = await seedDeactivated('alice', 60);

    const { message } = await run(alice, { ConfigRuleName: 'missing-rule' });

    expect(message).toContain('NoSuchConfigRuleException');
    expect(alice.keys).toHaveLength(1);
  });

  it('every key while CloudTrail cannot be read', async () => {
    const { seed, account } = setup();
    const alice = seed('alice', inactiveLong);
    account.faults.fail({
      ...{ service: 'cloudtrail', operation: 'LookupEvents', always: true },
      error: new ServiceError('AccessDeniedException', 'not authorized', 400),
    });

    const { status, message } = await run(alice);

    expect([status, message]).toEqual([
      'Failed',
      expect.stringContaining('AccessDeniedException: not authorized'),
    ]);
    expect(alice.keys).toHaveLength(1);
  });
});

describe('a deletion', () => {
  const begin = () => {
    const given = setup();
    const alice = given.seed('alice', inactiveLong, {});
    given.answerPlans(planFor(alice, 'Delete'));
    return { ...given, alice };
  };

  it('is verified when somebody else deletes the key first', async () => {
    const { alice, atStep } = begin();
    atStep('DeleteAccessKey', () => alice.keys.splice(0, 1));

    expect((await run(alice)).outcome).toBe('Acted');
    expect(alice.keys).toHaveLength(1);
  });

  it('is unverified when the user no longer exists, because the user may have been renamed', async () => {
    const { alice, account, atStep } = begin();
    atStep('DeleteAccessKey', () => {
      const names = { UserName: 'alice', NewUserName: 'alice2' };
      account.iam.operations['UpdateUser']?.(names, 'operator');
    });

    const { status, message } = await run(alice);

    expect(status).toBe('Failed');
    expect(message).toContain('should be not listed, but is unknown (An error occurred (NoSuchEn');
    expect(alice.keys).toHaveLength(2);
  });

  it('also deletes a key that becomes active after the second plan, as the document states', async () => {
    const { alice, atStep } = begin();
    atStep('DeleteAccessKey', () => Object.assign(alice.keys[0] ?? {}, { Status: 'Active' }));

    expect((await run(alice)).outcome).toBe('Acted');
    expect(alice.keys).toHaveLength(1);
  });
});
