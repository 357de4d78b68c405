import { describe, expect, it } from 'vitest';
import {
  planReactivation,
  type ReactivationPolicy,
} from '../../../remediation/plans/reactivation.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { accessKey, keyId } from '../../support/build.ts';
import { alice, planInAnyOrder, planOf } from '../../support/plans.ts';

const policy: ReactivationPolicy = {
  AccessKeyId: undefined,
  AllowSecondActiveKey: false,
  DryRun: false,
};
const active = accessKey('ON');
const inactive = accessKey('OFF', { Status: 'Inactive' });
const otherInactive = accessKey('OFFER', { Status: 'Inactive' });
const expired = accessKey('EXP', { Status: 'Expired' });
const { AccessKeyId } = inactive;
const SECOND = { AllowSecondActiveKey: true };

const plan = (keys: readonly AccessKey[], overrides: Partial<ReactivationPolicy> = {}) =>
  planInAnyOrder(keys, (ordered) =>
    planReactivation({ ...alice, keys: ordered }, { ...policy, ...overrides }),
  );

const reactivation = (Reason: string) =>
  planOf({
    Outcome: 'Reactivate',
    AccessKeyId,
    Reason,
    UndoCommand:
      'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOFF --status=Inactive',
    NextCommand: 'aws iam get-access-key-last-used --access-key-id=AKIAXXXXXXXXXXXXXOFF',
  });

describe('planReactivation', () => {
  it.each([
    ['a user with other keys', [active, inactive]],
    ['a user without keys', []],
  ])('scenario 1: refuses a named key that does not belong to %s', (_, keys) => {
    const named = { AccessKeyId: keyId('ELSE') };
    const Reason = 'AKIAXXXXXXXXXXXXELSE is not an access key of alice';
    expect(plan(keys, { ...named, ...SECOND })).toEqual(
      planOf({ Outcome: 'Refused', ...named, Reason }),
    );
  });

  it.each([[[active]], [[active, inactive]]])(
    'scenario 2: has nothing to do if the named key is already active',
    (keys) => {
      const named = { AccessKeyId: active.AccessKeyId };
      const Reason = 'AKIAXXXXXXXXXXXXXXON is already active';
      expect(plan(keys, named)).toEqual(planOf({ Outcome: 'NothingToDo', ...named, Reason }));
    },
  );

  it.each(['Expired', 'Suspended', 'inactive'])(
    'scenario 3: refuses a named key with the status %s',
    (Status) => {
      const named = { AccessKeyId: expired.AccessKeyId };
      const Reason = `AKIAXXXXXXXXXXXXXEXP is ${Status}, not Inactive`;
      expect(plan([{ ...expired, Status }], { ...named, ...SECOND })).toEqual(
        planOf({ Outcome: 'Refused', ...named, Reason }),
      );
    },
  );

  it.each([
    ['no key', []],
    ['active keys only', [active, accessKey('ONE')]],
    ['a key with another status', [active, expired]],
  ])('scenario 4: has nothing to do for a user with %s', (_, keys) => {
    const Reason = 'alice has no inactive access key';
    expect(plan(keys)).toEqual(planOf({ Outcome: 'NothingToDo', Reason }));
  });

  it('scenario 5: refuses to select one of several inactive keys, unless it is named', () => {
    const keys = [inactive, otherInactive];
    const Reason =
      'alice has more than one inactive key (AKIAXXXXXXXXXXXOFFER and AKIAXXXXXXXXXXXXXOFF); to choose one, start the runbook with its id as AccessKeyId';
    expect(plan(keys, SECOND)).toEqual(planOf({ Outcome: 'Refused', Reason }));
    expect(plan(keys, { AccessKeyId }).Outcome).toBe('Reactivate');
  });

  it('scenario 6: refuses a second active key', () => {
    const Reason =
      'alice already has an active key (AKIAXXXXXXXXXXXXXXON); to make AKIAXXXXXXXXXXXXXOFF active too, start the runbook with AllowSecondActiveKey=true';
    for (const named of [undefined, AccessKeyId])
      for (const DryRun of [true, false])
        expect(plan([active, inactive], { AccessKeyId: named, DryRun })).toEqual(
          planOf({ Outcome: 'Refused', AccessKeyId, Reason }),
        );
  });

  it('scenario 7: reactivates the only inactive key, or the named key', () => {
    for (const named of [undefined, AccessKeyId]) {
      expect(plan([inactive, expired], { AccessKeyId: named })).toEqual(
        reactivation('reactivate AKIAXXXXXXXXXXXXXOFF as the only active key'),
      );
      expect(plan([active, inactive], { AccessKeyId: named, ...SECOND })).toEqual(
        reactivation('reactivate AKIAXXXXXXXXXXXXXOFF in addition to AKIAXXXXXXXXXXXXXXON'),
      );
    }
  });

  it('scenario 7: a dry run says the same and has no next command', () => {
    const made = plan([inactive]);
    expect(plan([inactive], { DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand: 'none',
    });
    expect(plan([active], { DryRun: true }).Outcome).toBe('NothingToDo');
  });
});
