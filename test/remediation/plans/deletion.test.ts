import { describe, expect, it } from 'vitest';
import { type DeletionPolicy, planDeletion } from '../../../remediation/plans/deletion.ts';
import { parseInactiveRuleParameters } from '../../../rule/evaluation/parameters.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import type { StatusChange } from '../../../rule/keys/key-history.ts';
import { accessKey, at, daysBefore, historyOf, keyId, statusChange } from '../../support/build.ts';
import { alice, planInAnyOrder, planOf } from '../../support/plans.ts';

const policy: DeletionPolicy = {
  ...parseInactiveRuleParameters(),
  at,
  AccessKeyId: undefined,
  DryRun: false,
  ConfigRuleName: 'iam-user-inactive-access-key',
};
const active = accessKey('ON', { LastUsedDate: daysBefore(1) });
const key = accessKey('OFF', { Status: 'Inactive', LastUsedDate: daysBefore(50) });
const unused = accessKey('OFF', { Status: 'Inactive' });
const other = accessKey('TWO', { Status: 'Inactive', LastUsedDate: daysBefore(99) });
const off = (days: number, { name = 'OFF', ms = 0 } = {}) =>
  statusChange(name, 'Inactive', { days, ms });
const on = (days: number) => statusChange('OFF', 'Active', { days });

type Overrides = Partial<DeletionPolicy> & {
  readonly exemption?: string;
  readonly isComplete?: boolean;
};

/** Makes a plan, which must not depend on the order of keys and changes. */
const plan = (
  keys: readonly AccessKey[],
  changes: readonly StatusChange[],
  { exemption, isComplete = true, ...overrides }: Overrides = {},
) => {
  const planBy = (ordered: readonly StatusChange[]) =>
    planInAnyOrder(keys, (inOrder) =>
      planDeletion(
        { ...alice, keys: inOrder, exemption },
        { ...policy, ...overrides, history: historyOf(ordered, { isComplete }) },
      ),
    );
  const made = planBy(changes);
  expect(planBy(changes.toReversed())).toEqual(made);
  return made;
};

const named = { AccessKeyId: key.AccessKeyId };
/** The end of a refusal for a key that has been inactive since an unknown date. */
const wayOut = (id: string, later = 'start it again later, or ') =>
  `the runbook deletes a key only if CloudTrail shows how long it has been inactive; ${later}delete the key yourself if you know that it is not needed: aws iam delete-access-key --user-name=alice --access-key-id=${id}`;
const EITHER = [{}, named];

describe('planDeletion of a named key', () => {
  it.each([
    ['a user with other keys', [active, key]],
    ['a user without keys', []],
  ])('scenario 1: refuses a key that does not belong to %s', (_, keys) => {
    const AccessKeyId = keyId('ELSE');
    const Reason = 'AKIAXXXXXXXXXXXXELSE is not an access key of alice';
    expect(plan(keys, [off(40), off(40, { name: 'ELSE' })], { AccessKeyId })).toEqual(
      planOf({ Outcome: 'Refused', AccessKeyId, Reason }),
    );
  });

  it('scenario 2: refuses an active key, whatever the events show', () => {
    const { AccessKeyId } = active;
    const Reason = 'AKIAXXXXXXXXXXXXXXON is active: deactivate it first';
    expect(plan([active, key], [off(40, { name: 'ON' })], { AccessKeyId })).toEqual(
      planOf({ Outcome: 'Refused', AccessKeyId, Reason }),
    );
  });

  it.each<[string, AccessKey, StatusChange[], boolean, string]>([
    [
      'was deactivated too recently',
      key,
      [off(29)],
      true,
      'AKIAXXXXXXXXXXXXXOFF has been inactive since 2026-01-02, which is less than 30 days',
    ],
    [
      'has a deactivation that is not visible yet',
      key,
      [on(40)],
      true,
      `AKIAXXXXXXXXXXXXXOFF is inactive and was active on 2025-12-22: ${wayOut(key.AccessKeyId)}`,
    ],
    [
      'has no event in an incomplete history',
      key,
      [],
      false,
      `AKIAXXXXXXXXXXXXXOFF has been inactive since an unknown date (incomplete event history): ${wayOut(key.AccessKeyId)}`,
    ],
    [
      'has a status that no call sets',
      { ...key, Status: 'Suspended' },
      [off(40)],
      true,
      `AKIAXXXXXXXXXXXXXOFF has been Suspended since an unknown date: ${wayOut(key.AccessKeyId, '')}`,
    ],
  ])('scenario 3: refuses a key that %s', (_, one, changes, isComplete, Reason) => {
    for (const DryRun of [false, true])
      expect(plan([active, one], changes, { ...named, DryRun, isComplete })).toEqual(
        planOf({ Outcome: 'Refused', ...named, Reason }),
      );
  });
});

describe('planDeletion, scenario 4: no key is known to be inactive for long enough', () => {
  const reasonFor = (all: string) =>
    `no access key of alice is known to have been inactive for 30 days: ${all}`;

  it.each([
    ['no key', [], 'no key is inactive'],
    ['active keys only', [active], 'no key is inactive'],
    [
      'keys that are inactive for less',
      [active, key, other],
      'AKIAXXXXXXXXXXXXXOFF has been inactive since 2026-01-02; AKIAXXXXXXXXXXXXXTWO has been inactive since 2026-01-21',
    ],
  ])('has nothing to do for a user with %s', (_, keys, all) => {
    expect(plan(keys, [off(29), off(10, { name: 'TWO' })])).toEqual(
      planOf({ Outcome: 'NothingToDo', Reason: reasonFor(all) }),
    );
  });

  it.each<[string, AccessKey[], StatusChange[], boolean, string, string?, string?]>([
    [
      'a deactivation is not visible yet',
      [key, other],
      [on(40), off(10, { name: 'TWO' })],
      true,
      'AKIAXXXXXXXXXXXXXTWO has been inactive since 2026-01-21; AKIAXXXXXXXXXXXXXOFF is inactive and was active on 2025-12-22',
    ],
    [
      'the history is incomplete',
      [key],
      [],
      false,
      'AKIAXXXXXXXXXXXXXOFF has been inactive since an unknown date (incomplete event history)',
    ],
    [
      'a key has another status',
      [{ ...key, Status: 'Suspended' }],
      [off(40)],
      true,
      'AKIAXXXXXXXXXXXXXOFF has been Suspended since an unknown date',
      key.AccessKeyId,
      '',
    ],
    [
      'it is unknown for two keys',
      [key, { ...other, Status: 'Suspended' }],
      [on(40)],
      true,
      'AKIAXXXXXXXXXXXXXOFF is inactive and was active on 2025-12-22; AKIAXXXXXXXXXXXXXTWO has been Suspended since an unknown date',
      'KEY_ID',
    ],
  ])('refuses if %s', (_, keys, changes, isComplete, all, id = key.AccessKeyId, later) => {
    expect(plan(keys, changes, { isComplete })).toEqual(
      planOf({ Outcome: 'Refused', Reason: `${reasonFor(all)}; ${wayOut(id, later)}` }),
    );
  });

  it('a key without a known date does not hide another key', () => {
    expect(plan([key, other], [on(40), off(40, { name: 'TWO' })])).toMatchObject({
      Outcome: 'Delete',
      AccessKeyId: other.AccessKeyId,
    });
  });
});

describe('planDeletion, scenario 5: an exempt user', () => {
  const exempt = (overrides: Overrides = {}) =>
    plan([key], [off(40)], {
      exemptionTagKey: 'keys-until',
      exemption: '2026-01-31',
      ...overrides,
    });

  it('has nothing to do', () => {
    const Reason =
      'alice is COMPLIANT. Exempt until 2026-01-31 by the tag keys-until: AKIAXXXXXXXXXXXXXOFF has been inactive since 2025-12-22. To delete a key anyway, start the runbook with its id as AccessKeyId';
    for (const DryRun of [false, true])
      expect(exempt({ DryRun })).toEqual(planOf({ Outcome: 'NothingToDo', Reason }));
  });

  it.each<[string, Overrides, string]>([
    ['to the last millisecond', { at: new Date('2026-01-31T23:59:59.999Z') }, 'NothingToDo'],
    ['and no longer', { at: new Date('2026-02-01T00:00:00.000Z') }, 'Delete'],
    ['only by a date', { exemption: 'soon' }, 'Delete'],
    ['unless the key is named', named, 'Delete'],
  ])('is exempt %s', (_, overrides, expected) => {
    expect(exempt(overrides).Outcome).toBe(expected);
  });
});

describe('planDeletion, scenario 6: a key that was used since its deactivation', () => {
  it.each([
    ['1 ms less than a day after its deactivation', 40, daysBefore(39, -1), 'Delete'],
    ['a day after its deactivation', 40, daysBefore(39), 'Refused'],
    ['before the required 30 days', 30, daysBefore(30), 'Delete'],
    ['1 ms later, in the required 30 days', 30, daysBefore(30, 1), 'Refused'],
  ])('used %s', (_, days, LastUsedDate, expected) => {
    for (const overrides of EITHER)
      expect(plan([{ ...key, LastUsedDate }], [off(days)], overrides).Outcome).toBe(expected);
  });

  const used = { ...key, LastUsedDate: daysBefore(1) };

  it('is refused with what is known, although another key may be deleted', () => {
    const Reason =
      'AKIAXXXXXXXXXXXXXOFF has been inactive since 2025-12-12, but was last used 2026-01-30: expected no use after its deactivation or in the last 30 days';
    const changes = [off(50), off(40, { name: 'TWO' })];
    for (const overrides of EITHER)
      expect(plan([used, other], changes, overrides)).toEqual(
        planOf({ Outcome: 'Refused', ...named, Reason }),
      );
  });

  it.each([
    [0, 'Refused'],
    [-1, 'Delete'],
  ])('without an event, used 90 days and %d ms ago', (ms, expected) => {
    const LastUsedDate = daysBefore(90, ms);
    expect(plan([{ ...key, LastUsedDate }], [], { maxInactiveDays: 1 }).Outcome).toBe(expected);
  });
});

describe('planDeletion, scenario 7: a key that is inactive for long enough', () => {
  it('is deleted, with the event as evidence', () => {
    const evidence =
      'inactive since 2025-12-22T12:00:00.000Z, CloudTrail event event-OFF-Inactive-40';
    const life = 'created 2024-12-27, last used 2025-12-12';
    for (const overrides of EITHER)
      expect(plan([active, key], [off(40), off(20), on(60)], overrides)).toEqual(
        planOf({
          Outcome: 'Delete',
          ...named,
          Reason: `delete AKIAXXXXXXXXXXXXXOFF permanently: ${evidence}; ${life}; at least 30 days required; dates are in UTC`,
          NextCommand: 'aws iam list-access-keys --user-name=alice',
          Basis: 'AccessKeyId' in overrides ? evidence : `${evidence}; ${life}`,
          Evidence: 'CloudTrail',
        }),
      );
  });

  it.each([
    [1, '1 day'],
    [90, '90 days'],
  ])('is deleted without an event, if %d days are required', (maxInactiveDays, days) => {
    const Basis =
      "AKIAXXXXXXXXXXXXXTWO has been inactive for at least 90 days, because CloudTrail's event history has no event of its deactivation; created 2024-12-27, last used 2025-10-24";
    expect(plan([active, other], [], { maxInactiveDays })).toMatchObject({
      Outcome: 'Delete',
      AccessKeyId: other.AccessKeyId,
      Reason: `delete AKIAXXXXXXXXXXXXXTWO permanently: ${Basis}; at least ${days} required; dates are in UTC`,
      Basis,
      Evidence: 'NoEvent',
    });
  });

  it('names the service and the Region of the last use, but is not based on them', () => {
    const changes = [off(40), off(20), on(60)];
    const made = plan([active, { ...key, ServiceName: 's3', Region: 'us-east-1' }], changes);
    expect(made.Reason).toContain(
      '; created 2024-12-27, last used 2025-12-12, s3, us-east-1; at least',
    );
    expect(made.Basis).toBe(plan([active, key], changes).Basis);
  });

  it('is deleted if it was never used', () => {
    const { Outcome, Reason } = plan([unused], [off(40)]);
    expect(Outcome).toBe('Delete');
    expect(Reason).toContain('; created 2024-12-27, never used; at least 30 days required');
  });

  it.each([
    [1, 0, 'Delete'],
    [1, 1, 'NothingToDo'],
    [30, -1, 'Delete'],
    [30, 0, 'Delete'],
    [30, 1, 'NothingToDo'],
    [90, 0, 'Delete'],
    [90, 1, 'NothingToDo'],
  ])('%d days are required; deactivated %d ms later than that', (days, ms, expected) => {
    const changes = [off(days, { ms })];
    expect(plan([unused], changes, { maxInactiveDays: days }).Outcome).toBe(expected);
    const byName = plan([unused], changes, { maxInactiveDays: days, ...named }).Outcome;
    expect(byName).toBe(expected === 'Delete' ? 'Delete' : 'Refused');
  });

  it.each<[string, StatusChange[], Partial<AccessKey>]>([
    ['the key that has been inactive longest', [off(40), off(40, { name: 'TWO', ms: -1 })], other],
    ['a key without an event before a key with an event', [off(90)], other],
    ['the first id of keys deactivated at once', [off(40), off(40, { name: 'TWO' })], key],
  ])('of several keys, %s is deleted', (_, changes, { AccessKeyId }) => {
    expect(plan([key, other], changes)).toMatchObject({ Outcome: 'Delete', AccessKeyId });
  });

  it('of several keys without an event, the first id is deleted', () => {
    const first = { ...key, LastUsedDate: daysBefore(100) };
    expect(plan([first, other], [])).toMatchObject({ Outcome: 'Delete', ...named });
  });

  it('of several keys, the named key is deleted', () => {
    const changes = [off(40), off(80, { name: 'TWO' })];
    expect(plan([key, other], changes, named)).toMatchObject({ Outcome: 'Delete', ...named });
  });

  it('a dry run says the same; the remediation carries it out', () => {
    const made = plan([key], [off(40)]);
    expect(plan([key], [off(40)], { DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand:
        'aws configservice start-remediation-execution --config-rule-name=iam-user-inactive-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE',
    });
  });

  it('a dry run names the runbook where AWS Config offers no remediation', () => {
    const overrides = { DryRun: true, region: 'us-gov-east-1' };
    expect(plan([key], [off(40)], overrides).NextCommand).toBe(
      'start the runbook DeleteInactiveAccessKey with UserId=AIDAXXXXXXXXXXXXALICE',
    );
  });

  it.each([
    ['AccessKeyId', named],
    ['MinimumInactiveDays', { MinimumInactiveDays: 3, maxInactiveDays: 3 }],
  ])('a dry run with %s has no next command', (_, overrides) => {
    const made = plan([key], [off(40)], overrides);
    expect(made.Outcome).toBe('Delete');
    expect(plan([key], [off(40)], { ...overrides, DryRun: true })).toEqual({
      ...made,
      Outcome: 'DryRun',
      NextCommand: 'none',
    });
  });
});

describe('planDeletion, where 0 days are required', () => {
  const now = { maxInactiveDays: 0 };

  it.each([
    ['has been inactive for a minute', unused, [off(0, { ms: -60_000 })], true, 'Delete'],
    ['became inactive at this instant', unused, [off(0)], true, 'Delete'],
    ['has no event in 90 days', other, [], true, 'Delete'],
    ['has a deactivation that is not visible yet', key, [on(1)], true, 'Refused'],
    ['has no event in an incomplete history', key, [], false, 'Refused'],
    ['is expired', { ...key, Status: 'Expired' }, [off(0)], true, 'Delete'],
    ['has another status', { ...key, Status: 'Suspended' }, [off(0)], true, 'Refused'],
  ])('a key that %s', (_, one, changes, isComplete, expected) => {
    for (const overrides of [{}, { AccessKeyId: one.AccessKeyId }])
      expect(plan([active, one], changes, { ...now, isComplete, ...overrides }).Outcome).toBe(
        expected,
      );
  });

  it.each([
    [0, 'Delete'],
    [1, 'Refused'],
  ])('a key that was used a day less %d ms ago, before its deactivation', (ms, expected) => {
    const used = { ...key, LastUsedDate: daysBefore(1, ms) };
    for (const overrides of EITHER)
      expect(plan([used], [off(0)], { ...now, ...overrides }).Outcome).toBe(expected);
  });

  it.each([
    ['no key', [active], 'no key is inactive'],
    [
      'a key with another status',
      [active, { ...key, Status: 'Suspended' }],
      `AKIAXXXXXXXXXXXXXOFF has been Suspended since an unknown date; ${wayOut(key.AccessKeyId, '')}`,
    ],
  ])('says what is known of a user with %s', (_, keys, known) => {
    expect(plan(keys, [], now).Reason).toBe(
      `no access key of alice has been inactive since a known date: ${known}`,
    );
  });

  it('says why a key that was used in the last day is refused', () => {
    const used = { ...key, LastUsedDate: daysBefore(0, -60_000) };
    expect(plan([used], [off(0)], now).Reason).toBe(
      'AKIAXXXXXXXXXXXXXOFF has been inactive since 2026-01-31, but was last used 2026-01-31: expected no use after its deactivation or in the last day',
    );
  });
});
