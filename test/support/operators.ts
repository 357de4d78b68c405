import fc from 'fast-check';
import { ServiceError } from '../local-account/dispatch.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import { type OperatedAccount, RUNBOOKS, type RunbookName } from './operated-account.ts';
import { activeKey, inactiveKey, type RandomKey } from './random-users.ts';

/** When an operator acts: after so many events of the user, or at the first event of this kind. */
type Moment = number | string;

/** An action of an operator: starting a runbook, or changing keys by hand. */
type Deed =
  | {
      readonly do: 'start';
      readonly runbook: RunbookName;
      readonly key: number | undefined;
      readonly isDryRun: boolean;
      readonly allowSecond: boolean;
    }
  | { readonly do: 'Active' | 'Inactive' | 'delete'; readonly key: number }
  | { readonly do: 'create' }
  | { readonly do: 'take all' }
  | { readonly do: 'rename' };

/** The actions of operators on one user. */
export type Script = readonly { readonly at: Moment; readonly deed: Deed }[];

/** The moments at which concurrent changes are most likely to conflict with a runbook. */
const CRITICAL: Readonly<Record<RunbookName, readonly string[]>> = {
  deactivate: [
    'ReadPlan Success',
    'DeactivateAccessKey InProgress',
    'UpdateAccessKey begins',
    'UpdateAccessKey ends',
    'Verify InProgress',
    'ListAccessKeys begins',
    'restore begins',
  ],
  reactivate: ['ReadPlan Success', 'UpdateAccessKey begins', 'Verify InProgress'],
  deleteInactive: [
    'ReadPlan Success',
    'Wait InProgress',
    'PlanAgain InProgress',
    'ListAccessKeys ends',
    'ReadPlanAgain InProgress',
    'DeleteAccessKey InProgress',
    'Verify InProgress',
  ],
};

const start = (runbook: RunbookName, key: fc.Arbitrary<number | undefined>): fc.Arbitrary<Deed> =>
  fc.record({
    do: fc.constant('start' as const),
    runbook: fc.constant(runbook),
    key,
    isDryRun: fc.constantFrom(false, false, false, false, true),
    allowSecond: fc.constantFrom(true, true, false),
  });

const change: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('Inactive', 'Inactive', 'Active', 'delete'),
      key: fc.nat(2),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'take all' as const }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ do: 'create' as const }, { do: 'rename' as const }),
  },
);

const KEYS: Readonly<Record<RunbookName, fc.Arbitrary<readonly RandomKey[]>>> = {
  deactivate: fc.array(activeKey, { minLength: 2, maxLength: 3 }),
  reactivate: fc.tuple(inactiveKey, fc.oneof(activeKey, inactiveKey)),
  deleteInactive: fc.oneof(fc.tuple(inactiveKey, activeKey), fc.tuple(inactiveKey, inactiveKey)),
};

/** A user, a runbook that acts on it, and concurrent actions. */
export const scenario: fc.Arbitrary<{
  readonly keys: readonly RandomKey[];
  readonly script: Script;
}> = fc
  .constantFrom(...(['deactivate', 'deactivate', 'deleteInactive', ...RUNBOOKS] as const))
  .chain((runbook) => {
    const at = fc.oneof(
      { weight: 1, arbitrary: fc.nat(40) },
      { weight: 3, arbitrary: fc.constantFrom(...CRITICAL[runbook]) },
    );
    // The runbook can act on the first key.
    const first = start(runbook, fc.constantFrom(undefined, 0, 0));
    const another = fc
      .constantFrom(runbook, ...RUNBOOKS)
      .chain((other) => start(other, fc.option(fc.nat(2), { nil: undefined })));
    const script = fc
      .tuple(
        first,
        fc.array(fc.record({ at, deed: another }), { maxLength: 1 }),
        fc.array(fc.record({ at, deed: change }), { minLength: 1, maxLength: 3 }),
      )
      .map(([deed, others, changes]): Script => [{ at: 0, deed }, ...others, ...changes]);
    return fc.record({ keys: KEYS[runbook], script });
  });

/** An event in the story of a user, and the state after it. */
type Happening = {
  /** A step of an execution, or a call on the keys. */
  readonly what: string;
  /** The id of the execution, or the principal. */
  readonly by: string;
  /** The key that was changed. */
  readonly key: string;
  readonly name: string;
  readonly statuses: Readonly<Record<string, string>>;
};

const WRITES = ['UpdateAccessKey', 'DeleteAccessKey', 'CreateAccessKey'] as const;
const OPERATIONS = [...WRITES, 'ListAccessKeys', 'UpdateUser'] as const;

/** A user and its story. */
const createPatient = (account: OperatedAccount, user: LocalUser, script: Script) => {
  const ids = user.keys.map(({ AccessKeyId }) => AccessKeyId);
  const story: Happening[] = [];
  const waiting = [...script];
  const running: Promise<void>[] = [];
  const started: string[] = [];

  const call = (operation: string, input: object) =>
    account
      .call({ service: 'iam', operation, input, principal: 'operator' })
      .catch((error: unknown) => {
        // IAM may refuse a change, such as a third key.
        if (!(error instanceof ServiceError)) throw error;
      });

  const take = (deed: Deed): unknown => {
    const { UserName } = user;
    if (deed.do === 'rename')
      return call('UpdateUser', { UserName, NewUserName: `renamed.${user.UserId.slice(-6)}` });
    if (deed.do === 'create') return call('CreateAccessKey', { UserName });
    if (deed.do === 'take all')
      return Promise.all(
        user.keys.map(({ AccessKeyId }) =>
          call('UpdateAccessKey', { UserName, AccessKeyId, Status: 'Inactive' }),
        ),
      );
    const AccessKeyId = deed.key === undefined ? '' : (ids[deed.key % ids.length] ?? '');
    if (deed.do === 'delete') return call('DeleteAccessKey', { UserName, AccessKeyId });
    if (deed.do !== 'start')
      return call('UpdateAccessKey', { UserName, AccessKeyId, Status: deed.do });
    const { runbook, isDryRun, allowSecond } = deed;
    const id = account.start(runbook, {
      UserId: user.UserId,
      DryRun: String(isDryRun),
      ...(AccessKeyId !== '' && { AccessKeyId }),
      ...(runbook === 'reactivate' && { AllowSecondActiveKey: String(allowSecond) }),
    });
    started.push(id);
    return running.push(account.ended(id));
  };

  const note = (what: string, by: string, key = '') => {
    const statuses = Object.fromEntries(user.keys.map((one) => [one.AccessKeyId, one.Status]));
    story.push({ what, by, key, name: user.UserName, statuses });
    const label = `${what.replace(/^UpdateAccessKey Active begins/, 'restore begins').replace(/^UpdateAccessKey \w+ (begins|ends)/, 'UpdateAccessKey $1')}`;
    const isDue = ({ at }: Script[number]) => at === label || Number(at) < story.length;
    for (let due = waiting.findIndex(isDue); due >= 0; due = waiting.findIndex(isDue)) {
      const [next] = waiting.splice(due, 1);
      if (next !== undefined) take(next.deed);
    }
  };

  return {
    user,
    story: story as readonly Happening[],
    note,
    owns: (id: string) => started.includes(id),
    /** Resolves when all actions are done and all executions have ended. */
    ended: async () => {
      note('begin', '');
      for (;;) {
        while (running.length > 0) await running.shift();
        // Actions whose moment never came happen now.
        const next = waiting.shift();
        if (next === undefined) return note('end', '');
        take(next.deed);
      }
    },
  };
};

export type Patient = ReturnType<typeof createPatient>;

const textOf = (input: unknown, member: string): string =>
  String((input as Readonly<Record<string, unknown>>)[member] ?? '');

/** Runs the script of each user and records the stories. */
export const letOperatorsAct = async (
  account: OperatedAccount,
  scripts: readonly Script[],
): Promise<readonly Patient[]> => {
  const patients = account.users.map((user, index) =>
    createPatient(account, user, scripts[index] ?? []),
  );
  const { operations } = account.iam;
  for (const operation of OPERATIONS) {
    const original = operations[operation];
    account.register('iam', {
      [operation]: (input: unknown, principal: string) => {
        const named = account.iam.users.get(textOf(input, 'UserName').toLowerCase());
        const patient = patients.find(({ user }) => user === named);
        const key = textOf(input, 'AccessKeyId');
        const status = textOf(input, 'Status');
        const what = status === '' ? operation : `${operation} ${status}`;
        const tell = (end: string) => {
          // Changes by operators do not trigger other actions.
          if (principal !== 'operator' || end === 'ends')
            patient?.note(`${what} ${end}`, principal, key);
        };
        tell('begins');
        const answer = original?.(input, principal);
        tell('ends');
        return answer;
      },
    });
  }
  account.ssm.onStep(({ StepName, StepStatus }, id) => {
    patients.find(({ owns }) => owns(id))?.note(`${StepName} ${StepStatus}`, id);
  });
  await Promise.all(patients.map(({ ended }) => ended()));
  return patients;
};
