import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { createClock } from '../../local-account/clock.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import type { StepExecution } from '../../local-account/ssm/execution.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const createAccount = createDeployedAccounts({ dashboard: false });
const NotificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';

let account: DeployedAccount;
let alice: LocalUser;
let plan: Plan;
/** The planner's answers, the first one first; the last one again and again. */
let plans: unknown[];
beforeEach(async () => {
  account = await createAccount({}, createClock());
  alice = account.seed({ UserName: 'alice', keys: [{ Status: 'Inactive' }, {}] });
  plan = {
    ...{ Outcome: 'Delete', UserId: alice.UserId, UserName: 'alice', AccessKeyId: key(0) },
    ...{ KeepAccessKeyId: 'none', Reason: 'a reason', UndoCommand: 'none' },
    ...{ NextCommand: 'a command', Basis: 'an event', Evidence: 'CloudTrail' },
  };
  plans = [plan];
  account.lambda.override(account.planner, () => (plans.length > 1 ? plans.shift() : plans[0]));
});
afterEach(() => account.close());

const key = (index: number) => alice.keys[index]?.AccessKeyId ?? '';
const ids = () => alice.keys.map(({ AccessKeyId }) => AccessKeyId);
const denied = new ServiceError('AccessDenied', 'not authorized', 403);
const run = (given: Record<string, string> = {}) =>
  account.runbook('deleteInactive').run({ UserId: alice.UserId, ...given });
const writes = () => account.calls.filter(({ operation }) => operation === 'DeleteAccessKey');
const deny = (operation: string, more: object = {}) =>
  account.faults.fail({ service: 'iam', operation, error: denied, ...more });
/** Does something when a step is about to run. */
const asBegins = (name: string, act: () => unknown) =>
  account.ssm.onStep(({ StepName, StepStatus }: Readonly<StepExecution>) => {
    if (StepName === name && StepStatus === 'InProgress') act();
  });

describe('a plan that is none never reaches the deletion', () => {
  it.each<[string, (valid: Plan) => unknown]>([
    ['nothing', () => null],
    ['to deactivate', (valid) => ({ ...valid, Outcome: 'Deactivate' })],
    ['without evidence', (valid) => ({ ...valid, Evidence: 'none' })],
    ['of another user', (valid) => ({ ...valid, UserId: 'AIDAXXXXXXXXXXXXXXBOB' })],
    ['without a key', (valid) => ({ ...valid, AccessKeyId: 'none' })],
  ])('%s, as the first one and as the second', async (_, make) => {
    for (const answers of [[make(plan)], [plan, make(plan)]]) {
      plans = answers;
      const { status, message } = await run();
      expect(status).toBe('Failed');
      expect(message).toContain('no valid plan');
    }
    expect(writes()).toEqual([]);
  });

  it.each<[string, (valid: Plan) => Partial<Plan>]>([
    ['refused', () => ({ Outcome: 'Refused', Reason: 'in doubt' })],
    ['nothing to do', () => ({ Outcome: 'NothingToDo', Reason: 'in doubt' })],
    ['of another key', () => ({ AccessKeyId: 'AKIAXXXXXXXXXXXXOTHER', Reason: 'in doubt' })],
    ['of a user with another name', () => ({ UserName: 'alice2', Reason: 'in doubt' })],
  ])('the second one being %s', async (_, make) => {
    plans = [plan, { ...plan, ...make(plan) }];
    const { status, message, steps } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain(
      `Refused: the plan has changed: Delete ${key(0)} of alice (an event) was`,
    );
    expect(message).toContain('in doubt');
    expect(steps.at(-1)).toBe('ReadPlanAgain Failed');
    expect(writes()).toEqual([]);
  });

  it('the planner failing, the first time or the second', async () => {
    for (const failing of [0, 1]) {
      let asked = 0;
      account.lambda.override(account.planner, () => {
        if (asked++ === failing) throw new TypeError('out of order');
        return plan;
      });
      const { status, message } = await run();
      expect(status).toBe('Failed');
      expect(message).toContain('out of order');
    }
    expect(writes()).toEqual([]);
  });
});

describe('whatever step fails or runs out of time', () => {
  const steps = ['Plan', 'ReadPlan', 'Decide', 'PlanAgain', 'ReadPlanAgain', 'DeleteAccessKey'];
  const interruptions = [...steps, 'Verify', 'EvaluateAgain', 'Report'].flatMap((StepName) =>
    (
      [
        ['Failed', 'before'],
        ['TimedOut', 'after'],
      ] as const
    ).map(([StepStatus, when]) => ({ StepName, StepStatus, when })),
  );

  it.each(interruptions)(
    '$StepName $StepStatus $when its action: no wrong key, no false Acted',
    async (interruption) => {
      const [goes = '', stays = ''] = ids();
      account.ssm.interruptStep(interruption);
      const { status, outcome } = await run();
      expect(ids()).toContain(stays);
      if (outcome === 'Acted') expect(ids()).not.toContain(goes);
      if (steps.slice(0, 5).includes(interruption.StepName)) expect(writes()).toEqual([]);
      const happened = interruption.StepName === 'DeleteAccessKey' && interruption.when === 'after';
      expect(status === 'Success').toBe(interruption.StepName === 'EvaluateAgain' || happened);
    },
  );
});

describe('a wait that does not come to its end', () => {
  it.each(['Failed', 'TimedOut'] as const)('%s: nothing is deleted', async (StepStatus) => {
    plans = [{ ...plan, Evidence: 'NoEvent' }];
    account.ssm.interruptStep({ StepName: 'Wait', StepStatus, when: 'before' });
    expect(await run()).toMatchObject({ status: StepStatus, outcome: undefined });
    expect(writes()).toEqual([]);
  });
});

describe('when IAM fails', () => {
  it('a denied deletion is no Acted, and the topic is told', async () => {
    account.sns.createTopic('keys');
    deny('DeleteAccessKey');
    const { status, message, steps } = await run({ NotificationTopicArn });
    expect(status).toBe('Failed');
    expect(steps).toContain('DeleteAccessKey Failed');
    const unverified = `Unverified: ${key(0)} of alice should be not listed, but is Inactive; look at the step DeleteAccessKey and at the keys of the user`;
    expect(message).toContain(unverified);
    expect(message).not.toContain('Undo');
    expect(account.sns.published).toMatchObject([
      { Subject: 'The deletion of an access key is not verified', Message: unverified },
    ]);
  });

  it('a deletion that succeeded behind an error is Acted', async () => {
    const { DeleteAccessKey } = account.iam.operations;
    account.register('iam', {
      DeleteAccessKey: async (input, principal) => {
        await DeleteAccessKey?.(input, principal);
        throw denied;
      },
    });
    const { outcome, steps } = await run();
    expect(outcome).toBe('Acted');
    expect(steps).toContain('DeleteAccessKey Failed');
  });

  it('a key that somebody else deleted first is gone, which is what was wanted', async () => {
    asBegins('DeleteAccessKey', () => alice.keys.splice(0, 1));
    expect((await run()).outcome).toBe('Acted');
    expect(ids()).toHaveLength(1);
  });

  it('waits for a deleted key that IAM still lists', async () => {
    const [gone] = alice.keys;
    const { ListAccessKeys: list } = account.iam.operations;
    let reads = 0;
    asBegins('Verify', () => {
      account.register('iam', {
        ListAccessKeys: (input, principal) => {
          reads += 1;
          const isStale = reads < 4 && gone !== undefined;
          if (isStale) alice.keys.unshift(gone);
          const listed = list?.(input, principal);
          if (isStale) alice.keys.shift();
          return listed;
        },
      });
    });
    expect((await run()).outcome).toBe('Acted');
    expect(reads).toBeGreaterThanOrEqual(4);
  });

  it('reading back that fails at first is tried again', async () => {
    for (const nth of [1, 2]) deny('ListAccessKeys', { nth });
    expect((await run()).outcome).toBe('Acted');
  });

  it('reading back that never works leaves it Unverified', async () => {
    deny('ListAccessKeys', { always: true });
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('should be not listed, but is unknown (An error occurred (AccessDe');
  });

  it('a user whom nobody finds any more proves nothing: it may be renamed with the key', async () => {
    asBegins('DeleteAccessKey', () => {
      const renamed = { UserName: 'alice', NewUserName: 'alice2' };
      account.iam.operations['UpdateUser']?.(renamed, 'operator');
    });
    const { status, message } = await run();
    expect(status).toBe('Failed');
    expect(message).toContain('should be not listed, but is unknown (An error occurred (NoSuchEn');
    expect(ids()).toHaveLength(2);
  });

  it('reads every page of the keys back', async () => {
    alice = account.seed({ UserName: 'zoe', keys: Array.from({ length: 130 }, () => ({})) });
    plans = [{ ...plan, UserId: alice.UserId, UserName: 'zoe', AccessKeyId: key(129) }];
    deny('DeleteAccessKey');
    expect((await run()).message).toContain(
      `${key(129)} of zoe should be not listed, but is Active`,
    );
  });
});

describe('the race that is left', () => {
  it('deletes a key that becomes active after the second plan, as the document says', async () => {
    asBegins('DeleteAccessKey', () => {
      const [first] = alice.keys;
      if (first !== undefined) first.Status = 'Active';
    });
    expect((await run()).outcome).toBe('Acted');
    expect(ids()).toHaveLength(1);
  });
});

describe('two operators at once', () => {
  it('delete the one key that was planned for both, and no other', async () => {
    const [, stays] = ids();
    const results = await Promise.all([run(), run()]);
    for (const { outcome } of results) expect(outcome).toBe('Acted');
    expect(ids()).toEqual([stays]);
  });
});

describe('what comes after the deletion', () => {
  it.each(['config:StartConfigRulesEvaluation', 'sns:Publish'])(
    'may fail, as nothing can be taken back: %s',
    async (call) => {
      account.sns.createTopic('keys');
      const [service = '', operation = ''] = call.split(':');
      account.faults.fail({ service: service as 'config' | 'sns', operation, error: denied });
      const { outcome, steps } = await run({ NotificationTopicArn });
      expect(outcome).toBe('Acted');
      expect(steps.filter((step) => step.endsWith('Failed'))).toHaveLength(1);
    },
  );

  it('is a message that says which key was deleted, of whom and why', async () => {
    account.sns.createTopic('keys');
    const deleted = key(0);
    await run({ NotificationTopicArn });
    const [{ Subject, Message } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(Subject).toBe('Access key deleted: alice');
    for (const part of [deleted, alice.UserId, 'account 123456789012', 'Why: a reason'])
      expect(Message).toContain(part);
    expect(Message).not.toContain('Undo');
  });
});
