import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDeactivation } from '../../../remediation/plans/deactivation.ts';
import { planDeletion } from '../../../remediation/plans/deletion.ts';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { planReactivation } from '../../../remediation/plans/reactivation.ts';
import type { UserKeys } from '../../../rule/evaluation/user-rule.ts';
import { findInactivity, isTooLong } from '../../../rule/inactive-access-key/inactivity.ts';
import { type AccessKey, isActive } from '../../../rule/keys/access-key.ts';
import { parseAnnotation } from '../../../rule/single-access-key/annotation.ts';
import { evaluateSingleAccessKey } from '../../../rule/single-access-key/rule.ts';
import { at, daysBefore, historyOf, keyId, statusChange } from '../../support/build.ts';
import { alice, planOf } from '../../support/plans.ts';
import { runs } from '../../support/property-runs.ts';
import { QUARANTINE } from '../../support/random-users.ts';

const NAMES = ['K1', 'K2', 'K3', 'K4'];
const deactivationRoleArn = 'arn:aws:iam::123456789012:role/deactivation';

// Few days and milliseconds, so that instants are often equal and often on a boundary.
const anyDays = fc.oneof(
  fc.constantFrom(0, 1, 7, 30, 89, 90, 91),
  fc.integer({ min: 0, max: 400 }),
);
const anyInstant = fc
  .tuple(anyDays, fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([days, ms]) => daysBefore(days, ms));
const anyKey = (name: string) =>
  fc.record({
    AccessKeyId: fc.constant(keyId(name)),
    Status: fc.constantFrom('Active', 'Active', 'Inactive', 'Inactive', 'Expired'),
    CreateDate: anyInstant,
    LastUsedDate: fc.option(anyInstant, { nil: undefined }),
    ServiceName: fc.constantFrom(undefined, 's3'),
    Region: fc.constantFrom(undefined, 'us-east-1'),
  });
const anyUser: fc.Arbitrary<UserKeys> = fc.record({
  UserId: fc.constant(alice.UserId),
  UserName: fc.constant(alice.UserName),
  keys: fc
    .subarray(NAMES)
    .chain((names) => fc.tuple(...names.map(anyKey)) as fc.Arbitrary<AccessKey[]>),
  exemption: fc.constantFrom(undefined, undefined, '', '2026-01-30', '2026-01-31'),
  quarantinePolicy: fc.constantFrom(undefined, undefined, undefined, QUARANTINE),
});

const anyChange = fc
  .record({
    name: fc.constantFrom(...NAMES),
    status: fc.constantFrom('Active' as const, 'Inactive' as const),
    days: fc.oneof(fc.constantFrom(1, 7, 30, 90), fc.integer({ min: 0, max: 90 })),
    roleArn: fc.constantFrom(undefined, deactivationRoleArn),
  })
  .map(({ name, status, ...made }) => statusChange(name, status, made));
const anyHistory = fc
  .record({ changes: fc.array(anyChange, { maxLength: 8 }), isComplete: fc.boolean() })
  .map(({ changes, isComplete }) => historyOf(changes, { isComplete }));

const shared = {
  AccessKeyId: fc.option(fc.constantFrom(...NAMES.map(keyId)), { nil: undefined }),
  DryRun: fc.boolean(),
  ConfigRuleName: fc.constant('a-rule'),
  exemptionTagKey: fc.constantFrom(undefined, 'keys-until'),
  at: fc.constant(at),
};
const anyDeactivation = fc.record({
  ...shared,
  deactivationRoleArn: fc.constant(deactivationRoleArn),
  InactiveConfigRuleName: fc.constant('inactive-rule'),
  maxActiveAccessKeys: fc.integer({ min: 1, max: 3 }),
  countInactiveAccessKeys: fc.boolean(),
  rotationGraceDays: fc.constantFrom(0, 0, 7, 90),
  minimumIdleDays: fc.constantFrom(0, 1, 7, 365),
  maxAccessKeyAge: fc.constantFrom(0, 90, 90, 365),
});
const anyReactivation = fc.record({ ...shared, AllowSecondActiveKey: fc.boolean() });
const anyDeletion = fc.record({
  ...shared,
  maxInactiveDays: fc.constantFrom(0, 1, 7, 30, 89, 90),
  history: anyHistory,
});

/** The same items in any order. */
const shuffled = <Item>(items: readonly Item[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length });
/** A user, and the same user with its keys in another order. */
const anyUserTwice = anyUser.chain((user) =>
  shuffled(user.keys).map((keys) => [user, { ...user, keys }] as const),
);

const acts = ({ Outcome }: Plan) => Outcome !== 'NothingToDo' && Outcome !== 'Refused';
const MEMBERS = Object.keys(planOf({ Outcome: 'Refused', Reason: '' })).toSorted();
const RUNS = { numRuns: runs(200) };

/** Checks what holds for the plans of all runbooks. */
const expectSound = (
  plan: Plan,
  { AccessKeyId, DryRun }: { readonly AccessKeyId: string | undefined; readonly DryRun: boolean },
) => {
  expect(plan).toMatchObject(alice);
  expect(Object.keys(plan).toSorted()).toEqual(MEMBERS);
  expect(Object.values(plan)).not.toContain('');
  if (AccessKeyId !== undefined) expect(plan.AccessKeyId).toBe(AccessKeyId);
  if (acts(plan)) expect(plan.Outcome === 'DryRun').toBe(DryRun);
};

describe('a plan to deactivate', () => {
  it('deactivates an active key and keeps another active key, in any order of keys', () => {
    fc.assert(
      fc.property(anyUserTwice, anyDeactivation, ([user, again], policy) => {
        const plan = planDeactivation(user, policy);
        expect(planDeactivation(again, policy)).toEqual(plan);
        expectSound(plan, policy);
        expect(plan.UndoCommand !== 'none').toBe(acts(plan));
        expect(plan.KeepAccessKeyId !== 'none').toBe(acts(plan));
        if (!acts(plan)) return;
        const active = user.keys.filter(isActive).map(({ AccessKeyId }) => AccessKeyId);
        expect(active).toContain(plan.AccessKeyId);
        expect(active).toContain(plan.KeepAccessKeyId);
        expect(plan.AccessKeyId).not.toBe(plan.KeepAccessKeyId);
        if (policy.AccessKeyId === undefined)
          expect(active.length).toBeGreaterThan(policy.maxActiveAccessKeys);
      }),
      RUNS,
    );
  });

  it('agrees with the annotation of the rule about the same user, unless the key was reactivated', () => {
    fc.assert(
      fc.property(
        anyUser,
        anyDeactivation,
        anyHistory,
        (user, { AccessKeyId: _, ...policy }, history) => {
          const unnamed = { ...policy, AccessKeyId: undefined };
          const plan = planDeactivation(user, unnamed);
          const { ComplianceType, Annotation = '' } = evaluateSingleAccessKey(user, unnamed);
          const parsed = parseAnnotation(Annotation);
          const { recommendation, AccessKeyId } = { recommendation: undefined, ...parsed };
          const expected = {
            Remediate: { Outcome: policy.DryRun ? 'DryRun' : 'Deactivate', AccessKeyId },
            Delete: {
              Outcome: 'Refused',
              AccessKeyId,
              Reason: expect.stringContaining('delete it instead'),
            },
            NameKey: { Outcome: 'Refused', AccessKeyId: 'none' },
            none: { Outcome: 'NothingToDo', AccessKeyId: 'none' },
          }[recommendation ?? 'none'];
          expect(ComplianceType).toBe(parsed ? 'NON_COMPLIANT' : 'COMPLIANT');
          expect(plan).toMatchObject(expected);
          expect(plan.Reason.includes('is exposed')).toBe(parsed?.isQuarantined === true);
          expect(plan.Basis).not.toMatch(/s3|us-east-1/);
          const checked = planDeactivation(user, { ...unnamed, history });
          if (checked.Outcome !== plan.Outcome)
            expect(checked).toMatchObject({
              Outcome: 'Refused',
              AccessKeyId: plan.AccessKeyId,
              Reason: expect.stringContaining(`${plan.AccessKeyId} was reactivated on`),
            });
        },
      ),
      RUNS,
    );
  });

  it('with a history only refuses more: keys that were reactivated', () => {
    fc.assert(
      fc.property(anyUser, anyDeactivation, anyHistory, (user, policy, history) => {
        const plan = planDeactivation(user, policy);
        const checked = planDeactivation(user, { ...policy, history });
        if (!acts(plan)) expect(checked).toEqual(plan);
        if (!acts(plan) || policy.AccessKeyId !== undefined) return;
        const instantsOf = (status: string, isByRunbook: boolean) =>
          history.changes
            .filter(({ accessKeyId }) => accessKeyId === plan.AccessKeyId)
            .filter((change) => change.status === status)
            .filter(({ roleArn }) => (roleArn === deactivationRoleArn) === isByRunbook)
            .map(({ eventTime }) => eventTime.getTime());
        const deactivated = Math.max(...instantsOf('Inactive', true));
        const reactivated = Math.max(...instantsOf('Active', false));
        const isReactivated = Number.isFinite(deactivated) && reactivated >= deactivated;
        expect(checked).toMatchObject({
          Outcome: isReactivated ? 'Refused' : plan.Outcome,
          AccessKeyId: plan.AccessKeyId,
        });
      }),
      RUNS,
    );
  });
});

describe('a plan to reactivate', () => {
  it('reactivates an inactive key, beside an active key only if that is allowed', () => {
    fc.assert(
      fc.property(anyUserTwice, anyReactivation, ([user, again], policy) => {
        const plan = planReactivation(user, policy);
        expect(planReactivation(again, policy)).toEqual(plan);
        expectSound(plan, policy);
        expect(plan.UndoCommand !== 'none').toBe(acts(plan));
        expect(plan.KeepAccessKeyId).toBe('none');
        if (!acts(plan)) return;
        const key = user.keys.find(({ AccessKeyId }) => AccessKeyId === plan.AccessKeyId);
        expect(key?.Status).toBe('Inactive');
        if (user.keys.some(isActive)) expect(policy.AllowSecondActiveKey).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a plan to delete', () => {
  it('deletes a key that was inactive and unused for long enough', () => {
    fc.assert(
      fc.property(anyUser, anyDeletion, (user, policy) => {
        const plan = planDeletion(user, policy);
        expectSound(plan, policy);
        expect(plan.UndoCommand).toBe('none');
        expect(plan.Evidence !== 'none').toBe(acts(plan));
        if (!acts(plan)) return;
        const key = user.keys.find(({ AccessKeyId }) => AccessKeyId === plan.AccessKeyId);
        if (key === undefined) throw new Error('expected the key of the plan');
        expect(['Inactive', 'Expired']).toContain(key.Status);
        const inactivity = findInactivity(key, policy.history, {});
        expect(isTooLong(inactivity, policy)).toBe(true);
        expect(plan.Evidence).toBe('event' in inactivity ? 'CloudTrail' : 'NoEvent');
        const lastUse = key.LastUsedDate ?? new Date(0);
        expect(lastUse <= daysBefore(Math.max(1, policy.maxInactiveDays))).toBe(true);
        const activations = policy.history.changes
          .filter((one) => one.accessKeyId === key.AccessKeyId && one.status === 'Active')
          .map(({ eventTime }) => eventTime);
        for (const instant of activations)
          expect(instant <= daysBefore(policy.maxInactiveDays)).toBe(true);
      }),
      RUNS,
    );
  });

  it('never deletes a key of an exempt user that is not named', () => {
    fc.assert(
      fc.property(anyUser, anyDeletion, (user, policy) => {
        const exempt = { ...user, exemption: '2026-01-31' };
        const plan = planDeletion(exempt, { ...policy, exemptionTagKey: 'keys-until' });
        if (acts(plan)) expect(policy.AccessKeyId).toBe(plan.AccessKeyId);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of keys and changes', () => {
    const anyDeletionTwice = anyDeletion.chain((policy) =>
      shuffled(policy.history.changes).map(
        (changes) => [policy, { ...policy, history: { ...policy.history, changes } }] as const,
      ),
    );
    fc.assert(
      fc.property(anyUserTwice, anyDeletionTwice, (users, policies) => {
        expect(planDeletion(users[1], policies[1])).toEqual(planDeletion(users[0], policies[0]));
      }),
      RUNS,
    );
  });
});
