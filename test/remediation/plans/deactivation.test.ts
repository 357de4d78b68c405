import { describe, expect, it } from 'vitest';
import {
  type DeactivationPolicy,
  planDeactivation,
} from '../../../remediation/plans/deactivation.ts';
import type { UserKeys } from '../../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import type { KeyHistory, StatusChange } from '../../../rule/keys/key-history.ts';
import {
  accessKey,
  at,
  daysBefore,
  historyOf,
  keyId,
  policy as rulePolicy,
  statusChange,
} from '../../support/build.ts';
import { alice, planInAnyOrder, planOf } from '../../support/plans.ts';

const ROLES = 'arn:aws:iam::123456789012:role';
const deactivationRoleArn = `${ROLES}/deactivation`;
const InactiveConfigRuleName = 'iam-user-inactive-access-key';
const policy: DeactivationPolicy = {
  ...rulePolicy,
  AccessKeyId: undefined,
  DryRun: false,
  ConfigRuleName: 'iam-user-single-access-key',
  InactiveConfigRuleName,
  deactivationRoleArn,
};
const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const inactive = accessKey('OFF', { Status: 'Inactive' });
const young = (days: number, ms = 0) =>
  accessKey('YOUNG', { CreateDate: daysBefore(days, ms), LastUsedDate: at });
const STRICT = { countInactiveAccessKeys: true };

const DELETE_LATER = `aws configservice start-remediation-execution --config-rule-name=${InactiveConfigRuleName} --resource-keys=resourceType=AWS::IAM::User,resourceId=${alice.UserId}`;
const commandToDelete = (AccessKeyId: string) =>
  `aws iam delete-access-key --user-name=alice --access-key-id=${AccessKeyId}`;

type Overrides = Partial<DeactivationPolicy> &
  Partial<Pick<UserKeys, 'exemption' | 'quarantinePolicy'>>;

const plan = (
  keys: readonly AccessKey[],
  { exemption, quarantinePolicy, ...overrides }: Overrides = {},
) =>
  planInAnyOrder(keys, (ordered) =>
    planDeactivation(
      { ...alice, keys: ordered, exemption, quarantinePolicy },
      { ...policy, ...overrides },
    ),
  );
const quarantined = { quarantinePolicy: 'AWSCompromisedKeyQuarantineV3' };

describe('planDeactivation of a named key', () => {
  it.each([
    ['a user with other keys', [abandoned, inUse]],
    ['a user without keys', []],
  ])('scenario 1: refuses a key that does not belong to %s', (_, keys) => {
    const AccessKeyId = keyId('ELSE');
    const Reason = 'AKIAXXXXXXXXXXXXELSE is not an access key of alice';
    expect(plan(keys, { AccessKeyId })).toEqual(
      planOf({ Outcome: 'Refused', AccessKeyId, Reason }),
    );
  });

  it.each(['Inactive', 'Expired'])('scenario 2: has nothing to do if the key is %s', (Status) => {
    const { AccessKeyId } = inactive;
    const Reason = `AKIAXXXXXXXXXXXXXOFF is already ${Status}`;
    expect(plan([inUse, { ...inactive, Status }], { AccessKeyId })).toEqual(
      planOf({ Outcome: 'NothingToDo', AccessKeyId, Reason }),
    );
  });

  it.each([
    ['alone', [inUse]],
    ['beside an inactive key', [inUse, inactive]],
    ['beside an expired key', [inUse, { ...inactive, Status: 'Expired' }]],
  ])('scenario 3: refuses the last active key, %s', (_, keys) => {
    const { AccessKeyId } = inUse;
    const Reason = 'AKIAXXXXXXXXXXXXXNEW is the last active key of alice';
    for (const countInactiveAccessKeys of [false, true])
      expect(plan(keys, { AccessKeyId, countInactiveAccessKeys })).toEqual(
        planOf({ Outcome: 'Refused', AccessKeyId, Reason }),
      );
  });

  it('scenario 4: deactivates the key, although the rule selects the other', () => {
    const { AccessKeyId } = inUse;
    expect(plan([abandoned, inUse], { AccessKeyId })).toEqual(
      planOf({
        Outcome: 'Deactivate',
        AccessKeyId,
        KeepAccessKeyId: abandoned.AccessKeyId,
        Reason:
          'deactivate AKIAXXXXXXXXXXXXXNEW (last used 2026-01-30) and keep AKIAXXXXXXXXXXXXXOLD (last used 2025-07-15); dates are in UTC',
        UndoCommand:
          'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXNEW --status=Active',
        NextCommand: DELETE_LATER,
        Basis: 'keep AKIAXXXXXXXXXXXXXOLD',
      }),
    );
  });

  const { AccessKeyId } = abandoned;
  it.each<[string, AccessKey, Overrides]>([
    ['no key is selected', { ...abandoned, AccessKeyId: keyId('TWIN') }, {}],
    ['the user is quarantined', inUse, quarantined],
    ['the user has as many keys as allowed', inUse, { maxActiveAccessKeys: 2 }],
    ['the user is in rotation', young(1), { rotationGraceDays: 7 }],
    ['the user is exempt', inUse, { exemptionTagKey: 'keys-until', exemption: '2026-01-31' }],
  ])('scenario 4: deactivates the key, although %s', (_, other, overrides) => {
    expect(plan([abandoned, other], { ...overrides, AccessKeyId })).toMatchObject({
      Outcome: 'Deactivate',
      AccessKeyId,
    });
  });

  it('scenario 4: keeps the key that was used most recently', () => {
    const between = accessKey('MID', { LastUsedDate: daysBefore(50) });
    const unused = accessKey('UNUSED', { CreateDate: daysBefore(0) });
    const keys = [inUse, between, abandoned, inactive, unused];
    expect(plan(keys, { AccessKeyId }).KeepAccessKeyId).toBe(inUse.AccessKeyId);
    expect(plan(keys, { AccessKeyId: inUse.AccessKeyId }).KeepAccessKeyId).toBe(
      between.AccessKeyId,
    );
  });
});

describe('planDeactivation, scenario 5: a compliant user', () => {
  const rotation = { rotationGraceDays: 7 };
  const exempt = { exemptionTagKey: 'keys-until', exemption: '2026-01-31' };

  it.each<[string, AccessKey[], Overrides, string]>([
    ['without keys', [], {}, 'alice has 0 active access keys, 1 allowed'],
    ['with one active key', [inUse, inactive], {}, 'alice has 1 active access key, 1 allowed'],
    [
      'with two keys, if two are allowed',
      [inUse, abandoned],
      { maxActiveAccessKeys: 2 },
      'alice has 2 active access keys, 2 allowed',
    ],
    [
      'with one key, if inactive keys count',
      [inUse],
      STRICT,
      'alice has 1 access key, 1 of them active, 1 allowed',
    ],
    [
      'that is exempt',
      [abandoned, inUse],
      exempt,
      'alice is COMPLIANT. Exempt until 2026-01-31 by the tag keys-until: 2 active access keys, 1 allowed. To deactivate a key anyway, start the runbook with its id as AccessKeyId',
    ],
    [
      'that is exempt, if inactive keys count',
      [inUse, inactive],
      { ...STRICT, ...exempt },
      'alice is COMPLIANT. Exempt until 2026-01-31 by the tag keys-until: 2 access keys, 1 of them active, 1 allowed. To deactivate a key anyway, start the runbook with its id as AccessKeyId',
    ],
    [
      'in rotation',
      [abandoned, young(1)],
      rotation,
      'alice is COMPLIANT. In rotation until 2026-02-06T12:00:00.000Z: 2 active access keys, 1 allowed. Newest key: AKIAXXXXXXXXXXXYOUNG, created 2026-01-30. To deactivate a key anyway, start the runbook with its id as AccessKeyId',
    ],
  ])('%s has nothing to do', (_, keys, overrides, Reason) => {
    expect(plan(keys, overrides)).toEqual(planOf({ Outcome: 'NothingToDo', Reason }));
  });

  it.each<[string, Overrides, AccessKey]>([
    ['the newest key is exactly as old as the rotation grace', rotation, young(7)],
    ['the exemption has ended', { ...exempt, at: new Date('2026-02-01T00:00:00Z') }, inUse],
    ['the exemption is not a date', { ...exempt, exemption: 'soon' }, inUse],
  ])('is not compliant if %s', (_, overrides, other) => {
    expect(plan([abandoned, other], overrides).Outcome).toBe('Deactivate');
  });

  it('is compliant until the last millisecond of rotation and exemption', () => {
    const last = new Date('2026-01-31T23:59:59.999Z');
    expect(plan([abandoned, young(7, 1)], rotation).Outcome).toBe('NothingToDo');
    expect(plan([abandoned, inUse], { ...exempt, at: last }).Outcome).toBe('NothingToDo');
  });
});

describe('planDeactivation of a selected key', () => {
  it.each<[string, AccessKey[], string, Overrides?]>([
    [
      'a key that is idle too short',
      [accessKey('BUSY', { LastUsedDate: daysBefore(2) }), inUse],
      'the longest-idle key has been idle for less than 7 days (AKIAXXXXXXXXXXXXBUSY, last used 2026-01-29)',
    ],
    [
      'a tie',
      [abandoned, accessKey('TWIN', { LastUsedDate: daysBefore(200) })],
      'two keys have been idle since the same instant (AKIAXXXXXXXXXXXXTWIN and AKIAXXXXXXXXXXXXXOLD, last used 2025-07-15)',
    ],
    [
      'a new key that was never used',
      [abandoned, accessKey('FRESH', { CreateDate: daysBefore(20) })],
      'a newer key was never used (AKIAXXXXXXXXXXXFRESH, created 2026-01-11) and might not be deployed yet (AKIAXXXXXXXXXXXXXOLD: last used 2025-07-15)',
    ],
    [
      'an unfinished rotation',
      [inUse, accessKey('FRESH', { CreateDate: daysBefore(20) })],
      'a rotation is unfinished (newer key: never used, created 2026-01-11); retire AKIAXXXXXXXXXXXXXNEW once unused (last used 2026-01-30)',
    ],
    [
      'a quarantined user',
      [inUse, abandoned],
      'a key is exposed; contact its owner and rotate it (AWSCompromisedKeyQuarantineV3 is attached)',
      quarantined,
    ],
  ])('scenario 6: refuses %s', (_, keys, why, overrides = {}) => {
    const Reason = `no key of alice is selected: ${why}; to choose a key yourself, start the runbook with its id as AccessKeyId`;
    for (const DryRun of [false, true])
      expect(plan(keys, { ...overrides, DryRun })).toEqual(planOf({ Outcome: 'Refused', Reason }));
  });

  it('scenario 6: refuses to select an inactive key of a quarantined user, which can only be deleted', () => {
    const { Outcome, Reason } = plan([inUse, inactive], { ...STRICT, ...quarantined });
    expect(Outcome).toBe('Refused');
    expect(Reason).toMatch(
      /a key is exposed; .*; to choose a key yourself, delete it with aws iam delete-access-key$/,
    );
  });

  it('scenario 7: names the service and the Region of the last use, but is not based on them', () => {
    const keys = [
      { ...abandoned, ServiceName: 'ses-smtp', Region: 'eu-west-1' },
      { ...inUse, ServiceName: 's3' },
    ];
    expect(plan(keys)).toMatchObject({
      Reason:
        'deactivate AKIAXXXXXXXXXXXXXOLD (last used 2025-07-15, ses-smtp, eu-west-1) and keep AKIAXXXXXXXXXXXXXNEW (last used 2026-01-30, s3); dates are in UTC',
      Basis: plan([abandoned, inUse]).Basis,
    });
  });

  it('scenario 6: refuses the last active key, even if none is allowed', () => {
    const Reason =
      'no key of alice is selected: the last active key must stay; to choose a key yourself, start the runbook with its id as AccessKeyId';
    expect(plan([inUse], { maxActiveAccessKeys: 0 })).toEqual(
      planOf({ Outcome: 'Refused', Reason }),
    );
  });

  it('scenario 7: deactivates the longest-idle key', () => {
    const { AccessKeyId } = abandoned;
    for (const overrides of [{}, STRICT])
      expect(plan([inUse, abandoned, inactive], overrides)).toEqual(
        planOf({
          Outcome: 'Deactivate',
          AccessKeyId,
          KeepAccessKeyId: inUse.AccessKeyId,
          Reason:
            'deactivate AKIAXXXXXXXXXXXXXOLD (last used 2025-07-15) and keep AKIAXXXXXXXXXXXXXNEW (last used 2026-01-30); dates are in UTC',
          UndoCommand:
            'aws iam update-access-key --user-name=alice --access-key-id=AKIAXXXXXXXXXXXXXOLD --status=Active',
          NextCommand: DELETE_LATER,
          Basis: 'last used 2025-07-15, keep AKIAXXXXXXXXXXXXXNEW',
        }),
      );
  });

  it.each([
    [-1, 'Deactivate'],
    [0, 'Deactivate'],
    [1, 'Refused'],
  ])('scenarios 6 and 7: a key used 7 days and %d ms ago', (ms, expected) => {
    const key = accessKey('EDGE', { LastUsedDate: daysBefore(7, ms) });
    expect(plan([key, inUse]).Outcome).toBe(expected);
  });

  it('scenario 8: a dry run says the same; the remediation carries it out', () => {
    const made = plan([inUse, abandoned]);
    expect(plan([inUse, abandoned], { DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand:
        'aws configservice start-remediation-execution --config-rule-name=iam-user-single-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE',
    });
  });

  it.each([
    ['AccessKeyId', { AccessKeyId: abandoned.AccessKeyId }],
    ['MinimumIdleDays', { MinimumIdleDays: 3, minimumIdleDays: 3 }],
  ])('scenario 8: a dry run with %s has no next command', (_, overrides) => {
    const made = plan([inUse, abandoned], overrides);
    expect(made.Outcome).toBe('Deactivate');
    expect(plan([inUse, abandoned], { ...overrides, DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand: 'none',
    });
  });

  it('scenario 8: a dry run without an action is not a dry run', () => {
    const { AccessKeyId } = inUse;
    expect(plan([inUse], { DryRun: true, AccessKeyId }).Outcome).toBe('Refused');
    expect(plan([inUse], { DryRun: true }).Outcome).toBe('NothingToDo');
  });
});

describe('planDeactivation, scenario 9: only inactive keys are too many', () => {
  const refused = ({ AccessKeyId, Status }: AccessKey, counts: string, NextCommand: string) =>
    planOf({
      Outcome: 'Refused',
      AccessKeyId,
      Reason: `alice has ${counts}; ${AccessKeyId} is ${Status}, so delete it instead of deactivating it: ${NextCommand}`,
      NextCommand,
    });
  const { AccessKeyId } = inactive;
  const older = accessKey('OLDER', { Status: 'Inactive', CreateDate: daysBefore(400, -1) });
  const expired = { ...inactive, Status: 'Expired' };

  it.each([
    [
      'an inactive key with the command that deletes it',
      [inUse, inactive],
      refused(inactive, '2 access keys, 1 of them active, 1 allowed', commandToDelete(AccessKeyId)),
    ],
    [
      'the inactive key that has been idle longest',
      [inactive, older],
      refused(
        older,
        '2 access keys, 0 of them active, 1 allowed',
        commandToDelete(older.AccessKeyId),
      ),
    ],
    [
      'an expired key in the same way',
      [inUse, expired],
      refused(expired, '2 access keys, 1 of them active, 1 allowed', commandToDelete(AccessKeyId)),
    ],
  ])('refuses %s', (_, keys, expected) => {
    for (const DryRun of [false, true]) expect(plan(keys, { ...STRICT, DryRun })).toEqual(expected);
  });

  it('refuses a named inactive key in the same way, unless the user is compliant', () => {
    const named = { ...STRICT, AccessKeyId };
    expect(plan([inUse, inactive], named)).toEqual(plan([inUse, inactive], STRICT));
    expect(plan([inactive], named).Outcome).toBe('NothingToDo');
  });

  it('refuses a tie: one of the keys has to be deleted', () => {
    const twin = { ...inactive, AccessKeyId: keyId('TWIN') };
    expect(plan([inactive, twin], STRICT)).toEqual(
      planOf({
        Outcome: 'Refused',
        Reason: `no key of alice is selected: two keys have been idle since the same instant (AKIAXXXXXXXXXXXXTWIN and AKIAXXXXXXXXXXXXXOFF, never used, created 2024-12-27); to choose a key yourself, delete it with aws iam delete-access-key`,
      }),
    );
  });
});

const OPERATOR = 'arn:aws:iam::123456789012:user/olga';
const TERRAFORM = 'arn:aws:sts::123456789012:assumed-role/terraform/apply-1';
const REACTIVATION = 'arn:aws:sts::123456789012:assumed-role/reactivation/run-1';
const RUNBOOK = 'arn:aws:sts::123456789012:assumed-role/deactivation/run-1';

const change =
  (status: StatusChange['status'], callerArn: string | undefined, role?: string) =>
  (days: number, ms = 0) =>
    statusChange('OLD', status, { days, ms, callerArn, roleArn: role && `${ROLES}/${role}` });
const deactivated = change('Inactive', RUNBOOK, 'deactivation');
const restored = change('Active', RUNBOOK, 'deactivation');
const reactivated = change('Active', OPERATOR);
const ADVICE =
  'to keep it active, give alice an exemption tag, which the setting exemptionTagKey enables; to deactivate it again, start the runbook with its id as AccessKeyId';

describe('planDeactivation, scenario 10: a selected key that was reactivated', () => {
  const planWith = (
    changes: readonly StatusChange[],
    { isComplete = true, ...overrides }: Overrides & Partial<KeyHistory> = {},
  ) => plan([inUse, abandoned], { ...overrides, history: historyOf(changes, { isComplete }) });
  const refusedBecauseOf = (caller: string) =>
    planOf({
      Outcome: 'Refused',
      AccessKeyId: abandoned.AccessKeyId,
      Reason: `no key of alice is selected: AKIAXXXXXXXXXXXXXOLD was reactivated on 2026-01-26 by ${caller}, after the runbook deactivated it on 2026-01-21; ${ADVICE}`,
    });

  it.each([
    ['a user', OPERATOR, undefined],
    ["Terraform's role", TERRAFORM, 'terraform'],
    ['the runbook ReactivateAccessKey', REACTIVATION, 'reactivation'],
    ['a caller whose ARN has the greatest length', `arn:${'a'.repeat(400)}`, undefined],
  ])('is refused if %s reactivated it', (_, callerArn, role) => {
    const changes = [deactivated(10), change('Active', callerArn, role)(5)];
    for (const isComplete of [true, false])
      for (const DryRun of [true, false])
        expect(planWith(changes, { isComplete, DryRun })).toEqual(refusedBecauseOf(callerArn));
  });

  it.each([
    ['is absent', undefined],
    ['has a line end', `${OPERATOR}\n`],
    ['has a space', `${OPERATOR} approved this`],
    ['has markup', 'arn:aws:iam::123456789012:user/<b>'],
    ['is not an ARN', 'olga'],
    ['starts with another text', `see ${OPERATOR}`],
    ['is too long', `arn:${'a'.repeat(401)}`],
  ])('is refused without the name of a caller whose ARN %s', (_, callerArn) => {
    expect(planWith([deactivated(10), change('Active', callerArn)(5)])).toEqual(
      refusedBecauseOf('an unknown caller'),
    );
  });

  const again = [change('Inactive', OPERATOR)(6), reactivated(5)];
  it.each([
    ['once', [deactivated(10), reactivated(5)]],
    [
      'before and after the deactivation',
      [deactivated(20), reactivated(15), deactivated(10), reactivated(5)],
    ],
    ['twice', [deactivated(10), reactivated(5), change('Active', TERRAFORM, 'terraform')(1)]],
    ['before the runbook restored it', [deactivated(10), reactivated(5), restored(5, 1000)]],
    ['after the runbook restored it', [deactivated(10), restored(10, 1000), ...again]],
  ])('is refused if it was reactivated %s', (_, changes) => {
    for (const ordered of [changes, changes.toReversed()])
      expect(planWith(ordered)).toEqual(refusedBecauseOf(OPERATOR));
  });

  it('is refused if both changes are in the same second: the key is active now', () => {
    for (const changes of [
      [deactivated(10), reactivated(10)],
      [reactivated(10), deactivated(10)],
    ])
      expect(planWith(changes).Outcome).toBe('Refused');
  });

  it.each([
    ['once', [deactivated(10)]],
    ['although it was reactivated before', [reactivated(15), deactivated(10)]],
    ['and an operator did so again', [deactivated(10), change('Inactive', OPERATOR)(6)]],
    ['and restored it before', [deactivated(20), restored(20, 1000), deactivated(10)]],
  ])('is refused if the runbook deactivated it %s: the key is active now', (_, changes) => {
    const expected = planOf({
      Outcome: 'Refused',
      AccessKeyId: abandoned.AccessKeyId,
      Reason: `no key of alice is selected: AKIAXXXXXXXXXXXXXOLD was reactivated after the runbook deactivated it on 2026-01-21, and CloudTrail does not yet show by whom; ${ADVICE}`,
    });
    for (const ordered of [changes, changes.toReversed()])
      expect(planWith(ordered)).toEqual(expected);
  });

  it.each([
    ['that the runbook restored', [deactivated(10), restored(10, 1000)]],
    ['that somebody else deactivated', again],
    ['that only the runbook set to Active', [restored(5)]],
    ['that was never changed', []],
  ])('does not include a key %s', (_, changes) => {
    for (const ordered of [changes, changes.toReversed()])
      expect(planWith(ordered)).toEqual(plan([inUse, abandoned]));
  });

  it('does not include a reactivated key that is not selected', () => {
    const other = [
      statusChange('NEW', 'Inactive', { days: 10, roleArn: deactivationRoleArn }),
      statusChange('NEW', 'Active', { days: 5 }),
    ];
    expect(planWith(other)).toEqual(plan([inUse, abandoned]));
  });

  it('acts on an incomplete history, and says so', () => {
    const made = plan([inUse, abandoned]);
    const remark = '; the event history is incomplete and may lack a reactivation of this key';
    expect(planWith([], { isComplete: false })).toEqual({
      ...made,
      Reason: `${made.Reason}${remark}`,
    });
  });

  it('scenario 11: refuses on an incomplete history that must be complete', () => {
    const required = { requiresCompleteHistory: true };
    expect(planWith([], { isComplete: false, ...required })).toEqual(
      planOf({
        Outcome: 'Refused',
        AccessKeyId: abandoned.AccessKeyId,
        Reason: `no key of alice is selected: the event history is incomplete and may lack a reactivation of ${abandoned.AccessKeyId}; to deactivate it anyway, start the runbook with AccessKeyId=${abandoned.AccessKeyId}`,
      }),
    );
    expect(planWith([], required)).toEqual(plan([inUse, abandoned]));
    expect(plan([inUse, abandoned], required)).toEqual(plan([inUse, abandoned]));
  });

  it('names the reactivation in an incomplete history that must be complete', () => {
    const changes = [deactivated(10), reactivated(5)];
    const made = planWith(changes);
    const required = { requiresCompleteHistory: true };
    expect(planWith(changes, { isComplete: false, ...required })).toEqual(made);
  });
});

describe('planDeactivation, scenario 11: an incomplete history', () => {
  const planWith = (isComplete: boolean, overrides: Overrides = {}) =>
    plan([inUse, abandoned], { ...overrides, history: historyOf([], { isComplete }) });
  const requiresCompleteHistory = true;

  it('is refused if a complete one is required', () => {
    for (const DryRun of [false, true])
      expect(planWith(false, { requiresCompleteHistory, DryRun })).toEqual(
        planOf({
          Outcome: 'Refused',
          AccessKeyId: abandoned.AccessKeyId,
          Reason:
            'no key of alice is selected: the event history is incomplete and may lack a reactivation of AKIAXXXXXXXXXXXXXOLD; to deactivate it anyway, start the runbook with AccessKeyId=AKIAXXXXXXXXXXXXXOLD',
        }),
      );
  });

  it('does not matter otherwise, for a named key, or if it is complete', () => {
    const { AccessKeyId } = abandoned;
    const made = plan([inUse, abandoned]);
    expect(planWith(false, { requiresCompleteHistory: false }).Outcome).toBe('Deactivate');
    expect(planWith(false, { requiresCompleteHistory, AccessKeyId }).Outcome).toBe('Deactivate');
    expect(planWith(true, { requiresCompleteHistory })).toEqual(made);
  });

  it('still shows the reactivation that it contains', () => {
    const history = historyOf([deactivated(10), reactivated(5)], { isComplete: false });
    expect(plan([inUse, abandoned], { history, requiresCompleteHistory })).toEqual(
      plan([inUse, abandoned], { history }),
    );
  });
});

describe('planDeactivation in a Region without remediation', () => {
  const region = 'us-gov-west-1';

  it('names the runbooks instead of a command', () => {
    const start = (Runbook: string) => `start the runbook ${Runbook} with UserId=${alice.UserId}`;
    expect(plan([inUse, abandoned], { region }).NextCommand).toBe(start('DeleteInactiveAccessKey'));
    expect(plan([inUse, abandoned], { region, DryRun: true }).NextCommand).toBe(
      start('DeactivateAccessKey'),
    );
  });
});
