import { describe, expect, it } from 'vitest';
import { findDrift } from '../../../rule/single-access-key/drift.ts';
import { accessKey, daysBefore } from '../../support/build.ts';
import { historyOf, roles, statusChange } from '../../support/status-change.ts';

const keys = [accessKey('A'), accessKey('B')];
const { deactivationRoleArn, reactivationRoleArn } = roles;
const byRunbook = (days: number, name = 'A') =>
  statusChange(name, 'Inactive', { days, roleArn: deactivationRoleArn });
const on = (days: number, roleArn?: string, name = 'A') =>
  statusChange(name, 'Active', { days, roleArn });
const drift = (...changes: ReturnType<typeof statusChange>[]) =>
  findDrift(keys, historyOf(changes), roles);
const found = (days: number, key = keys[0]) => ({ key, deactivated: daysBefore(days) });

describe('findDrift', () => {
  it('finds the key that somebody made active again after the runbook deactivated it', () => {
    expect(drift(byRunbook(30), on(29))).toEqual(found(30));
    expect(drift(byRunbook(30), on(29, 'arn:aws:iam::1:role/terraform'))).toEqual(found(30));
  });

  it.each([
    ['no event at all', []],
    ['nothing but the deactivation: the key will not be seen active for long', [byRunbook(30)]],
    ['a deactivation by somebody else', [statusChange('A', 'Inactive', { days: 30 }), on(29)]],
    ['an undo by the runbook', [byRunbook(30), on(29, reactivationRoleArn)]],
    ['a deactivation that Verify took back', [byRunbook(30), on(30, deactivationRoleArn, 'A')]],
    ['a reactivation before the deactivation', [on(31), byRunbook(30)]],
    [
      'an undo by the runbook, and another one by hand',
      [byRunbook(30), on(29, reactivationRoleArn), on(28)],
    ],
    [
      'a deactivation that Verify took back, and one by hand that was undone',
      [
        byRunbook(30),
        on(29, deactivationRoleArn),
        statusChange('A', 'Inactive', { days: 20 }),
        on(19),
      ],
    ],
    ['only deactivations after it', [byRunbook(30), statusChange('A', 'Inactive', { days: 20 })]],
  ])('finds nothing with %s', (_, changes) => {
    expect(drift(...changes)).toBeUndefined();
  });

  it('tells of the last deactivation, and of the key that drifted last', () => {
    expect(drift(byRunbook(30), on(29), byRunbook(20), on(19))).toEqual(found(20));
    const other = [byRunbook(10, 'B'), on(9, undefined, 'B')];
    expect(drift(byRunbook(30), on(29), ...other)).toEqual(found(10, keys[1]));
  });

  it('says nothing of a key that is not active', () => {
    const off = [accessKey('A', { Status: 'Inactive' })];
    expect(findDrift(off, historyOf([byRunbook(30), on(29)]), roles)).toBeUndefined();
  });
});
