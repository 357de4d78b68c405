import { describe, expect, it } from 'vitest';
import { type DeletionPolicy, planDeletion } from '../../../remediation/plans/deletion.ts';
import { parseInactiveRuleParameters } from '../../../rule/evaluation/parameters.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import type { KeyHistory, StatusChange } from '../../../rule/keys/key-history.ts';
import { accessKey, at, daysBefore, keyId } from '../../support/build.ts';
import { historyOf, statusChange } from '../../support/status-change.ts';

const user = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const policy: DeletionPolicy = {
  ...parseInactiveRuleParameters(),
  at,
  AccessKeyId: undefined,
  DryRun: false,
  ConfigRuleName: 'iam-user-inactive-access-key',
};
const active = accessKey('ON', { LastUsedDate: daysBefore(1) });
const key = accessKey('OFF', { Status: 'Inactive', LastUsedDate: daysBefore(50) });
const other = accessKey('OFZ', { Status: 'Inactive', LastUsedDate: daysBefore(99) });
const off = (days: number, { name = 'OFF', ms = 0 } = {}) =>
  statusChange(name, 'Inactive', { days, ms });
const on = (days: number) => statusChange('OFF', 'Active', { days });

type Overrides = Partial<DeletionPolicy> & {
  readonly exemption?: string;
  readonly isComplete?: boolean;
};

/** The plan, which must not depend on the order of keys and changes. */
const plan = (
  keys: readonly AccessKey[],
  changes: readonly StatusChange[],
  { exemption, isComplete = true, ...overrides }: Overrides = {},
) => {
  const planOn = (ordered: readonly AccessKey[], history: KeyHistory) =>
    planDeletion(
      user.UserId,
      { user, keys: ordered, exemption },
      { ...policy, ...overrides, history },
    );
  const made = planOn(keys, historyOf(changes, { isComplete }));
  expect(planOn(keys.toReversed(), historyOf(changes.toReversed(), { isComplete }))).toEqual(made);
  return made;
};

const named = { AccessKeyId: key.AccessKeyId };
const EITHER = [{}, named];

describe('planDeletion', () => {
  it('scenario 1: refuses an id that no user has', () => {
    for (const overrides of EITHER)
      expect(
        planDeletion(user.UserId, undefined, { ...policy, ...overrides, history: historyOf() }),
      ).toEqual({
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
    ['a user with other keys', [active, key]],
    ['a user without keys', []],
  ])('scenario 2: refuses a named key that is not one of %s', (_, keys) => {
    const changes = [off(40), off(40, { name: 'ELSE' })];
    expect(plan(keys, changes, { AccessKeyId: keyId('ELSE') })).toEqual({
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

  it('scenario 3: refuses a named key that is active, whatever the events say', () => {
    const { AccessKeyId } = active;
    expect(plan([active, key], [off(40, { name: 'ON' })], { AccessKeyId })).toMatchObject({
      Outcome: 'Refused',
      ...user,
      AccessKeyId,
      Reason: 'AKIAXXXXXXXXXXXXXXON is active: an active key is deactivated first, never deleted',
    });
  });

  it.each([
    [
      'not for long enough',
      key,
      [off(29)],
      'AKIAXXXXXXXXXXXXXOFF inactive since 2026-01-02, less than 30 days',
    ],
    [
      'whose deactivation is not visible yet',
      key,
      [on(40)],
      'AKIAXXXXXXXXXXXXXOFF inactive, unknown since when (active on 2025-12-22, no event since): expected 30 days',
    ],
    [
      'of a status that no call sets',
      { ...key, Status: 'Expired' },
      [off(40)],
      'AKIAXXXXXXXXXXXXXOFF Expired, unknown since when (no event sets this status): expected 30 days',
    ],
  ])('scenario 4: refuses a named key, inactive %s', (_, one, changes, known) => {
    for (const DryRun of [false, true])
      expect(plan([active, one], changes, { ...named, DryRun })).toMatchObject({
        Outcome: 'Refused',
        ...user,
        ...named,
        Reason: known,
        NextCommand: 'none',
        Basis: 'none',
        Evidence: 'none',
      });
  });

  it('scenario 4: refuses a named key without an event where the history may be elsewhere', () => {
    expect(plan([key], [], { ...named, isComplete: false })).toMatchObject({
      Outcome: 'Refused',
      ...named,
      Reason:
        'AKIAXXXXXXXXXXXXXOFF inactive, unknown since when (no event history): expected 30 days',
    });
  });

  it.each([
    ['no key', [], 'none is inactive'],
    ['active keys only', [active], 'none is inactive'],
    ['a key inactive for 29 days', [active, key], 'AKIAXXXXXXXXXXXXXOFF inactive since 2026-01-02'],
    [
      'two keys inactive for less',
      [key, other],
      'AKIAXXXXXXXXXXXXXOFF inactive since 2026-01-02; AKIAXXXXXXXXXXXXXOFZ inactive since 2026-01-21',
    ],
  ])('scenario 5: has nothing to do with %s', (_, keys, all) => {
    expect(plan(keys, [off(29), off(10, { name: 'OFZ' })])).toEqual({
      Outcome: 'NothingToDo',
      ...user,
      AccessKeyId: 'none',
      KeepAccessKeyId: 'none',
      Reason: `no access key of alice is known to be inactive for 30 days: ${all}`,
      UndoCommand: 'none',
      NextCommand: 'none',
      Basis: 'none',
      Evidence: 'none',
    });
  });

  it('scenario 5: unknown of one is Refused, and why', () => {
    expect(plan([key, other], [on(40), off(10, { name: 'OFZ' })])).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: 'none',
      Reason:
        'no access key of alice is known to be inactive for 30 days: AKIAXXXXXXXXXXXXXOFF inactive, unknown since when (active on 2025-12-22, no event since); AKIAXXXXXXXXXXXXXOFZ inactive since 2026-01-21',
    });
    expect(plan([key], [], { isComplete: false }).Outcome).toBe('Refused');
    expect(plan([{ ...key, Status: 'Expired' }], [off(40)]).Outcome).toBe('Refused');
  });

  it('scenario 5: unknown of one does not hide another', () => {
    expect(plan([key, other], [on(40), off(40, { name: 'OFZ' })])).toMatchObject({
      Outcome: 'Delete',
      AccessKeyId: other.AccessKeyId,
    });
  });
});

describe('planDeletion, scenario 6: an exempt user', () => {
  const exempt = (overrides: Overrides = {}) =>
    plan([key], [off(40)], {
      exemptionTagKey: 'keys-until',
      exemption: '2026-01-31',
      ...overrides,
    });

  it('is left alone, and told until when', () => {
    for (const DryRun of [false, true])
      expect(exempt({ DryRun })).toMatchObject({
        Outcome: 'NothingToDo',
        ...user,
        AccessKeyId: 'none',
        Reason:
          'alice is left alone: Exempt until 2026-01-31 by the tag keys-until: AKIAXXXXXXXXXXXXXOFF inactive since 2025-12-22. To decide otherwise, start the runbook with AccessKeyId',
      });
  });

  it('is not, when a person names the key', () => {
    expect(exempt(named)).toMatchObject({ Outcome: 'Delete', ...named });
  });

  it.each([
    ['2026-01-31T23:59:59.999Z', 'NothingToDo'],
    ['2026-02-01T00:00:00.000Z', 'Delete'],
  ])('is exempt to the last millisecond of the day: at %s %s', (instant, expected) => {
    expect(exempt({ at: new Date(instant) }).Outcome).toBe(expected);
  });

  it.each(['', 'soon', '2026-01-30'])('is none by a tag of the value %j', (exemption) => {
    expect(exempt({ exemption }).Outcome).toBe('Delete');
  });
});

describe('planDeletion, scenario 7: a key that was used since', () => {
  it.each([
    ['a day after its deactivation but 1 ms', 40, daysBefore(39, -1), 'Delete'],
    ['a day after its deactivation', 40, daysBefore(39), 'Refused'],
    ['30 days ago, as it was deactivated', 30, daysBefore(30), 'Delete'],
    ['1 ms later, within the days asked for', 30, daysBefore(30, 1), 'Refused'],
  ])('used %s: deactivated %d days ago', (_, days, LastUsedDate, expected) => {
    for (const overrides of EITHER)
      expect(plan([{ ...key, LastUsedDate }], [off(days)], overrides).Outcome).toBe(expected);
  });

  it('is refused, named or chosen, with what is known', () => {
    const used = { ...key, LastUsedDate: daysBefore(1) };
    for (const overrides of EITHER)
      expect(plan([used], [off(40)], overrides)).toEqual({
        Outcome: 'Refused',
        ...user,
        ...named,
        KeepAccessKeyId: 'none',
        Reason: 'AKIAXXXXXXXXXXXXXOFF inactive since 2025-12-22, yet last used 2026-01-30',
        UndoCommand: 'none',
        NextCommand: 'none',
        Basis: 'none',
        Evidence: 'none',
      });
  });

  it('is refused although another key might go', () => {
    const used = { ...key, LastUsedDate: daysBefore(1) };
    expect(plan([used, other], [off(50), off(40, { name: 'OFZ' })])).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: used.AccessKeyId,
    });
  });

  it('is unknown where no event tells, however few days are asked for', () => {
    const used = { ...key, LastUsedDate: daysBefore(90) };
    expect(plan([used], [], { maxInactiveDays: 1 }).Outcome).toBe('Refused');
    const before = { ...key, LastUsedDate: daysBefore(90, -1) };
    expect(plan([before], [], { maxInactiveDays: 1 }).Outcome).toBe('Delete');
  });
});

describe('planDeletion, scenario 8', () => {
  it('deletes the key, with the event as evidence', () => {
    for (const overrides of EITHER)
      expect(plan([active, key], [off(40), off(20), on(60)], overrides)).toEqual({
        Outcome: 'Delete',
        ...user,
        ...named,
        KeepAccessKeyId: 'none',
        Reason:
          'AKIAXXXXXXXXXXXXXOFF is deleted for good: inactive since 2025-12-22T12:00:00.000Z, CloudTrail event event-OFF-Inactive-40; created 2024-12-27, last used 2025-12-12; 30 days asked for, UTC dates',
        UndoCommand: 'none',
        NextCommand: 'aws iam list-access-keys --user-name=alice',
        Basis:
          'inactive since 2025-12-22T12:00:00.000Z, CloudTrail event event-OFF-Inactive-40; created 2024-12-27, last used 2025-12-12',
        Evidence: 'CloudTrail',
      });
  });

  it('deletes a key without an event that was neither made nor used in 90 days', () => {
    for (const maxInactiveDays of [1, 90])
      expect(plan([active, other], [], { maxInactiveDays })).toMatchObject({
        Outcome: 'Delete',
        AccessKeyId: other.AccessKeyId,
        Reason: `AKIAXXXXXXXXXXXXXOFZ is deleted for good: AKIAXXXXXXXXXXXXXOFZ inactive for at least 90 days, as no event of its deactivation is in CloudTrail's history; created 2024-12-27, last used 2025-10-24; ${maxInactiveDays} days asked for, UTC dates`,
        Evidence: 'NoEvent',
      });
  });

  it.each([
    ['the only key of the user', [key]],
    ['a key that was never used', [accessKey('OFF', { Status: 'Inactive' })]],
  ])('deletes %s', (_, keys) => {
    expect(plan(keys, [off(40)])).toMatchObject({ Outcome: 'Delete', ...named });
  });

  it('says of a key that was never used that it never was', () => {
    expect(plan([accessKey('OFF', { Status: 'Inactive' })], [off(40)]).Reason).toContain(
      '; created 2024-12-27, never used; 30 days asked for',
    );
  });

  it.each([
    [1, 0, 'Delete'],
    [1, 1, 'NothingToDo'],
    [30, -1, 'Delete'],
    [30, 0, 'Delete'],
    [30, 1, 'NothingToDo'],
    [90, 0, 'Delete'],
    [90, 1, 'NothingToDo'],
  ])('inactive for %d days but %d ms: %s', (days, ms, expected) => {
    const unused = accessKey('OFF', { Status: 'Inactive' });
    const changes = [off(days, { ms })];
    expect(plan([unused], changes, { maxInactiveDays: days }).Outcome).toBe(expected);
    const byName = plan([unused], changes, { maxInactiveDays: days, ...named }).Outcome;
    expect(byName).toBe(expected === 'Delete' ? 'Delete' : 'Refused');
  });
});

describe('planDeletion, scenario 8: of several keys', () => {
  it('chooses the one inactive longest, to the millisecond', () => {
    const changes = [off(40), off(40, { name: 'OFZ', ms: -1 })];
    expect(plan([key, other], changes)).toMatchObject({
      Outcome: 'Delete',
      AccessKeyId: other.AccessKeyId,
    });
  });

  it('chooses by the id of two that are inactive equally long', () => {
    const changes = [off(40), off(40, { name: 'OFZ' })];
    for (const keys of [
      [key, other],
      [other, key],
    ])
      expect(plan(keys, changes)).toMatchObject({ Outcome: 'Delete', ...named });
  });

  it('chooses one without an event before one with, as it is inactive longer', () => {
    expect(plan([key, other], [off(90)])).toMatchObject({
      Outcome: 'Delete',
      AccessKeyId: other.AccessKeyId,
      Evidence: 'NoEvent',
    });
  });

  it.each([
    ['deactivated in the same instant', [off(40), off(40, { name: 'OFZ' })]],
    ['without an event', []],
  ])('chooses of two %s always the same', (_, changes) => {
    const one = { ...key, LastUsedDate: daysBefore(100) };
    expect(plan([one, other], changes)).toMatchObject({ Outcome: 'Delete', ...named });
  });

  it('takes the named one although another is inactive longer', () => {
    const changes = [off(40), off(80, { name: 'OFZ' })];
    expect(plan([key, other], changes, named)).toMatchObject({ Outcome: 'Delete', ...named });
    expect(plan([key, other], changes).AccessKeyId).toBe(other.AccessKeyId);
  });
});

describe('planDeletion, scenario 8: a dry run', () => {
  it('says the same, and to do it is to remediate', () => {
    const made = plan([key], [off(40)]);
    expect(plan([key], [off(40)], { DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand:
        'aws configservice start-remediation-execution --config-rule-name=iam-user-inactive-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE',
    });
  });

  it.each([
    ['named key', named],
    ['number of days', { MinimumInactiveDays: 3, maxInactiveDays: 3 }],
  ])('names no remediation, which would not take the %s', (_, overrides) => {
    const made = plan([key], [off(40)], overrides);
    expect(made.Outcome).toBe('Delete');
    expect(plan([key], [off(40)], { ...overrides, DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand: 'none',
    });
  });
});
