import { describe, expect, it } from 'vitest';
import {
  planReactivation,
  type ReactivationPolicy,
} from '../../../remediation/plans/reactivation.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { accessKey, keyId } from '../../support/build.ts';

const user = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const policy: ReactivationPolicy = {
  AccessKeyId: undefined,
  AllowSecondActiveKey: false,
  DryRun: false,
};
const active = accessKey('ON');
const inactive = accessKey('OFF', { Status: 'Inactive' });
const expired = accessKey('EXP', { Status: 'Expired' });

/** The plan, which must not depend on the order of the keys. */
const plan = (keys: readonly AccessKey[], overrides: Partial<ReactivationPolicy> = {}) => {
  const by = { ...policy, ...overrides };
  const made = planReactivation(user.UserId, { user, keys }, by);
  expect(planReactivation(user.UserId, { user, keys: keys.toReversed() }, by)).toEqual(made);
  return made;
};

describe('planReactivation', () => {
  it('scenario 1: refuses an id that no user has', () => {
    for (const AccessKeyId of [undefined, inactive.AccessKeyId])
      expect(planReactivation(user.UserId, undefined, { ...policy, AccessKeyId })).toEqual({
        Outcome: 'Refused',
        UserId: user.UserId,
        UserName: 'none',
        AccessKeyId: 'none',
        KeepAccessKeyId: 'none',
        Reason: 'no IAM user of this account has the id AIDAXXXXXXXXXXXXALICE; it may be deleted',
        UndoCommand: 'none',
        NextCommand: 'none',
        Basis: 'none',
        Evidence: 'none',
      });
  });

  it.each([
    ['a user with other keys', [active, inactive]],
    ['a user without keys', []],
  ])('scenario 2: refuses a named key that is not one of %s', (_, keys) => {
    expect(plan(keys, { AccessKeyId: keyId('ELSE'), AllowSecondActiveKey: true })).toEqual({
      Outcome: 'Refused',
      ...user,
      AccessKeyId: keyId('ELSE'),
      KeepAccessKeyId: 'none',
      Reason: 'AKIAXXXXXXXXXXXXELSE is not an access key of alice',
      UndoCommand: 'none',
      NextCommand: 'none',
      Basis: 'none',
      Evidence: 'none',
    });
  });

  it.each([[[active]], [[active, inactive]]])(
    'scenario 3: has nothing to do with a named key that is active already',
    (keys) => {
      expect(plan(keys, { AccessKeyId: active.AccessKeyId })).toMatchObject({
        Outcome: 'NothingToDo',
        ...user,
        AccessKeyId: active.AccessKeyId,
        Reason: 'AKIAXXXXXXXXXXXXXXON is active already',
        UndoCommand: 'none',
      });
    },
  );

  it.each(['Expired', 'Suspended', 'inactive'])(
    'scenario 4: refuses a named key that is %s',
    (Status) => {
      const overrides = { AccessKeyId: expired.AccessKeyId, AllowSecondActiveKey: true };
      expect(plan([{ ...expired, Status }], overrides)).toMatchObject({
        Outcome: 'Refused',
        AccessKeyId: expired.AccessKeyId,
        Reason: `AKIAXXXXXXXXXXXXXEXP is not inactive: it is ${Status}`,
      });
    },
  );

  it.each([
    ['no key', []],
    ['active keys only', [active, accessKey('OZ')]],
    ['a key of another status', [active, expired]],
  ])('scenario 5: has nothing to do with %s', (_, keys) => {
    expect(plan(keys)).toMatchObject({
      Outcome: 'NothingToDo',
      ...user,
      AccessKeyId: 'none',
      Reason: 'alice has no inactive access key',
      NextCommand: 'none',
    });
  });

  it('scenario 6: refuses to choose between several inactive keys, and says how to decide', () => {
    const other = accessKey('OFZ', { Status: 'Inactive' });
    expect(plan([inactive, other], { AllowSecondActiveKey: true })).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: 'none',
      Reason:
        'AKIAXXXXXXXXXXXXXOFF and AKIAXXXXXXXXXXXXXOFZ of alice are inactive; to decide, start the runbook with AccessKeyId',
    });
    expect(plan([inactive, other], { AccessKeyId: other.AccessKeyId })).toMatchObject({
      Outcome: 'Reactivate',
      AccessKeyId: other.AccessKeyId,
    });
  });

  it.each([undefined, inactive.AccessKeyId])(
    'scenario 7: refuses a second active key, and says how to decide (AccessKeyId %s)',
    (AccessKeyId) => {
      expect(plan([active, inactive], { AccessKeyId })).toMatchObject({
        Outcome: 'Refused',
        ...user,
        AccessKeyId: inactive.AccessKeyId,
        Reason:
          'AKIAXXXXXXXXXXXXXOFF would be active beside AKIAXXXXXXXXXXXXXXON of alice; to decide so, start the runbook with AllowSecondActiveKey=true',
        UndoCommand: 'none',
        NextCommand: 'none',
      });
    },
  );

  it('scenario 7: names every active key', () => {
    expect(plan([active, accessKey('OZ'), inactive]).Reason).toContain(
      'would be active beside AKIAXXXXXXXXXXXXXXON and AKIAXXXXXXXXXXXXXXOZ of alice;',
    );
  });

  it.each([undefined, inactive.AccessKeyId])(
    'scenario 8: makes the key active, the only one, and says how to undo it (AccessKeyId %s)',
    (AccessKeyId) => {
      expect(plan([inactive, expired], { AccessKeyId })).toEqual({
        Outcome: 'Reactivate',
        ...user,
        AccessKeyId: inactive.AccessKeyId,
        KeepAccessKeyId: 'none',
        Reason: 'AKIAXXXXXXXXXXXXXOFF becomes active again, the only active key',
        UndoCommand:
          'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOFF --status=Inactive',
        NextCommand: 'aws iam get-access-key-last-used --access-key-id=AKIAXXXXXXXXXXXXXOFF',
        Basis: 'none',
        Evidence: 'none',
      });
    },
  );

  it.each([undefined, inactive.AccessKeyId])(
    'scenario 8: makes it the second active key where that is allowed (AccessKeyId %s)',
    (AccessKeyId) => {
      const overrides = { AccessKeyId, AllowSecondActiveKey: true };
      expect(plan([active, inactive], overrides)).toMatchObject({
        Outcome: 'Reactivate',
        AccessKeyId: inactive.AccessKeyId,
        Reason: 'AKIAXXXXXXXXXXXXXOFF becomes active again, active beside AKIAXXXXXXXXXXXXXXON',
      });
    },
  );

  it('scenario 8: a dry run says the same, and leaves what comes next to the reader', () => {
    const made = plan([inactive]);
    expect(plan([inactive], { DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand: 'none',
    });
  });

  it('scenario 8: a dry run of what is refused or done already stays that', () => {
    expect(plan([active, inactive], { DryRun: true }).Outcome).toBe('Refused');
    expect(plan([active], { DryRun: true }).Outcome).toBe('NothingToDo');
  });
});
