import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeAllowance,
  describeRefusal,
  describeViolation,
  MAXIMUM_ANNOTATION_LENGTH,
} from '../../rule/annotation.ts';
import { chooseAccessKey } from '../../rule/ranking.ts';
import { accessKey, at, daysBefore } from '../support/build.ts';

const policy = { minimumIdleDays: 7, at };
const annotate = (keys: Parameters<typeof chooseAccessKey>[0], allowed = 1) =>
  describeViolation({ active: keys.length, allowed }, chooseAccessKey(keys, policy), policy);

const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const neverUsed = accessKey('NEVER', { CreateDate: daysBefore(300) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });

describe('describeViolation', () => {
  it('names the key to deactivate, since when it is idle, the key to keep and its last use', () => {
    expect(annotate([abandoned, inUse])).toBe(
      '2 active access keys, 1 allowed. Deactivate AKIAXXXXXXXXXXXXXOLD: idle since 2025-07-15 (last used). Keep AKIAXXXXXXXXXXXXXNEW: last used 2026-01-30. minimumIdleDays 7, UTC dates.',
    );
  });

  it('says of a key that was never used when it was created', () => {
    expect(annotate([neverUsed, inUse])).toContain(
      'Deactivate AKIAXXXXXXXXXXXNEVER: idle since 2025-04-06 (created, never used).',
    );
  });

  it('says of three keys which one goes first and how many follow', () => {
    expect(annotate([abandoned, inUse, neverUsed])).toBe(
      '3 active access keys, 1 allowed. Deactivate AKIAXXXXXXXXXXXNEVER: idle since 2025-04-06 (created, never used). 1 more to go after it. Keep AKIAXXXXXXXXXXXXXNEW: last used 2026-01-30. minimumIdleDays 7, UTC dates.',
    );
    expect(annotate([abandoned, inUse, neverUsed], 2)).not.toContain('more to go');
  });

  it.each([
    [
      'a tie',
      [abandoned, { ...abandoned, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' }],
      'No key is chosen: AKIAXXXXXXXXXXXXTWIN and AKIAXXXXXXXXXXXXXOLD are idle since the same instant (last used 2025-07-15). Name one in the runbook.',
    ],
    [
      'a rotation not deployed yet',
      [abandoned, accessKey('FRESH', { CreateDate: daysBefore(2) })],
      'No key is chosen: AKIAXXXXXXXXXXXFRESH was never used but AKIAXXXXXXXXXXXXXOLD was (last 2025-07-15), so it may not be deployed yet. Name one in the runbook.',
    ],
    [
      'keys that are both in use',
      [inUse, accessKey('BUSY', { LastUsedDate: daysBefore(6) })],
      'No key is chosen: AKIAXXXXXXXXXXXXBUSY (last used 2026-01-25) is idle longest beside AKIAXXXXXXXXXXXXXNEW, but less than 7 days on 2026-01-31. Name one in the runbook.',
    ],
  ])('says why no key is chosen: %s', (_, keys, expected) => {
    expect(annotate(keys)).toContain(expected);
  });

  it('says of a key to keep that was never used when it was created', () => {
    const newer = accessKey('NEWER', { CreateDate: daysBefore(100) });
    expect(annotate([neverUsed, newer])).toContain(
      'Keep AKIAXXXXXXXXXXXNEWER: never used, created 2025-10-23.',
    );
  });

  it.each([
    [256, false],
    [257, true],
  ])('a text of %d characters is cut: %j', (length, isCut) => {
    const rest = annotate([{ ...abandoned, AccessKeyId: '' }, inUse]).length;
    const text = annotate([{ ...abandoned, AccessKeyId: 'A'.repeat(length - rest) }, inUse]);
    expect(text).toHaveLength(256);
    expect(text.endsWith('...')).toBe(isCut);
  });

  it('cuts visibly what ids of 128 characters make too long', () => {
    const long = (name: string) => ({ ...accessKey(name), AccessKeyId: name.repeat(128) });
    const text = annotate([long('A'), { ...long('B'), LastUsedDate: at }]);
    expect(text).toHaveLength(MAXIMUM_ANNOTATION_LENGTH);
    expect(text.endsWith('...')).toBe(true);
  });

  it('fits whole, in one line of ASCII, whatever the keys, with ids as IAM makes them', () => {
    const instant = fc.date({ min: new Date('2010-01-01'), max: at, noInvalidDate: true });
    const key = fc.record({
      AccessKeyId: fc.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      Status: fc.constant('Active'),
      CreateDate: instant,
      LastUsedDate: fc.option(instant, { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 0, max: 365 }),
        fc.constantFrom(undefined, 'expired 2026-01-30', 'is no date', 'is empty'),
        (keys, minimumIdleDays, exemptionProblem) => {
          const days = { minimumIdleDays, at };
          const counts = { active: keys.length, allowed: 1, exemptionProblem };
          const text = describeViolation(counts, chooseAccessKey(keys, days), days);
          expect(text.length).toBeLessThanOrEqual(MAXIMUM_ANNOTATION_LENGTH);
          expect(text).toMatch(/^[\x20-\x7e]+UTC dates\.$/);
        },
      ),
    );
  });
});

describe('describeRefusal', () => {
  it('has a word for the last active key too', () => {
    expect(describeRefusal({ reason: 'LastActiveKey' }, policy)).toBe('the last active key stays');
  });
});

describe('describeAllowance', () => {
  it('fits, cut where a tag has a long key', () => {
    const tag = 'k'.repeat(128);
    const exempt = { reason: 'Exemption', tag, until: '2026-12-31' } as const;
    const text = describeAllowance(exempt, { active: 12, allowed: 10 });
    expect(text).toBe(
      `Exempt until 2026-12-31 by the tag ${tag}: 12 active access keys, 10 allowed. UTC dates.`,
    );
    expect(text?.length).toBeLessThanOrEqual(MAXIMUM_ANNOTATION_LENGTH);
  });

  it('has nothing to say of a user within the maximum', () => {
    const counts = { active: 1, allowed: 1 };
    expect(describeAllowance({ reason: 'WithinMaximum' }, counts)).toBeUndefined();
  });
});
