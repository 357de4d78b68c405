import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDeactivation } from '../../../remediation/plans/deactivation.ts';
import { planDeletion } from '../../../remediation/plans/deletion.ts';
import { type Plan, withoutUser } from '../../../remediation/plans/plan.ts';
import { planReactivation } from '../../../remediation/plans/reactivation.ts';
import type { FoundUser } from '../../../rule/evaluation/read-user.ts';
import { findInactivity } from '../../../rule/inactive-access-key/inactivity.ts';
import { isTooLong } from '../../../rule/inactive-access-key/rule.ts';
import { type AccessKey, isActive } from '../../../rule/keys/access-key.ts';
import { at, daysBefore, keyId } from '../../support/build.ts';
import { runs } from '../../support/property-runs.ts';
import { historyOf, statusChange } from '../../support/status-change.ts';

const user = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const NAMES = ['K1', 'K2', 'K3', 'K4'];
const ConfigRuleName = 'a-rule';

// Few days and milliseconds, so that instants are equal, and bounds met, often.
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
  });
const anyKeys = fc
  .subarray(NAMES)
  .chain((chosen) => fc.tuple(...chosen.map(anyKey)) as fc.Arbitrary<AccessKey[]>);
const anyFound: fc.Arbitrary<FoundUser> = fc.record({
  user: fc.constant(user),
  keys: anyKeys,
  exemption: fc.constantFrom(undefined, undefined, '', '2026-01-30', '2026-01-31'),
});

const anyChange = fc
  .record({
    name: fc.constantFrom(...NAMES),
    status: fc.constantFrom('Active' as const, 'Inactive' as const),
    days: fc.oneof(fc.constantFrom(1, 7, 30, 90), fc.integer({ min: 0, max: 90 })),
  })
  .map(({ name, status, days }) => statusChange(name, status, { days }));
const anyHistory = fc
  .record({ changes: fc.array(anyChange, { maxLength: 8 }), isComplete: fc.boolean() })
  .map(({ changes, isComplete }) => historyOf(changes, { isComplete }));

const asked = {
  AccessKeyId: fc.option(fc.constantFrom(...NAMES.map(keyId)), { nil: undefined }),
  DryRun: fc.boolean(),
  ConfigRuleName: fc.constant(ConfigRuleName),
  exemptionTagKey: fc.constantFrom(undefined, 'keys-until'),
  at: fc.constant(at),
};
const anyDeactivation = fc.record({
  ...asked,
  DeleteCommand: fc.constant('aws delete a=b'),
  maxActiveAccessKeys: fc.integer({ min: 1, max: 3 }),
  countInactiveAccessKeys: fc.boolean(),
  rotationGraceDays: fc.constantFrom(0, 0, 7, 90),
  minimumIdleDays: fc.constantFrom(0, 1, 7, 365),
});
const anyReactivation = fc.record({ ...asked, AllowSecondActiveKey: fc.boolean() });
const anyDeletion = fc.record({
  ...asked,
  maxInactiveDays: fc.constantFrom(1, 7, 30, 89, 90),
  history: anyHistory,
});

/** The items in another order. */
const shuffled = <Item>(items: readonly Item[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length });
const anyFoundTwice = anyFound.chain((found) =>
  shuffled(found.keys).map((keys) => ({ found, again: { ...found, keys } })),
);

const acts = ({ Outcome }: Plan) => Outcome !== 'NothingToDo' && Outcome !== 'Refused';
const planned = ({ keys }: FoundUser, plan: Plan) =>
  keys.find(({ AccessKeyId }) => AccessKeyId === plan.AccessKeyId);
const RUNS = { numRuns: runs(200) };

/** What holds of every plan, of whichever runbook. */
const expectSound = (
  plan: Plan,
  request: { readonly AccessKeyId: string | undefined; readonly DryRun: boolean },
) => {
  expect(plan).toMatchObject(user);
  expect(Object.keys(plan).toSorted()).toEqual(Object.keys(withoutUser('')).toSorted());
  for (const member of Object.values(plan)) expect(member).not.toBe('');
  if (request.AccessKeyId !== undefined) expect(plan.AccessKeyId).toBe(request.AccessKeyId);
  if (acts(plan)) expect(plan.Outcome === 'DryRun').toBe(request.DryRun);
};

describe('a plan to deactivate, for any keys and any request', () => {
  it('takes an active key of the user, and leaves another active', () => {
    fc.assert(
      fc.property(anyFound, anyDeactivation, (found, request) => {
        const plan = planDeactivation(user.UserId, found, request);
        expectSound(plan, request);
        expect(plan.UndoCommand !== 'none').toBe(acts(plan));
        expect(plan.KeepAccessKeyId !== 'none').toBe(acts(plan));
        if (!acts(plan)) return;
        const active = found.keys.filter(isActive).map(({ AccessKeyId }) => AccessKeyId);
        expect(active).toContain(plan.AccessKeyId);
        expect(active).toContain(plan.KeepAccessKeyId);
        expect(plan.AccessKeyId).not.toBe(plan.KeepAccessKeyId);
      }),
      RUNS,
    );
  });

  it('leaves, unless a key is named, no fewer active keys than the rule allows', () => {
    fc.assert(
      fc.property(anyFound, anyDeactivation, (found, request) => {
        const plan = planDeactivation(user.UserId, found, { ...request, AccessKeyId: undefined });
        const left = found.keys.filter(isActive).length - 1;
        if (acts(plan)) expect(left).toBeGreaterThanOrEqual(request.maxActiveAccessKeys);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(anyFoundTwice, anyDeactivation, ({ found, again }, request) => {
        expect(planDeactivation(user.UserId, again, request)).toEqual(
          planDeactivation(user.UserId, found, request),
        );
      }),
      RUNS,
    );
  });
});

describe('a plan to reactivate, for any keys and any request', () => {
  it('takes an inactive key, and makes a second active one only where that is allowed', () => {
    fc.assert(
      fc.property(anyFound, anyReactivation, (found, request) => {
        const plan = planReactivation(user.UserId, found, request);
        if (request.AccessKeyId !== undefined || acts(plan)) expectSound(plan, request);
        expect(plan.UndoCommand !== 'none').toBe(acts(plan));
        expect(plan.KeepAccessKeyId).toBe('none');
        if (!acts(plan)) return;
        expect(planned(found, plan)?.Status).toBe('Inactive');
        if (found.keys.some(isActive)) expect(request.AllowSecondActiveKey).toBe(true);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(anyFoundTwice, anyReactivation, ({ found, again }, request) => {
        expect(planReactivation(user.UserId, again, request)).toEqual(
          planReactivation(user.UserId, found, request),
        );
      }),
      RUNS,
    );
  });
});

describe('a plan to delete, for any keys, changes and any request', () => {
  it('takes a key that is inactive for long enough, and that nobody used or made active since', () => {
    fc.assert(
      fc.property(anyFound, anyDeletion, (found, request) => {
        const plan = planDeletion(user.UserId, found, request);
        expectSound(plan, request);
        expect(plan.UndoCommand).toBe('none');
        expect(plan.Evidence !== 'none').toBe(acts(plan));
        if (!acts(plan)) return;
        const key = planned(found, plan);
        expect(key?.Status).toBe('Inactive');
        if (key === undefined) return;
        const inactivity = findInactivity(key, request.history, {});
        expect(isTooLong(inactivity, request)).toBe(true);
        expect(plan.Evidence).toBe('event' in inactivity ? 'CloudTrail' : 'NoEvent');
        const limit = daysBefore(request.maxInactiveDays).getTime();
        expect(key.LastUsedDate?.getTime() ?? limit).toBeLessThanOrEqual(limit);
        const activated = request.history.changes.filter(
          ({ accessKeyId, status }) => accessKeyId === key.AccessKeyId && status === 'Active',
        );
        for (const { eventTime } of activated)
          expect(eventTime.getTime()).toBeLessThanOrEqual(limit);
      }),
      RUNS,
    );
  });

  it('takes nothing of an exempt user, unless the key is named', () => {
    fc.assert(
      fc.property(anyFound, anyDeletion, (found, request) => {
        const exempt = { ...found, exemption: '2026-01-31' };
        const by = { ...request, exemptionTagKey: 'keys-until' };
        const plan = planDeletion(user.UserId, exempt, by);
        if (acts(plan)) expect(request.AccessKeyId).toBe(plan.AccessKeyId);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of keys and changes', () => {
    const anyDeletionTwice = anyDeletion.chain((request) =>
      shuffled(request.history.changes).map((changes) => ({
        request,
        again: { ...request, history: { ...request.history, changes } },
      })),
    );
    fc.assert(
      fc.property(anyFoundTwice, anyDeletionTwice, (users, requests) => {
        expect(planDeletion(user.UserId, users.again, requests.again)).toEqual(
          planDeletion(user.UserId, users.found, requests.request),
        );
      }),
      RUNS,
    );
  });
});
