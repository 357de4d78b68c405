import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalUser } from '../../local-account/iam/users.ts';
import {
  createOperatedAccounts,
  type OperatedAccount,
  type Parameters,
  RUNBOOKS,
  type RuleKind,
} from '../../support/operated-account.ts';
import { expectOnlyPlannedWrites } from '../../support/planned-writes.ts';
import { runs } from '../../support/property-runs.ts';
import {
  activeKey,
  exemptingTag,
  inactiveKey,
  inactiveParameters,
  isExempting,
  type RandomUser,
  randomUsers,
  singleParameters,
  TAG,
} from '../../support/random-users.ts';

const createAccount = createOperatedAccounts();

/** Runs a property on an account, and expects that only planned writes happened. */
const withAccount = async (
  users: readonly RandomUser[],
  parameters: Parameters,
  act: (account: OperatedAccount) => Promise<void>,
) => {
  const account = await createAccount(users, parameters);
  try {
    await act(account);
    expectOnlyPlannedWrites(account);
  } finally {
    await account.close();
  }
};

/** Shrinking an account takes minutes, so the account that failed is printed. */
const UNSHRUNK = { endOnFailure: true };

const statusesOf = ({ keys }: LocalUser): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map(({ AccessKeyId, Status }) => [AccessKeyId, Status]));
const without = (statuses: Readonly<Record<string, string>>, id: string) =>
  Object.fromEntries(Object.entries(statuses).filter(([other]) => other !== id));
const idOf = (user: LocalUser | undefined, key: number) => user?.keys[key]?.AccessKeyId ?? '';

describe('the remediation of a user', () => {
  type Policy = { readonly single: SingleParameters; readonly inactive: InactiveParameters };
  type SingleParameters = typeof singleParameters extends fc.Arbitrary<infer Value> ? Value : never;
  type InactiveParameters =
    typeof inactiveParameters extends fc.Arbitrary<infer Value> ? Value : never;

  /** Counts the keys that still violate the rule, from the seed of the account. */
  const excessOf = (
    rule: RuleKind,
    statuses: Readonly<Record<string, string>>,
    { planned, before, policy }: { planned: RandomUser; before: readonly string[]; policy: Policy },
  ) => {
    const { maxActiveAccessKeys, countInactiveAccessKeys } = policy.single;
    const counted = Object.values(statuses).filter(
      (status) => status === 'Active' || countInactiveAccessKeys,
    );
    if (rule === 'single') return Math.max(0, counted.length - maxActiveAccessKeys);
    return Object.entries(statuses).filter(([id, status]) => {
      if (status === 'Active') return false;
      const inactiveDays = planned.keys[before.indexOf(id)]?.inactiveDays ?? 0;
      return inactiveDays === 'long' || inactiveDays >= policy.inactive.maxInactiveDays;
    }).length;
  };

  const remediateAll = async (
    account: OperatedAccount,
    rule: RuleKind,
    { users, policy }: { users: readonly RandomUser[]; policy: Policy },
  ) => {
    const begin = account.users.map(statusesOf);
    const refused = new Set<LocalUser>();
    let before = await account.sweep(rule);
    for (let round = 1; ; round += 1) {
      const isViolating = (user: LocalUser) =>
        before.get(user.UserId)?.verdict === 'NON_COMPLIANT' && !refused.has(user);
      const violating = account.users.filter(isViolating);
      if (violating.length === 0) return;
      const was = new Map(violating.map((user) => [user, statusesOf(user)]));
      const ends = await account.remediate(
        rule,
        violating.map(({ UserId }) => UserId),
      );
      const after = await account.sweep(rule);

      for (const user of violating) {
        const index = account.users.indexOf(user);
        const planned = users[index];
        if (planned === undefined) throw new Error(`expected the plan of ${user.UserName}`);
        const keys = Object.keys(begin[index] ?? {});
        expect(round, 'as many rounds as keys').toBeLessThanOrEqual(keys.length);
        const statuses = was.get(user) ?? {};
        const { outcome, reason, id } = { id: '', ...ends.get(user.UserId) };
        const { verdict } = after.get(user.UserId) ?? {};

        // The rule and its runbook agree: the runbook acts on each violation or refuses.
        expect(['Acted', 'Refused']).toContain(outcome);
        expect(reason).not.toBe('');
        if (outcome === 'Refused') {
          refused.add(user);
          // The rule selects no key to deactivate either, unless CloudTrail shows that it was reactivated.
          if (rule === 'single' && !reason?.includes('was reactivated on'))
            expect(before.get(user.UserId)?.annotation).not.toContain('Deactivate ');
          expect(statusesOf(user)).toEqual(statuses);
          expect(verdict).toBe('NON_COMPLIANT');
          continue;
        }
        // The runbook changes the key that the rule names and no other.
        const verb = rule === 'single' ? 'Deactivate ' : '';
        expect(before.get(user.UserId)?.annotation).toContain(`${verb}${id}`);
        if (rule === 'single') expect(statusesOf(user)).toEqual({ ...statuses, [id]: 'Inactive' });
        else expect(statusesOf(user)).toEqual(without(statuses, id));
        expect(statuses[id]).toBe(rule === 'single' ? 'Active' : 'Inactive');
        const excess = excessOf(rule, statusesOf(user), { planned, before: keys, policy });
        expect(verdict).toBe(excess > 0 ? 'NON_COMPLIANT' : 'COMPLIANT');
      }
      before = after;
    }
  };

  it('makes the user COMPLIANT, removes one violating key, or states why it refuses', async () => {
    const keys = fc.oneof(
      { weight: 3, arbitrary: activeKey },
      { weight: 2, arbitrary: inactiveKey },
    );
    const policy = fc.record({ single: singleParameters, inactive: inactiveParameters });
    const property = fc.asyncProperty(
      randomUsers(4, { keys, atLeast: 2, atMost: 4 }),
      policy,
      (users, policy) =>
        withAccount(users, policy, async (account) => {
          await remediateAll(account, 'single', { users, policy });
          await remediateAll(account, 'inactive', { users, policy });
        }),
    );
    await fc.assert(property, { numRuns: runs(1), ...UNSHRUNK });
  });
});

describe('an execution', () => {
  const operation = fc.record({
    runbook: fc.constantFrom(...RUNBOOKS),
    key: fc.option(fc.nat(2), { nil: undefined }),
    isDryRun: fc.boolean(),
    more: fc.constantFrom('', 'true'),
  });

  it('writes the one change of its plan when its outcome is Acted, and nothing otherwise', async () => {
    const property = fc.asyncProperty(
      randomUsers(4, { keys: fc.oneof(activeKey, inactiveKey) }),
      fc.array(fc.array(operation, { minLength: 2, maxLength: 2 }), {
        minLength: 4,
        maxLength: 4,
      }),
      (users, operations) =>
        withAccount(users, { single: { minimumIdleDays: 0 } }, async (account) => {
          const operateOn = async (user: LocalUser, index: number) => {
            for (const { runbook, key, isDryRun, more } of operations[index] ?? []) {
              const statuses = statusesOf(user);
              const named = key === undefined ? '' : idOf(user, key);
              const { outcome, reason, id } = await account.operate(runbook, {
                UserId: user.UserId,
                DryRun: String(isDryRun),
                ...(named !== '' && { AccessKeyId: named }),
                ...(runbook === 'reactivate' && more && { AllowSecondActiveKey: more }),
              });
              expect(
                isDryRun
                  ? ['DryRun', 'NothingToDo', 'Refused']
                  : ['Acted', 'NothingToDo', 'Refused'],
              ).toContain(outcome);
              expect(reason).not.toBe('');
              if (outcome !== 'Acted') expect(statusesOf(user)).toEqual(statuses);
              else if (runbook === 'deleteInactive')
                expect(statusesOf(user)).toEqual(without(statuses, id));
              else {
                const status = runbook === 'deactivate' ? 'Inactive' : 'Active';
                expect(statusesOf(user)).toEqual({ ...statuses, [id]: status });
              }
              if (outcome === 'Acted' && named !== '') expect(id).toBe(named);
            }
          };
          await Promise.all(account.users.map(operateOn));
          const acted = account.ends().filter(({ outcome }) => outcome === 'Acted');
          expect(account.writes()).toHaveLength(acted.length);
        }),
    );
    await fc.assert(property, { numRuns: runs(1), ...UNSHRUNK });
  });
});

describe('a user with an exemption, a rotation grace period or a quarantine', () => {
  it('is not changed unless a key is named', async () => {
    const parameters = fc.record({
      rotationGraceDays: fc.constantFrom(0, 5, 30),
      exemptionTagKey: fc.constantFrom(TAG, TAG, TAG, undefined),
    });
    const keys = { keys: activeKey, atLeast: 2, atMost: 3, tag: exemptingTag };
    const someUsers = randomUsers(3, keys).map((users) =>
      users.map((user) => ({
        ...user,
        keys: [
          { createdDays: 400.5, usedDays: undefined, inactiveDays: 'long' as const },
          ...user.keys,
        ],
      })),
    );
    const property = fc.asyncProperty(
      someUsers,
      parameters,
      (users, { exemptionTagKey, ...grace }) =>
        withAccount(
          users,
          {
            single: { exemptionTagKey, ...grace, minimumIdleDays: 0 },
            inactive: { exemptionTagKey },
          },
          async (account) => {
            const operateOn = async (user: LocalUser, index: number) => {
              const { tag, keys, isQuarantined } = { tag: undefined, keys: [], ...users[index] };
              const begin = statusesOf(user);
              const { UserId } = user;
              const isExempt = exemptionTagKey !== undefined && isExempting(tag);
              const active = keys.filter(({ inactiveDays }) => inactiveDays === undefined);
              const isInGrace = active.some(
                ({ createdDays }) => createdDays < grace.rotationGraceDays,
              );
              const expectAlone = ({ outcome, reason }: { outcome: string; reason: string }) => {
                expect(outcome).toBe('NothingToDo');
                expect(reason).toContain(`${user.UserName} is COMPLIANT. `);
                expect(statusesOf(user)).toEqual(begin);
              };

              const chosen = await account.operate('deactivate', { UserId });
              if (isExempt || isInGrace) expectAlone(chosen);
              else if (isQuarantined) {
                expect(chosen.outcome).toBe(active.length > 1 ? 'Refused' : 'NothingToDo');
                expect(statusesOf(user)).toEqual(begin);
              } else expect(['Acted', 'Refused']).toContain(chosen.outcome);
              if (isExempt) expectAlone(await account.operate('deleteInactive', { UserId }));

              const AccessKeyId =
                user.keys.find(({ Status }) => Status === 'Active')?.AccessKeyId ?? '';
              const isLast =
                Object.values(statusesOf(user)).filter((one) => one === 'Active').length < 2;
              const named = await account.operate('deactivate', { UserId, AccessKeyId });
              expect(named.outcome).toBe(isLast ? 'Refused' : 'Acted');
              const gone = { UserId, AccessKeyId: idOf(user, 0) };
              if (isExempt)
                expect((await account.operate('deleteInactive', gone)).outcome).toBe('Acted');
            };
            await Promise.all(account.users.map(operateOn));
          },
        ),
    );
    await fc.assert(property, { numRuns: runs(1), ...UNSHRUNK });
  });
});
