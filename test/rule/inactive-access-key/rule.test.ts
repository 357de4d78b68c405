import { describe, expect, it } from 'vitest';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import type { KeyHistory } from '../../../rule/keys/key-history.ts';
import {
  accessKey,
  at,
  daysBefore,
  historyOf,
  keyId,
  statusChange,
  userKeys,
} from '../../support/build.ts';

const off = (name: string, overrides: Partial<AccessKey> = {}) =>
  accessKey(name, { Status: 'Inactive', ...overrides });
const deactivated = (name: string, days: number, ms = 0) =>
  statusChange(name, 'Inactive', { days, ms });

const evaluate = (
  keys: readonly AccessKey[],
  history: KeyHistory | undefined,
  { exemption, ...parameters }: Record<string, unknown> & { exemption?: string } = {},
) =>
  inactiveAccessKeyRule(JSON.stringify(parameters), at).evaluate(userKeys(keys, { exemption }), {
    history,
  });

const A = keyId('A');
const B = keyId('B');
const AS_OF = ' As of 2026-01-31 UTC.';
const NEXT = ' Delete or reactivate it: maxInactiveDays is 30.';

describe('the result of the rule on inactive keys', () => {
  it.each([[[]], [[accessKey('A')]], [[accessKey('A'), accessKey('B')]]])(
    'scenario 1: a user without an inactive key is COMPLIANT, even without a history (%#)',
    (keys) => {
      expect(evaluate(keys, undefined)).toStrictEqual({ ComplianceType: 'COMPLIANT' });
    },
  );

  it('requires the history of an inactive key', () => {
    expect(() => evaluate([off('A')], undefined)).toThrow(
      'expected the event history to evaluate AIDAXXXXXXXXXXXXALICE, got none',
    );
  });

  it.each([
    [1, 0, 'NON_COMPLIANT'],
    [1, 1, 'COMPLIANT'],
    [90, 0, 'NON_COMPLIANT'],
    [90, 1, 'COMPLIANT'],
  ])('maxInactiveDays %d: inactive for that long less %d ms is %s', (days, ms, expected) => {
    const history = historyOf([deactivated('A', days, ms)]);
    const result = evaluate([off('A')], history, { maxInactiveDays: days });
    expect(result.ComplianceType).toBe(expected);
  });

  it('scenario 2: says when a key became inactive, and until when it is allowed', () => {
    expect(evaluate([accessKey('B'), off('A')], historyOf([deactivated('A', 29)]))).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation: `alice: ${A} has been inactive since 2026-01-02. Allowed until 2026-02-01T12:00:00.000Z.${AS_OF}`,
    });
  });

  it.each([
    [10, 20],
    [20, 10],
  ])('scenario 2: says until when both keys are allowed: %d and %d days', (a, b) => {
    const history = historyOf([deactivated('A', a), deactivated('B', b)]);
    expect(evaluate([off('A'), off('B')], history).Annotation).toContain(
      'Allowed until 2026-02-10T12:00:00.000Z.',
    );
  });

  it.each([
    [
      historyOf([statusChange('A', 'Active', { days: 40 })]),
      'Inactive',
      'is inactive and was active on 2025-12-22',
    ],
    [
      historyOf([], { isComplete: false }),
      'Inactive',
      'has been inactive since an unknown date (incomplete event history)',
    ],
    [historyOf(), 'Suspended', 'has been Suspended since an unknown date'],
  ])(
    'scenario 2: is COMPLIANT if the date is unknown, and says why (%#)',
    (history, Status, why) => {
      expect(evaluate([off('A', { Status })], history)).toEqual({
        ComplianceType: 'COMPLIANT',
        Annotation: `alice: ${A} ${why}.${AS_OF}`,
      });
    },
  );

  it.each(['Inactive', 'Expired'])('scenario 3: %s since 40 days', (Status) => {
    const change = { ...deactivated('A', 40), status: Status as 'Inactive' | 'Expired' };
    const { ComplianceType, Annotation } = evaluate([off('A', { Status })], historyOf([change]));
    expect(ComplianceType).toBe('NON_COMPLIANT');
    expect(Annotation).toContain(`${A} has been inactive since 2025-12-22.`);
  });

  it('scenario 3: names the key, when it became inactive, and what to do', () => {
    expect(evaluate([accessKey('B'), off('A')], historyOf([deactivated('A', 40)]))).toEqual({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: `alice: ${A} has been inactive since 2025-12-22.${NEXT}${AS_OF}`,
    });
  });

  it.each([1, 90])(
    'scenario 3: a key without an event is inactive for at least 90 days: maxInactiveDays %d',
    (maxInactiveDays) => {
      expect(evaluate([off('A')], historyOf(), { maxInactiveDays })).toEqual({
        ComplianceType: 'NON_COMPLIANT',
        Annotation: `alice: ${A} has been inactive for at least 90 days. Delete or reactivate it: maxInactiveDays is ${maxInactiveDays}.${AS_OF}`,
      });
    },
  );

  const BOTH = ' Delete or reactivate them: maxInactiveDays is 30.';

  it.each([
    [
      'the key that violates the rule before the other',
      [deactivated('A', 1), deactivated('B', 40)],
      `${B} has been inactive since 2025-12-22.${NEXT} Not in violation: ${A} has been inactive since 2026-01-30.`,
    ],
    [
      'the longest-inactive key first',
      [deactivated('A', 40), deactivated('B', 41)],
      `${B} has been inactive since 2025-12-21; ${A} has been inactive since 2025-12-22.${BOTH}`,
    ],
    [
      'a key without an event before a key with an event',
      [deactivated('A', 89)],
      `${B} has been inactive for at least 90 days; ${A} has been inactive since 2025-11-03.${BOTH}`,
    ],
    [
      'keys with the same date in the order of their ids',
      [deactivated('A', 40), deactivated('B', 40)],
      `${A} has been inactive since 2025-12-22; ${B} has been inactive since 2025-12-22.${BOTH}`,
    ],
    [
      'keys without an event in the order of their ids',
      [],
      `${A} has been inactive for at least 90 days; ${B} has been inactive for at least 90 days.${BOTH}`,
    ],
    [
      'a key with an unknown date as not in violation',
      [statusChange('A', 'Active', { days: 1 })],
      `${B} has been inactive for at least 90 days.${NEXT} Not in violation: ${A} is inactive and was active on 2026-01-30.`,
    ],
  ])('scenario 3: names %s', (_, changes, text) => {
    for (const keys of [
      [off('A'), off('B')],
      [off('B'), off('A')],
    ])
      expect(evaluate(keys, historyOf(changes))).toEqual({
        ComplianceType: 'NON_COMPLIANT',
        Annotation: `alice: ${text}${AS_OF}`,
      });
  });

  it.each([
    ['2026-01-30', "'2026-01-30', expected a date that has not passed."],
    ['soon', "'soon', expected a date such as 2026-12-31."],
    ['', "'', expected a date such as 2026-12-31."],
  ])(
    'scenario 3: the exemption %j does not exempt, and the annotation says why',
    (exemption, why) => {
      expect(
        evaluate([off('A')], historyOf(), { exemptionTagKey: 'keys-until', exemption }),
      ).toMatchObject({
        ComplianceType: 'NON_COMPLIANT',
        Annotation: expect.stringContaining(`days.${NEXT} Exemption tag keys-until is ${why}`),
      });
    },
  );

  it('scenario 4: an exempt user is COMPLIANT; the annotation names the tag and the date', () => {
    const parameters = { exemptionTagKey: 'keys-until', exemption: '2026-01-31' };
    expect(evaluate([off('A')], historyOf(), parameters)).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation: `alice: Exempt until 2026-01-31 by the tag keys-until: ${A} has been inactive for at least 90 days.${AS_OF}`,
      isExempt: true,
    });
  });
});

describe('the result with maxInactiveDays 0', () => {
  const now = { maxInactiveDays: 0 };
  const NONE = ' Delete or reactivate it: maxInactiveDays is 0.';

  it.each<[string, Partial<AccessKey>, KeyHistory, string]>([
    [
      'has been inactive for a moment',
      {},
      historyOf([deactivated('A', 0)]),
      'has been inactive since 2026-01-31',
    ],
    [
      'became inactive after the start of the evaluation',
      {},
      historyOf([deactivated('A', 0, 1)]),
      'has been inactive since 2026-01-31',
    ],
    ['has no event', {}, historyOf(), 'has been inactive for at least 90 days'],
    [
      'has a deactivation that is not visible yet',
      {},
      historyOf([statusChange('A', 'Active', { days: 40 })]),
      'is inactive and was active on 2025-12-22',
    ],
    [
      'has no event in an incomplete history',
      {},
      historyOf([], { isComplete: false }),
      'has been inactive since an unknown date (incomplete event history)',
    ],
    [
      'has a status that AWS does not document',
      { Status: 'Suspended' },
      historyOf(),
      'has been Suspended since an unknown date',
    ],
  ])('scenario 5: is NON_COMPLIANT if a key %s', (_, overrides, history, text) => {
    expect(evaluate([accessKey('B'), off('A', overrides)], history, now)).toEqual({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: `alice: ${A} ${text}.${NONE}${AS_OF}`,
    });
  });

  it('scenario 5: names a key with an unknown date after the others', () => {
    const history = historyOf([deactivated('B', 0)]);
    const keys = [off('A', { Status: 'Suspended' }), off('B')];
    expect(evaluate(keys, history, now).Annotation).toBe(
      `alice: ${B} has been inactive since 2026-01-31; ${A} has been Suspended since an unknown date. Delete or reactivate them: maxInactiveDays is 0.${AS_OF}`,
    );
  });

  it('scenario 5: is COMPLIANT if every key is active, or by an exemption', () => {
    expect(evaluate([accessKey('A')], historyOf(), now)).toEqual({ ComplianceType: 'COMPLIANT' });
    const exempt = { ...now, exemptionTagKey: 'keys-until', exemption: '2026-01-31' };
    const history = historyOf([], { isComplete: false });
    expect(evaluate([off('A')], history, exempt)).toMatchObject({
      ComplianceType: 'COMPLIANT',
      isExempt: true,
    });
  });

  it('scenario 5: requires the tag of a user with any inactive key', () => {
    const parameters = '{"maxInactiveDays":"0","exemptionTagKey":"keys-until"}';
    const history = historyOf([], { isComplete: false });
    const { tag } = inactiveAccessKeyRule(parameters, at).requiredReads({ history });
    expect(tag(userKeys([off('A')]))).toBe('keys-until');
    expect(tag(userKeys([accessKey('A')]))).toBeUndefined();
  });
});

describe('inactiveAccessKeyRule', () => {
  const rule = inactiveAccessKeyRule('{"exemptionTagKey":"keys-until","refreshDays":"3"}', at);
  const user = userKeys([accessKey('ON'), off('A')]);
  const both = userKeys([...user.keys, off('B')]);
  const recent = historyOf([deactivated('A', 1)]);

  it('has the parameters and the instant of the invocation', () => {
    expect(rule).toMatchObject({ at, refreshDays: 3, refreshes: 'all' });
    expect(() => inactiveAccessKeyRule('{"maxInactiveDays":"91"}', at)).toThrow(
      'maxInactiveDays must be a whole number of days from 0 to 90, got "91"',
    );
  });

  it('requires the history of users with an inactive key', () => {
    expect(rule.requiresHistory(user)).toBe(true);
    expect(rule.requiresHistory(userKeys([accessKey('ON')]))).toBe(false);
  });

  it.each([
    ['nothing before the history is read', undefined, user, undefined, []],
    ['tag and last use of a key without an event', historyOf(), user, 'keys-until', [off('A')]],
    ['nothing of a key within the limit', recent, user, undefined, []],
    ['the tag if one of two keys violates', recent, both, 'keys-until', [off('B')]],
  ])('requires %s', (_, history, one, tag, lastUse) => {
    const reads = rule.requiredReads({ history });
    expect(reads.tag(one)).toBe(tag);
    expect(reads.quarantine(one)).toBe(false);
    expect(reads.lastUse(one)).toEqual(lastUse);
  });

  it('evaluates with what the recorded result says', () => {
    const recorded = { ComplianceType: 'COMPLIANT' as const, OrderingTimestamp: daysBefore(1) };
    const background = { history: historyOf(), recorded };
    expect(rule.requiredReads(background).lastUse(user)).toEqual([]);
    expect(rule.evaluate(user, background)).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation: `alice: ${A} is inactive and was active on 2026-01-30.${AS_OF}`,
    });
  });
});
