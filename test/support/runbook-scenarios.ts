import { afterEach, beforeEach, expect } from 'vitest';
import type { Plan } from '../../remediation/plans/plan.ts';
import type { LocalAccountOptions } from '../local-account/account.ts';
import { createClock } from '../local-account/clock.ts';
import { ServiceError } from '../local-account/dispatch.ts';
import type { LocalAccessKey, LocalUser } from '../local-account/iam/users.ts';
import type { ActionSettings } from '../local-account/ssm/action.ts';
import { createDeployedAccounts, type DeployedAccount } from './deployed-account.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;

type RunbookName = Parameters<DeployedAccount['runbook']>[0];

/** The error of a call that IAM denies. */
export const denied = new ServiceError('AccessDenied', 'not authorized', 403);

export const daysAgo = (days: number) => new Date(Date.now() - days * DAY);

/** Seeds an old key that was last used a number of days ago. */
export const used = (days: number): Partial<LocalAccessKey> => ({
  CreateDate: daysAgo(500),
  lastUsed: { LastUsedDate: daysAgo(days), ServiceName: 's3', Region: 'us-east-1' },
});

export const idOf = ({ keys }: LocalUser, index: number) => keys[index]?.AccessKeyId ?? '';
export const idsOf = ({ keys }: LocalUser) => keys.map(({ AccessKeyId }) => AccessKeyId);
export const statusesOf = ({ keys }: LocalUser) => keys.map(({ Status }) => Status);

/** Creates a plan to act on the first key of a user. */
export const planFor = (user: LocalUser, Outcome: Plan['Outcome']): Plan => ({
  Outcome,
  UserId: user.UserId,
  UserName: user.UserName,
  AccessKeyId: idOf(user, 0),
  KeepAccessKeyId: Outcome === 'Deactivate' ? idOf(user, 1) : 'none',
  Reason: 'a reason',
  UndoCommand: Outcome === 'Delete' ? 'none' : 'an undo command',
  NextCommand: 'a next command',
  Basis: 'a basis',
  Evidence: Outcome === 'Delete' ? 'CloudTrail' : 'none',
});

/** The messages about changes, without those about violations. */
export const messagesOfChanges = ({ sns }: DeployedAccount) =>
  sns.published.filter(({ attributes }) => attributes['event'] !== 'NON_COMPLIANT');

/** What a test does to the account and reads from it. */
const operate = (account: DeployedAccount) => ({
  seed: (UserName: string, ...keys: Partial<LocalAccessKey>[]): LocalUser =>
    account.seed({ UserName, keys }),
  /** Sets the status of a key as an operator. */
  setStatus: ({ UserName }: LocalUser, AccessKeyId: string, Status: 'Active' | 'Inactive') => {
    const input = { UserName, AccessKeyId, Status };
    const request = { service: 'iam', operation: 'UpdateAccessKey' } as const;
    return account.call({ ...request, input, principal: 'operator' });
  },
  /** Makes IAM deny the first call of an operation, or the calls that `more` selects. */
  deny: (operation: string, more: { nth?: number; always?: boolean } = {}) =>
    account.faults.fail({ service: 'iam', operation, error: denied, ...more }),
  /** Calls `act` when a step begins. */
  atStep: (name: string, act: () => unknown) =>
    account.ssm.onStep(({ StepName, StepStatus }) => {
      if (StepName === name && StepStatus === 'InProgress') act();
    }),
  /** Replaces the planner's answers. The last one is repeated. */
  answerPlans: (...plans: unknown[]) =>
    account.lambda.override(account.planner, () => (plans.length > 1 ? plans.shift() : plans[0])),
  /** Lists the operations that the role of a runbook called. */
  callsOf: (name: RunbookName) =>
    account.calls
      .filter(({ principal }) => principal === account.runbook(name).role)
      .map(({ operation }) => operation),
  /** Returns the one message about a change, after everything has happened. */
  message: async () => {
    await account.settled();
    const [message, ...others] = messagesOfChanges(account);
    expect(others).toEqual([]);
    return { Subject: '', Message: '', ...message };
  },
});

/** Gives each test of a file an account in which the stack is deployed. */
export const useDeployedAccount = (context: Record<string, unknown> = {}) => {
  const createAccount = createDeployedAccounts({ dashboard: false, ...context });
  let current: Awaited<ReturnType<typeof begin>> | undefined;

  const begin = async (
    automation: Partial<ActionSettings> = {},
    options: Partial<LocalAccountOptions> = {},
  ) => {
    await current?.account.close();
    const clock = createClock();
    const account = await createAccount(automation, { ...clock, ...options });
    return { account, clock, ...operate(account) };
  };
  beforeEach(async () => {
    current = undefined;
    current = await begin();
  });
  afterEach(() => current?.account.close());

  return {
    /** Returns the account of the running test. */
    setup: () => {
      if (current === undefined) throw new Error('expected a running test');
      return current;
    },
    /** Replaces the account of the running test by one with other options. */
    setupWith: async (...options: Parameters<typeof begin>) => {
      current = await begin(...options);
      return current;
    },
  };
};
