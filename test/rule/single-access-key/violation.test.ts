import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAXIMUM_ANNOTATION_LENGTH } from '../../../rule/evaluation/evaluation.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import {
  describeAdvice,
  describeAllowance,
  describeCounts,
  describeRefusal,
  describeViolation,
  isWrittenOf,
} from '../../../rule/single-access-key/annotation.ts';
import type { Drift, KnownDrift } from '../../../rule/single-access-key/drift.ts';
import { adviseOn } from '../../../rule/single-access-key/selection.ts';
import { accessKey, at, daysBefore, policy } from '../../support/build.ts';

const annotate = (keys: readonly AccessKey[], allowed = 1, drift?: Drift) => {
  const by = { ...policy, maxActiveAccessKeys: allowed };
  return describeViolation({ keys }, { advice: adviseOn(keys, by), drift }, by);
};

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

  it('cuts visibly what ids of 128 characters make too long', () => {
    const long = (name: string) => ({ ...accessKey(name), AccessKeyId: name.repeat(128) });
    const text = annotate([long('A'), { ...long('B'), LastUsedDate: at }]);
    expect(text).toHaveLength(MAXIMUM_ANNOTATION_LENGTH);
    expect(text.endsWith('...')).toBe(true);
  });

  it('says of the key that is active again when a runbook deactivated it', () => {
    const drift = { key: abandoned, deactivated: daysBefore(30) };
    expect(annotate([abandoned, inUse], 1, drift)).toBe(
      '2 active access keys, 1 allowed. Deactivate AKIAXXXXXXXXXXXXXOLD. Keep AKIAXXXXXXXXXXXXXNEW. Runbook deactivated AKIAXXXXXXXXXXXXXOLD 2026-01-01: fix what reactivates it. minimumIdleDays 7, UTC dates.',
    );
  });

  it.each([
    ['a tie', [abandoned, { ...abandoned, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' }], 'tie'],
    ['a new key', [abandoned, accessKey('FRESH', { CreateDate: daysBefore(2) })], 'new key unused'],
    ['busy keys', [inUse, accessKey('BUSY', { LastUsedDate: daysBefore(6) })], 'idle too short'],
  ])('says why no key is chosen beside a drift, in few words: %s', (_, keys, why) => {
    const [key = abandoned] = keys;
    const text = annotate(keys, 1, { key, deactivated: at });
    expect(text).toMatch(/No key is chosen of AKIA\w{16} and AKIA\w{16}: /);
    expect(text).toContain(`: ${why}. Runbook deactivated ${key.AccessKeyId} 2026-01-31: fix what`);
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
        fc.constantFrom(undefined, '2026-01-30', 'never', ''),
        fc.boolean(),
        (keys, minimumIdleDays, exemption, isDrift) => {
          const by = { ...policy, minimumIdleDays, exemptionTagKey: 'keys-until' };
          const [first] = keys;
          const drift = isDrift && first ? { key: first, deactivated: at } : undefined;
          const violation = { advice: adviseOn(keys, by), drift };
          const text = describeViolation({ keys, exemption }, violation, by);
          expect(text.length).toBeLessThanOrEqual(MAXIMUM_ANNOTATION_LENGTH);
          expect(text).toMatch(/^[\x20-\x7e]+UTC dates\.$/);
          expect(text.includes('Runbook deactivated')).toBe(isDrift);
          if (keys.length === 2)
            expect(isWrittenOf(text, { keys, exemption }, { ...by, drift })).toBe(true);
        },
      ),
    );
  });
});

describe('describeViolation, where inactive keys count', () => {
  const strict = { ...policy, countInactiveAccessKeys: true };
  const tell = (keys: readonly AccessKey[]) =>
    describeViolation({ keys }, { advice: adviseOn(keys, strict), drift: undefined }, strict);
  const off = accessKey('OFF', { Status: 'Inactive', LastUsedDate: daysBefore(90) });

  it('names the inactive key to delete beside an active one', () => {
    expect(tell([inUse, off])).toBe(
      '2 access keys (1 active), 1 allowed. Delete AKIAXXXXXXXXXXXXXOFF: Inactive, idle since 2025-11-02 (last used). Keep AKIAXXXXXXXXXXXXXNEW: last used 2026-01-30. minimumIdleDays 7, UTC dates.',
    );
  });

  it('names the active key to deactivate and then to delete, of two', () => {
    expect(tell([inUse, abandoned])).toBe(
      '2 access keys (2 active), 1 allowed. Deactivate AKIAXXXXXXXXXXXXXOLD: idle since 2025-07-15 (last used), then delete it. Keep AKIAXXXXXXXXXXXXXNEW: last used 2026-01-30. minimumIdleDays 7, UTC dates.',
    );
  });

  it('names one of two inactive keys, or none in doubt', () => {
    const expired = accessKey('EXP', { Status: 'Expired', LastUsedDate: daysBefore(300) });
    expect(tell([off, expired])).toContain('Delete AKIAXXXXXXXXXXXXXEXP: Expired, idle since');
    const twin = { ...off, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' };
    expect(tell([off, twin])).toContain('No key is chosen: AKIAXXXXXXXXXXXXTWIN and');
  });

  it('has no key to keep where all have to go', () => {
    const [advice] = [adviseOn([off], { ...strict, maxActiveAccessKeys: 0 })];
    expect(advice).toEqual({ delete: off, keep: undefined, more: 0 });
    const text = describeViolation({ keys: [off] }, { advice, drift: undefined }, strict);
    expect(text).toContain('idle since 2025-11-02 (last used). minimumIdleDays 7');
    expect(describeAdvice(advice, strict).at(-1)).toBe('Delete AKIAXXXXXXXXXXXXXOFF.');
  });

  it('has no doubt where both of two have to go, and keeps the key used last of three', () => {
    const twin = { ...off, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' };
    const all = adviseOn([off, twin], { ...strict, maxActiveAccessKeys: 0 });
    expect(all).toMatchObject({ delete: twin, more: 1 });
    expect(tell([off, inUse, abandoned].slice(0, 2))).toContain('Keep AKIAXXXXXXXXXXXXXNEW');
    const three = adviseOn([off, abandoned, inUse], { ...strict, maxActiveAccessKeys: 2 });
    expect(three).toMatchObject({ delete: off, keep: inUse, more: 0 });
  });

  it('is not taken for what was written when another key was the inactive one', () => {
    const written = tell([inUse, off]);
    const now = [
      { ...inUse, Status: 'Inactive' },
      { ...off, Status: 'Active' },
    ];
    expect(isWrittenOf(written, { keys: [inUse, off] }, { ...strict, drift: undefined })).toBe(
      true,
    );
    expect(isWrittenOf(written, { keys: now }, { ...strict, drift: undefined })).toBe(false);
    const two = tell([inUse, abandoned]);
    const gone = [inUse, { ...abandoned, Status: 'Inactive' }];
    expect(isWrittenOf(two, { keys: gone }, { ...strict, drift: undefined })).toBe(false);
  });
});

describe('isWrittenOf', () => {
  const keys = [abandoned, inUse];
  const drift = { key: abandoned, deactivated: daysBefore(30) };
  it.each<[Drift | undefined, KnownDrift, boolean]>([
    [drift, 'unknown', true],
    [undefined, 'unknown', true],
    [undefined, undefined, true],
    [drift, drift, true],
    [drift, undefined, false],
    [undefined, drift, false],
    [drift, { ...drift, key: inUse }, false],
    [drift, { ...drift, deactivated: daysBefore(29) }, false],
  ])('compares the drift that was written with the one there is (%#)', (then, now, expected) => {
    const text = annotate(keys, 1, then);
    expect(isWrittenOf(text, { keys }, { ...policy, drift: now })).toBe(expected);
  });
});

describe('describeAdvice', () => {
  it('has words for the last active key too, that a violation never has', () => {
    const texts = describeAdvice({ refusal: { reason: 'LastActiveKey' } }, policy);
    expect(texts.at(-1)).toBe('No key is chosen.');
  });

  it('of a user without any key refuses', () => {
    expect(adviseOn([], policy)).toEqual({ refusal: { reason: 'LastActiveKey' } });
  });
});

describe('describeRefusal', () => {
  it('has a word for the last active key too', () => {
    expect(describeRefusal({ reason: 'LastActiveKey' }, policy)).toBe('the last active key stays');
  });
});

describe('describeCounts', () => {
  it.each([
    [[], false, '0 active access keys, 1 allowed'],
    [[abandoned], false, '1 active access key, 1 allowed'],
    [[{ ...abandoned, Status: 'Inactive' }], true, '1 access key (0 active), 1 allowed'],
    [[abandoned, inUse], true, '2 access keys (2 active), 1 allowed'],
  ])('counts, and has a singular (%#)', (keys, countInactiveAccessKeys, expected) => {
    expect(describeCounts({ keys }, { ...policy, countInactiveAccessKeys })).toBe(expected);
  });
});

describe('describeAllowance', () => {
  it('fits, cut where a tag has a long key', () => {
    const tag = 'k'.repeat(128);
    const exempt = { reason: 'Exemption', tag, until: '2026-12-31' } as const;
    const text = describeAllowance(exempt, { keys: [abandoned, inUse] }, policy);
    expect(text).toBe(
      `Exempt until 2026-12-31 by the tag ${tag}: 2 active access keys, 1 allowed. UTC dates.`,
    );
    expect(text?.length).toBeLessThanOrEqual(MAXIMUM_ANNOTATION_LENGTH);
  });

  it('has nothing to say of a user within the maximum', () => {
    expect(describeAllowance({ reason: 'WithinMaximum' }, { keys: [] }, policy)).toBeUndefined();
  });
});
