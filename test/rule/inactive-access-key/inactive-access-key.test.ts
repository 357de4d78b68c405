import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAXIMUM_ANNOTATION_LENGTH } from '../../../rule/evaluation/evaluation.ts';
import type { HeldResult } from '../../../rule/evaluation/recorded-result.ts';
import { inactiveAccessKeyRule, knownOf } from '../../../rule/inactive-access-key/rule.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import type { KeyHistory } from '../../../rule/keys/key-history.ts';
import { accessKey, at, daysBefore, keyId } from '../../support/build.ts';
import { historyOf, statusChange } from '../../support/status-change.ts';

const off = (name: string, overrides: Partial<AccessKey> = {}) =>
  accessKey(name, { Status: 'Inactive', ...overrides });
const deactivated = (name: string, days: number, ms = 0) =>
  statusChange(name, 'Inactive', { days, ms });

const decide = (
  keys: readonly AccessKey[],
  history: KeyHistory | undefined,
  { held, exemption, ...parameters }: Record<string, unknown> & { exemption?: string } = {},
) =>
  inactiveAccessKeyRule(JSON.stringify(parameters), at).decide(
    { keys, exemption },
    { held: held as HeldResult | undefined, ...(history && { history }) },
  );

describe('the verdict on inactive keys', () => {
  it('scenario 1: is COMPLIANT without a key that is not active, and needs no history', () => {
    for (const keys of [[], [accessKey('A')], [accessKey('A'), accessKey('B')]])
      expect(decide(keys, undefined)).toEqual({ ComplianceType: 'COMPLIANT' });
  });

  it('has none on another key before the history is read', () => {
    expect(decide([off('A')], undefined)).toBeUndefined();
  });

  it.each([
    [1, 0, 'NON_COMPLIANT'],
    [1, 1, 'COMPLIANT'],
    [30, 0, 'NON_COMPLIANT'],
    [30, 1, 'COMPLIANT'],
    [90, 0, 'NON_COMPLIANT'],
    [90, 1, 'COMPLIANT'],
  ])('maxInactiveDays %d: inactive for that long but %d ms is %s', (days, ms, expected) => {
    const history = historyOf([deactivated('A', days, ms)]);
    expect(decide([off('A')], history, { maxInactiveDays: days })?.ComplianceType).toBe(expected);
  });

  it('scenario 2: says since when a key is inactive, and until when it may be', () => {
    expect(decide([accessKey('B'), off('A')], historyOf([deactivated('A', 29)]))).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation:
        'AKIAXXXXXXXXXXXXXXXA inactive since 2026-01-02. Allowed until 2026-02-01T12:00:00.000Z. UTC dates.',
    });
  });

  it.each([
    [10, 20],
    [20, 10],
  ])('scenario 2: says the first end of two, of %d and %d days', (a, b) => {
    const history = historyOf([deactivated('A', a), deactivated('B', b)]);
    expect(decide([off('A'), off('B')], history)?.Annotation).toContain(
      'Allowed until 2026-02-10T12:00:00.000Z.',
    );
  });

  it.each([
    [
      'not visible',
      historyOf([statusChange('A', 'Active', { days: 40 })]),
      'Inactive',
      'inactive, unknown since when (active on 2025-12-22, no event since)',
    ],
    [
      'no history',
      historyOf([], { isComplete: false }),
      'Inactive',
      'inactive, unknown since when (no event history)',
    ],
    [
      'another status',
      historyOf(),
      'Expired',
      'Expired, unknown since when (no event sets this status)',
    ],
  ])(
    'scenario 2: is COMPLIANT where it is unknown, and says why: %s',
    (_, history, Status, why) => {
      expect(decide([off('A', { Status })], history)).toEqual({
        ComplianceType: 'COMPLIANT',
        Annotation: `AKIAXXXXXXXXXXXXXXXA ${why}. UTC dates.`,
      });
    },
  );

  it('scenario 3: names the key, since when, and what to do', () => {
    expect(decide([accessKey('B'), off('A')], historyOf([deactivated('A', 40)]))).toEqual({
      ComplianceType: 'NON_COMPLIANT',
      Annotation:
        'AKIAXXXXXXXXXXXXXXXA inactive since 2025-12-22. maxInactiveDays 30: delete it, or make it active again. UTC dates.',
    });
  });

  it('scenario 3: says of a key without an event that it is inactive for at least 90 days', () => {
    for (const maxInactiveDays of [1, 90])
      expect(decide([off('A')], historyOf(), { maxInactiveDays })).toEqual({
        ComplianceType: 'NON_COMPLIANT',
        Annotation: `AKIAXXXXXXXXXXXXXXXA inactive for at least 90 days. maxInactiveDays ${maxInactiveDays}: delete it, or make it active again. UTC dates.`,
      });
  });

  it('scenario 3: names every key that is not active', () => {
    expect(decide([off('A'), off('B')], historyOf([deactivated('B', 1)]))).toEqual({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining(
        'XA inactive for at least 90 days; AKIAXXXXXXXXXXXXXXXB inactive since 2026-01-30.',
      ),
    });
  });

  it('scenario 4: is COMPLIANT while a tag exempts the user, and names tag and date', () => {
    const exemptionTagKey = 'keys-until';
    expect(decide([off('A')], historyOf(), { exemptionTagKey, exemption: '2026-01-31' })).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation:
        'Exempt until 2026-01-31 by the tag keys-until: AKIAXXXXXXXXXXXXXXXA inactive for at least 90 days. UTC dates.',
    });
  });

  it.each([
    ['2026-01-30', 'Exemption expired 2026-01-30.'],
    ['soon', 'Exemption is no date.'],
    ['', 'Exemption is empty.'],
  ])('scenario 3: does not take the exemption %j, and says why', (exemption, why) => {
    const verdict = decide([off('A')], historyOf(), { exemptionTagKey: 'keys-until', exemption });
    expect(verdict).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining(`days. ${why} maxInactiveDays 30`),
    });
  });

  it('fits, in ASCII, with two keys as IAM makes them', () => {
    const day = fc.integer({ min: 0, max: 100 });
    const anyKey = fc.record({
      AccessKeyId: fc.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      Status: fc.constantFrom('Active', 'Inactive', 'Expired'),
      CreateDate: day.map((days) => daysBefore(days)),
    });
    fc.assert(
      fc.property(
        fc.array(anyKey, { maxLength: 2 }),
        fc.array(day, { maxLength: 2 }),
        fc.integer({ min: 1, max: 90 }),
        fc.boolean(),
        (keys, days, maxInactiveDays, isComplete) => {
          const changes = days.map((one, index) => ({
            ...deactivated('A', one),
            accessKeyId: keys[index]?.AccessKeyId ?? keyId('A'),
          }));
          const by = { maxInactiveDays, exemptionTagKey: 'keys-until', exemption: '2026-01-30' };
          const { Annotation = '' } = decide(keys, historyOf(changes, { isComplete }), by) ?? {};
          expect(Annotation.length).toBeLessThanOrEqual(MAXIMUM_ANNOTATION_LENGTH);
          expect(Annotation).toMatch(/^([\x20-\x7e]+UTC dates\.)?$/);
          for (const { AccessKeyId, Status } of keys)
            expect(Annotation.includes(AccessKeyId)).toBe(Status !== 'Active');
        },
      ),
    );
  });
});

describe('what a rule needs beside the keys', () => {
  const needs = (history?: KeyHistory, held?: HeldResult) =>
    inactiveAccessKeyRule('{"exemptionTagKey":"keys-until"}', at).needs({
      held,
      ...(history && { history }),
    });
  const keys = [accessKey('ON'), off('A')];

  it('is nothing before the history', () => {
    expect(needs().tag({ keys })).toBeUndefined();
    expect(needs().lastUse({ keys })).toEqual([]);
  });

  it('is the tag of a violation, and the last use of a key without an event that nobody saw before', () => {
    expect(needs(historyOf()).tag({ keys })).toBe('keys-until');
    expect(needs(historyOf()).lastUse({ keys })).toEqual([keys[1]]);
  });

  it('is the tag where one of two keys is a violation', () => {
    const recent = historyOf([deactivated('B', 1)]);
    expect(needs(recent).tag({ keys: [...keys, off('B')] })).toBe('keys-until');
  });

  it('is the history itself, without which it has no verdict', () => {
    expect(inactiveAccessKeyRule('{}', at).decidesByHistory).toBe(true);
  });

  it('is neither of a key within the limit', () => {
    const recent = historyOf([deactivated('A', 1)]);
    expect(needs(recent).tag({ keys })).toBeUndefined();
    expect(needs(recent).lastUse({ keys })).toEqual([]);
  });
});

describe('knownOf', () => {
  const key = off('A');
  const held = (Annotation?: string): HeldResult => ({
    ComplianceType: 'COMPLIANT',
    Annotation,
    OrderingTimestamp: daysBefore(1),
  });
  const day = new Date('2025-11-05T23:59:59.999Z');
  it.each<[string, HeldResult | undefined, object]>([
    ['nothing', undefined, { isConcluded: false }],
    ['one without an annotation', held(), { isConcluded: false, activeAt: daysBefore(1) }],
    [
      'one of another key',
      held(`${keyId('B')} inactive since 2026-01-01.`),
      { isConcluded: false, activeAt: daysBefore(1) },
    ],
    [
      'one that says when it was active',
      held(`${keyId('A')} inactive, unknown since when (active on 2025-11-05, no event since).`),
      { isConcluded: false, activeAt: day },
    ],
    [
      'one that does not know',
      held(`${keyId('A')} inactive, unknown since when (no event history).`),
      { isConcluded: false },
    ],
    [
      'one that says no day where it should',
      held(
        `${keyId('A')} inactive, unknown since when (active on ?); ${keyId('B')} inactive since 2026-01-01.`,
      ),
      { isConcluded: false },
    ],
    ['one of its event', held(`${keyId('A')} inactive since 2025-11-02.`), { isConcluded: false }],
    [
      'one that is sure',
      held(`${keyId('A')} inactive for at least 90 days.`),
      { isConcluded: true },
    ],
    [
      'one that is sure of another key',
      held(
        `${keyId('B')} inactive for at least 90 days; ${keyId('A')} inactive, unknown since when (active on 2025-11-05, no event since).`,
      ),
      { isConcluded: false, activeAt: day },
    ],
  ])('of a result, %s', (_, result, expected) => {
    expect(knownOf(result)(key)).toEqual(expected);
  });
});
