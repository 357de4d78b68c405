import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldResult } from '../../../rule/evaluation/recorded-result.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { evaluateSingleAccessKey } from '../../../rule/single-access-key/rule.ts';
import { standingViolation } from '../../../rule/single-access-key/standing-violation.ts';
import { accessKey, at, daysBefore, policy as defaults } from '../../support/build.ts';

const policy = { ...defaults, exemptionTagKey: 'keys-until' };
const old = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const recent = accessKey('RECENT', { LastUsedDate: daysBefore(1) });
const inactive = accessKey('OFF', { Status: 'Inactive' });

/** What Config holds of a user since a day before, when it had these keys. */
const heldOf = (
  keys: readonly AccessKey[],
  overrides: Partial<HeldResult> = {},
  exemption?: string,
): HeldResult => ({
  ...evaluateSingleAccessKey({ keys, exemption }, { ...policy, at: daysBefore(1) }),
  OrderingTimestamp: daysBefore(1),
  ...overrides,
});

/** The keys as ListAccessKeys alone tells of them. */
const listed = (keys: readonly AccessKey[], exemption?: string) => ({
  keys: keys.map(({ LastUsedDate: _, ...key }): AccessKey => key),
  exemption,
});

describe('a violation that Config holds', () => {
  const busy = accessKey('BUSY', { LastUsedDate: daysBefore(2) });
  it.each([
    ['a key to deactivate', [old, recent]],
    ['a tie', [old, { ...old, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' }]],
    ['a rotation not deployed yet', [old, accessKey('NEW', { CreateDate: daysBefore(1) })]],
    ['keys that are both in use', [busy, recent]],
    ['an inactive key beside', [old, inactive, recent]],
  ])('stands without the last use when the keys are the same: %s', (_, keys) => {
    const { OrderingTimestamp, ...verdict } = heldOf(keys);
    expect(standingViolation(heldOf(keys), listed(keys.toReversed()), policy)).toEqual(verdict);
  });

  it.each<[string, readonly AccessKey[], object]>([
    ['another key', [old, accessKey('OTHER')], {}],
    ['one key more', [old, recent, accessKey('THIRD')], {}],
    ['one active key less', [old, { ...recent, Status: 'Inactive' }, inactive], {}],
    ['another key active instead', [old, { ...recent, Status: 'Expired' }, accessKey('OFF')], {}],
    ['another minimumIdleDays', [old, recent], { minimumIdleDays: 8 }],
    ['another maxActiveAccessKeys', [old, recent], { maxActiveAccessKeys: 2 }],
    ['a result that is due', [old, recent], { refreshDays: 1 }],
  ])('is decided anew for %s', (_, keys, changed) => {
    const now = { ...policy, ...changed };
    expect(standingViolation(heldOf([old, recent]), listed(keys), now)).toBeUndefined();
  });

  it.each([
    ['2026-01-01', '2026-01-01', true],
    ['2026-01-01', '2026-01-02', false],
    ['2026-01-01', undefined, false],
    [undefined, '2026-01-01', false],
    ['', 'forever', false],
  ])('with the exemption %j before and %j now stands: %j', (before, now, stands) => {
    const held = heldOf([old, recent], {}, before);
    const found = standingViolation(held, listed([old, recent], now), policy);
    expect(found !== undefined).toBe(stands);
  });

  it.each([
    ['an exemption that was set since', '2026-12-31', {}],
    ['a grace that was set since', undefined, { rotationGraceDays: 90 }],
  ])('is decided anew for %s', (_, exemption, changed) => {
    const keys = [old, accessKey('NEW', { CreateDate: daysBefore(60) })];
    const now = { ...policy, ...changed };
    expect(standingViolation(heldOf(keys), listed(keys, exemption), now)).toBeUndefined();
  });

  it('is decided anew when its annotation does not name every active key', () => {
    const three = [old, recent, busy];
    expect(standingViolation(heldOf(three), listed(three), policy)).toBeUndefined();
  });

  it.each([
    ['nothing is held', undefined],
    ['COMPLIANT is held', heldOf([old])],
    ['there is no annotation', heldOf([old, recent], { Annotation: undefined })],
    [
      'it was cut',
      heldOf([old, recent], { Annotation: '2 active access keys, 1 allowed. Dea...' }),
    ],
  ])('does not stand when %s', (_, held) => {
    expect(standingViolation(held, listed([old, recent]), policy)).toBeUndefined();
  });

  it('stands only where a fresh evaluation finds a violation too', () => {
    const days = fc.integer({ min: 0, max: 120 });
    const anyKeys = fc.uniqueArray(
      fc.record({
        AccessKeyId: fc.constantFrom('AKIAXXXXXXXXXXXXXXXA', 'AKIAXXXXXXXXXXXXXXXB'),
        Status: fc.constantFrom('Active', 'Inactive'),
        CreateDate: days.map((age) => daysBefore(age)),
      }),
      { selector: ({ AccessKeyId }) => AccessKeyId },
    );
    const anyExemption = fc.constantFrom(undefined, '', 'forever', '2026-01-30', '2026-01-31');
    const anyFacts = fc.record({ keys: anyKeys, exemption: anyExemption });
    const anyPolicy = fc.record({
      maxActiveAccessKeys: fc.constantFrom(1, 2),
      rotationGraceDays: fc.constantFrom(0, 30, 90),
      minimumIdleDays: fc.constantFrom(0, 7),
      countInactiveAccessKeys: fc.boolean(),
      exemptionTagKey: fc.constantFrom(undefined, 'keys-until'),
    });
    fc.assert(
      fc.property(anyFacts, anyPolicy, anyFacts, anyPolicy, (before, then, facts, now) => {
        const OrderingTimestamp = daysBefore(1);
        const verdict = evaluateSingleAccessKey(before, {
          ...policy,
          ...then,
          at: OrderingTimestamp,
        });
        for (const seen of [facts, before]) {
          const stands = standingViolation({ ...verdict, OrderingTimestamp }, seen, {
            ...policy,
            ...now,
          });
          const fresh = evaluateSingleAccessKey(seen, { ...policy, ...now, at });
          expect(stands?.ComplianceType ?? fresh.ComplianceType).toBe(fresh.ComplianceType);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never stands for other active keys than it was written of', () => {
    const ids = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(ids, ids, (before, now) => {
        const held = heldOf(
          before.map((id, index) => accessKey(id, { CreateDate: daysBefore(100 + index) })),
        );
        const stands =
          standingViolation(held, listed(now.map((id) => accessKey(id))), policy) !== undefined;
        if (stands) expect(now.toSorted()).toEqual(before.toSorted());
        else
          expect(before.length > 2 || now.toSorted().join() !== before.toSorted().join()).toBe(
            true,
          );
      }),
    );
  });
});
