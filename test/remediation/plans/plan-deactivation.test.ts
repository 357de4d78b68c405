import { describe, expect, it } from 'vitest';
import {
  type DeactivationPolicy,
  planDeactivation,
  refuseChoice,
} from '../../../remediation/plans/deactivation.ts';
import type { UserFacts } from '../../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { accessKey, at, daysBefore, keyId, policy as rulePolicy } from '../../support/build.ts';

const user = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const DeleteCommand = 'aws ssm start-automation-execution --parameters Role=r';
const policy: DeactivationPolicy = {
  ...rulePolicy,
  AccessKeyId: undefined,
  DryRun: false,
  ConfigRuleName: 'iam-user-single-access-key',
  DeleteCommand,
};
const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const inactive = accessKey('OFF', { Status: 'Inactive' });

const commandToDelete = ({ AccessKeyId }: AccessKey) =>
  `${DeleteCommand},UserId=${user.UserId},AccessKeyId=${AccessKeyId}`;

/** The plan, which must not depend on the order of the keys. */
const planFor = ({ keys, ...facts }: UserFacts, overrides: Partial<DeactivationPolicy> = {}) => {
  const by = { ...policy, ...overrides };
  const made = planDeactivation(user.UserId, { user, keys, ...facts }, by);
  const reversed = { user, keys: keys.toReversed(), ...facts };
  expect(planDeactivation(user.UserId, reversed, by)).toEqual(made);
  return made;
};
const plan = (keys: readonly AccessKey[], overrides: Partial<DeactivationPolicy> = {}) =>
  planFor({ keys }, overrides);

describe('planDeactivation', () => {
  it('scenario 1: refuses an id that no user has', () => {
    for (const AccessKeyId of [undefined, abandoned.AccessKeyId])
      expect(planDeactivation(user.UserId, undefined, { ...policy, AccessKeyId })).toEqual({
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
    ['a user with other keys', [abandoned, inUse]],
    ['a user without keys', []],
  ])('scenario 2: refuses a named key that is not one of %s', (_, keys) => {
    expect(plan(keys, { AccessKeyId: keyId('ELSE') })).toEqual({
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

  it.each(['Inactive', 'Expired'])(
    'scenario 3: has nothing to do with a named key that is %s',
    (Status) => {
      const named = { ...inactive, Status };
      expect(plan([inUse, named], { AccessKeyId: named.AccessKeyId })).toMatchObject({
        Outcome: 'NothingToDo',
        ...user,
        AccessKeyId: named.AccessKeyId,
        Reason: `AKIAXXXXXXXXXXXXXOFF is not active: it is ${Status}`,
        UndoCommand: 'none',
        NextCommand: 'none',
      });
    },
  );

  it.each([
    ['alone', [inUse]],
    ['beside inactive ones', [inUse, inactive]],
    ['beside an expired one', [inUse, { ...inactive, Status: 'Expired' }]],
  ])('scenario 4: refuses the last active key, whoever names it, %s', (_, keys) => {
    for (const countInactiveAccessKeys of [false, true])
      expect(plan(keys, { AccessKeyId: inUse.AccessKeyId, countInactiveAccessKeys })).toMatchObject(
        {
          Outcome: 'Refused',
          AccessKeyId: inUse.AccessKeyId,
          KeepAccessKeyId: 'none',
          Reason: 'AKIAXXXXXXXXXXXXXNEW is the last active key of alice',
          UndoCommand: 'none',
        },
      );
  });

  it('scenario 5: a named key goes although the ranking would keep it', () => {
    expect(plan([abandoned, inUse], { AccessKeyId: inUse.AccessKeyId })).toEqual({
      Outcome: 'Deactivate',
      ...user,
      AccessKeyId: inUse.AccessKeyId,
      KeepAccessKeyId: abandoned.AccessKeyId,
      Reason:
        'AKIAXXXXXXXXXXXXXNEW goes (last used 2026-01-30), AKIAXXXXXXXXXXXXXOLD stays active (last used 2025-07-15), UTC dates',
      UndoCommand:
        'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXNEW --status=Active',
      NextCommand: commandToDelete(inUse),
      Basis: 'last used 2026-01-30, AKIAXXXXXXXXXXXXXOLD stays',
      Evidence: 'none',
    });
  });

  it('scenario 5: a named key goes although the ranking would refuse, or the rule allows two', () => {
    const twin = { ...abandoned, AccessKeyId: keyId('TWN') };
    expect(plan([abandoned, twin], { AccessKeyId: twin.AccessKeyId }).Outcome).toBe('Deactivate');
    expect(
      plan([abandoned, inUse], { AccessKeyId: inUse.AccessKeyId, maxActiveAccessKeys: 2 }).Outcome,
    ).toBe('Deactivate');
  });

  it('scenario 5: of several others the one idle shortest is said to stay', () => {
    const between = accessKey('MID', { LastUsedDate: daysBefore(50) });
    expect(
      plan([inUse, between, abandoned, inactive], { AccessKeyId: abandoned.AccessKeyId }),
    ).toMatchObject({ AccessKeyId: abandoned.AccessKeyId, KeepAccessKeyId: inUse.AccessKeyId });
    expect(
      plan([inUse, between, abandoned, inactive], { AccessKeyId: inUse.AccessKeyId }),
    ).toMatchObject({ AccessKeyId: inUse.AccessKeyId, KeepAccessKeyId: between.AccessKeyId });
  });

  it.each([
    ['no key', [], '0 active access keys, 1 allowed', {}],
    ['one active key', [inUse, inactive], '1 active access key, 1 allowed', {}],
    [
      'two where two are allowed',
      [inUse, abandoned],
      '2 active access keys, 2 allowed',
      { maxActiveAccessKeys: 2 },
    ],
    [
      'one key at all where all count',
      [inUse],
      '1 access key (1 active), 1 allowed',
      { countInactiveAccessKeys: true },
    ],
  ])('scenario 6: has nothing to do with %s', (_, keys, reason, overrides) => {
    expect(plan(keys, overrides)).toEqual({
      Outcome: 'NothingToDo',
      ...user,
      AccessKeyId: 'none',
      KeepAccessKeyId: 'none',
      Reason: `alice has ${reason}`,
      UndoCommand: 'none',
      NextCommand: 'none',
      Basis: 'none',
      Evidence: 'none',
    });
  });
});

describe('planDeactivation, scenario 6: a user who may have its keys', () => {
  const exempt = (overrides: Partial<DeactivationPolicy> = {}, exemption = '2026-01-31') =>
    planFor(
      { keys: [abandoned, inUse], exemption },
      { exemptionTagKey: 'keys-until', ...overrides },
    );
  const young = (days: number, ms = 0) =>
    accessKey('YOUNG', { CreateDate: daysBefore(days, ms), LastUsedDate: at });

  it('by a tag is left alone, and told so', () => {
    expect(exempt()).toMatchObject({
      Outcome: 'NothingToDo',
      AccessKeyId: 'none',
      Reason:
        'alice is left alone: Exempt until 2026-01-31 by the tag keys-until: 2 active access keys, 1 allowed. UTC dates. To decide otherwise, start the runbook with AccessKeyId',
    });
  });

  it('in a rotation is left alone, and told so', () => {
    expect(plan([abandoned, young(1)], { rotationGraceDays: 7 })).toMatchObject({
      Outcome: 'NothingToDo',
      Reason:
        'alice is left alone: In rotation until 2026-02-06T12:00:00.000Z: 2 active access keys, 1 allowed. Newest: AKIAXXXXXXXXXXXYOUNG, created 2026-01-30. To decide otherwise, start the runbook with AccessKeyId',
    });
  });

  it.each([
    [1, 'NothingToDo'],
    [0, 'Deactivate'],
    [-1, 'Deactivate'],
  ])('whose newest key is 7 days old but %d ms: %s', (ms, expected) => {
    expect(plan([abandoned, young(7, ms)], { rotationGraceDays: 7 }).Outcome).toBe(expected);
  });

  it.each([
    ['2026-01-31T23:59:59.999Z', 'NothingToDo'],
    ['2026-02-01T00:00:00.000Z', 'Deactivate'],
  ])('is exempt to the last millisecond of the day: at %s %s', (instant, expected) => {
    expect(exempt({ at: new Date(instant) }).Outcome).toBe(expected);
  });

  it.each(['', 'soon', '2026-01-30'])('is not exempt by a tag of the value %j', (value) => {
    expect(exempt({}, value).Outcome).toBe('Deactivate');
  });

  it('is not, when a person names a key', () => {
    const { AccessKeyId } = abandoned;
    expect(exempt({ AccessKeyId })).toMatchObject({ Outcome: 'Deactivate', AccessKeyId });
    expect(plan([abandoned, young(1)], { rotationGraceDays: 7, AccessKeyId })).toMatchObject({
      Outcome: 'Deactivate',
      AccessKeyId,
    });
  });
});

describe('planDeactivation, scenario 7: what the ranking refuses', () => {
  it.each([
    [
      'a key idle too short',
      [accessKey('BUSY', { LastUsedDate: daysBefore(2) }), inUse],
      'AKIAXXXXXXXXXXXXBUSY (last used 2026-01-29) is idle longest beside AKIAXXXXXXXXXXXXXNEW, but less than 7 days on 2026-01-31',
    ],
    [
      'a tie',
      [abandoned, accessKey('TWN', { LastUsedDate: daysBefore(200) })],
      'AKIAXXXXXXXXXXXXXOLD and AKIAXXXXXXXXXXXXXTWN are idle since the same instant (last used 2025-07-15)',
    ],
    [
      'a new key that was never used',
      [abandoned, accessKey('FRESH', { CreateDate: daysBefore(20) })],
      'AKIAXXXXXXXXXXXFRESH was never used but AKIAXXXXXXXXXXXXXOLD was (last 2025-07-15), so it may not be deployed yet',
    ],
  ])('%s is Refused, and says how to decide', (_, keys, why) => {
    for (const DryRun of [false, true])
      expect(plan(keys, { DryRun })).toEqual({
        Outcome: 'Refused',
        ...user,
        AccessKeyId: 'none',
        KeepAccessKeyId: 'none',
        Reason: `no key of alice is chosen: ${why}; to decide, start the runbook with AccessKeyId`,
        UndoCommand: 'none',
        NextCommand: 'none',
        Basis: 'none',
        Evidence: 'none',
      });
  });

  it.each([
    [-1, 'Deactivate'],
    [0, 'Deactivate'],
    [1, 'Refused'],
  ])('a key idle for 7 days but %d ms: %s', (ms, expected) => {
    const key = accessKey('EDGE', { LastUsedDate: daysBefore(7, ms) });
    expect(plan([key, inUse]).Outcome).toBe(expected);
  });

  it('two keys idle since the same instant but one millisecond are no tie', () => {
    const twin = accessKey('TWN', { LastUsedDate: daysBefore(200, -1) });
    expect(plan([abandoned, twin])).toMatchObject({
      Outcome: 'Deactivate',
      AccessKeyId: twin.AccessKeyId,
      KeepAccessKeyId: abandoned.AccessKeyId,
    });
  });
});

describe('planDeactivation, scenarios 8 and 9', () => {
  it('scenario 8: deactivates the key idle longest, says why, how to undo it and how to go on', () => {
    expect(plan([inUse, abandoned, inactive])).toEqual({
      Outcome: 'Deactivate',
      ...user,
      AccessKeyId: abandoned.AccessKeyId,
      KeepAccessKeyId: inUse.AccessKeyId,
      Reason:
        'AKIAXXXXXXXXXXXXXOLD goes (last used 2025-07-15), AKIAXXXXXXXXXXXXXNEW stays active (last used 2026-01-30), UTC dates',
      UndoCommand:
        'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD --status=Active',
      NextCommand: commandToDelete(abandoned),
      Basis: 'last used 2025-07-15, AKIAXXXXXXXXXXXXXNEW stays',
      Evidence: 'none',
    });
  });

  it('scenario 9: a dry run says the same, and to do it is to remediate', () => {
    const made = plan([inUse, abandoned]);
    expect(plan([inUse, abandoned], { DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand:
        'aws configservice start-remediation-execution --config-rule-name=iam-user-single-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE',
    });
  });

  it.each([
    ['named key', { AccessKeyId: abandoned.AccessKeyId }],
    ['number of days', { MinimumIdleDays: 3, minimumIdleDays: 3 }],
  ])('scenario 9: names no remediation, which would not take the %s', (_, overrides) => {
    const made = plan([inUse, abandoned], overrides);
    expect(made.Outcome).toBe('Deactivate');
    expect(plan([inUse, abandoned], { ...overrides, DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand: 'none',
    });
  });

  it('scenario 9: a dry run of what is refused, or of nothing to do, stays that', () => {
    const { AccessKeyId } = inUse;
    expect(plan([inUse], { DryRun: true, AccessKeyId }).Outcome).toBe('Refused');
    expect(plan([inUse], { DryRun: true }).Outcome).toBe('NothingToDo');
  });
});

describe('planDeactivation, scenario 10: every key counts', () => {
  const strict = { countInactiveAccessKeys: true };
  const refused = (key: AccessKey, counts: string) => ({
    Outcome: 'Refused',
    ...user,
    AccessKeyId: key.AccessKeyId,
    KeepAccessKeyId: 'none',
    Reason: `alice has ${counts}; ${key.AccessKeyId} is ${key.Status}: it has to be deleted, not deactivated: ${commandToDelete(key)}`,
    UndoCommand: 'none',
    NextCommand: commandToDelete(key),
    Basis: 'none',
    Evidence: 'none',
  });

  it('refuses with the command that deletes the inactive key', () => {
    for (const DryRun of [false, true])
      expect(plan([inUse, inactive], { ...strict, DryRun })).toEqual(
        refused(inactive, '2 access keys (1 active), 1 allowed'),
      );
  });

  it('refuses a key that is Expired, which no runbook deletes, with the command of IAM', () => {
    expect(plan([inUse, { ...inactive, Status: 'Expired' }], strict)).toMatchObject({
      Outcome: 'Refused',
      NextCommand: `aws iam delete-access-key --user-name=alice --access-key-id=${inactive.AccessKeyId}`,
    });
  });

  it('refuses a named inactive key with that command, unless the user may have its keys', () => {
    const named = { AccessKeyId: inactive.AccessKeyId };
    expect(plan([inUse, inactive], { ...strict, ...named })).toEqual(
      refused(inactive, '2 access keys (1 active), 1 allowed'),
    );
    expect(plan([inactive], { ...strict, ...named }).Outcome).toBe('NothingToDo');
  });

  it('refuses two inactive keys that are idle equally long with the command that deletes either', () => {
    const twin = { ...inactive, AccessKeyId: keyId('TWIN') };
    const { Outcome, Reason } = plan([inactive, twin], strict);
    expect(Outcome).toBe('Refused');
    expect(Reason).toContain(
      `; to decide, delete one of them: ${commandToDelete({ ...twin, AccessKeyId: 'KEY_ID' })}`,
    );
  });

  it('names the inactive key idle longest', () => {
    const older = accessKey('OLDER', { Status: 'Inactive', CreateDate: daysBefore(400, -1) });
    expect(plan([inactive, older], strict)).toEqual(
      refused(older, '2 access keys (0 active), 1 allowed'),
    );
  });

  it('chooses none of two that are idle equally long', () => {
    const twin = accessKey('TWN', { Status: 'Inactive' });
    expect(plan([inactive, twin], strict)).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: 'none',
      Reason: expect.stringContaining(
        'AKIAXXXXXXXXXXXXXOFF and AKIAXXXXXXXXXXXXXTWN are idle since the same instant',
      ),
    });
  });

  it('deactivates where active keys are too many too, and goes on to the deletion', () => {
    expect(plan([inUse, abandoned, inactive], strict)).toMatchObject({
      Outcome: 'Deactivate',
      AccessKeyId: abandoned.AccessKeyId,
      NextCommand: commandToDelete(abandoned),
    });
  });

  it('has nothing to do in a rotation, or with an exempt user', () => {
    const young = accessKey('YOUNG', { CreateDate: daysBefore(1) });
    expect(plan([young, inactive], { ...strict, rotationGraceDays: 7 }).Outcome).toBe(
      'NothingToDo',
    );
    expect(
      planFor(
        { keys: [inUse, inactive], exemption: '2026-01-31' },
        { ...strict, exemptionTagKey: 'keys-until' },
      ).Reason,
    ).toContain('Exempt until 2026-01-31 by the tag keys-until: 2 access keys (1 active)');
  });
});

describe('refuseChoice', () => {
  it('has a word for the last active key too, that a plan never has', () => {
    expect(refuseChoice({ user }, { reason: 'LastActiveKey' }, policy).Reason).toBe(
      'no key of alice is chosen: the last active key stays; to decide, start the runbook with AccessKeyId',
    );
  });
});
