import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conclusionOf, type ParsedAnnotation } from '../../../rule/evaluation/annotation.ts';
import type { UserKeys } from '../../../rule/evaluation/user-rule.ts';
import { type AccessKey, isActive, sortKeysBy } from '../../../rule/keys/access-key.ts';
import { readExemption } from '../../../rule/keys/exemption.ts';
import {
  describeComplianceReason,
  describeCounts,
  describeRefusal,
  describeViolation,
  parseAnnotation,
} from '../../../rule/single-access-key/annotation.ts';
import { countedKeys } from '../../../rule/single-access-key/compliance-reason.ts';
import { evaluateSingleAccessKey } from '../../../rule/single-access-key/rule.ts';
import {
  isForDeletion,
  type Recommendation,
  recommend,
} from '../../../rule/single-access-key/selection.ts';
import { accessKey, at, daysBefore, policy, userKeys } from '../../support/build.ts';
import {
  expectWholeAnnotation,
  instant,
  QUARANTINE,
  singlePolicy,
  userWithKeys,
} from '../../support/random-users.ts';

const strict = { ...policy, countInactiveAccessKeys: true };
const annotateUser = (user: UserKeys, parameters = policy) =>
  describeViolation(user, recommend(user, parameters), parameters);
const annotate = (keys: readonly AccessKey[], parameters = policy) =>
  annotateUser(userKeys(keys), parameters);

const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const neverUsed = accessKey('NEVER', { CreateDate: daysBefore(300) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const off = accessKey('OFF', { Status: 'Inactive', LastUsedDate: daysBefore(90) });
const AS_OF = ' As of 2026-01-31 UTC.';
const KEEP = ' Keep AKIAXXXXXXXXXXXXXNEW (last used 2026-01-30).';

describe('describeViolation', () => {
  it('names the key to deactivate and the key to keep, with their last use', () => {
    expect(annotate([abandoned, inUse])).toBe(
      `alice: 2 active access keys, 1 allowed. Deactivate AKIAXXXXXXXXXXXXXOLD (last used 2025-07-15).${KEEP}${AS_OF}`,
    );
  });

  it('says when a key that was never used was created', () => {
    const newer = accessKey('NEWER', { CreateDate: daysBefore(100) });
    expect(annotate([neverUsed, newer])).toContain(
      'Deactivate AKIAXXXXXXXXXXXNEVER (never used, created 2025-04-06). Keep AKIAXXXXXXXXXXXNEWER (never used, created 2025-10-23).',
    );
  });

  it('names the service and the Region of the last use where there is room', () => {
    const use = { ServiceName: 'ses-smtp', Region: 'eu-west-1' };
    const keys = [
      { ...abandoned, ...use },
      { ...inUse, ServiceName: 's3', Region: 'us-east-1' },
    ];
    const named = (length: number) =>
      annotateUser(userKeys(keys, { UserName: 'u'.repeat(length) }));
    expect(named(5)).toContain(
      'OLD (last used 2025-07-15, ses-smtp, eu-west-1). Keep AKIAXXXXXXXXXXXXXNEW (last used 2026-01-30, s3, us-east-1).',
    );
    expect(named(64)).toContain(
      'OLD (last used 2025-07-15, ses-smtp, eu-west-1). Keep AKIAXXXXXXXXXXXXXNEW (last used 2026-01-30).',
    );
  });

  it('says how many keys have to follow', () => {
    const keys = [abandoned, inUse, neverUsed];
    expect(annotate(keys)).toBe(
      `alice: 3 active access keys, 1 allowed. Deactivate AKIAXXXXXXXXXXXNEVER (never used, created 2025-04-06). Then 1 more.${KEEP}${AS_OF}`,
    );
    expect(annotate(keys, { ...policy, maxActiveAccessKeys: 2 })).not.toContain('Then');
  });

  it.each([
    [
      'a tie',
      [{ ...abandoned, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' }, abandoned],
      'AKIAXXXXXXXXXXXXTWIN or AKIAXXXXXXXXXXXXXOLD: two keys have been idle since the same instant (AKIAXXXXXXXXXXXXTWIN and AKIAXXXXXXXXXXXXXOLD, last used 2025-07-15).',
    ],
    [
      'a new key',
      [accessKey('FRESH', { CreateDate: daysBefore(2) }), abandoned],
      'AKIAXXXXXXXXXXXXXOLD or AKIAXXXXXXXXXXXFRESH: a newer key was never used (AKIAXXXXXXXXXXXFRESH, created 2026-01-29) and might not be deployed yet.',
    ],
    [
      'keys in use',
      [inUse, accessKey('BUSY', { LastUsedDate: daysBefore(6) })],
      'AKIAXXXXXXXXXXXXBUSY or AKIAXXXXXXXXXXXXXNEW: the longest-idle key has been idle for less than 7 days (AKIAXXXXXXXXXXXXBUSY, last used 2026-01-25).',
    ],
    [
      'an unfinished rotation',
      [accessKey('FRESH', { CreateDate: daysBefore(8) }), inUse],
      'AKIAXXXXXXXXXXXXXNEW or AKIAXXXXXXXXXXXFRESH: a rotation is unfinished (newer key: never used, created 2026-01-23); retire AKIAXXXXXXXXXXXXXNEW once unused.',
    ],
    [
      'an unfinished rotation to a key that was used',
      [
        accessKey('FRESH', { CreateDate: daysBefore(30), LastUsedDate: daysBefore(10) }),
        { ...inUse, ServiceName: 's3' },
      ],
      'AKIAXXXXXXXXXXXXXNEW or AKIAXXXXXXXXXXXFRESH: a rotation is unfinished (newer key: last used 2026-01-21); retire AKIAXXXXXXXXXXXXXNEW once unused (last used 2026-01-30, s3).',
    ],
  ])('names the keys in order of creation if none is selected: %s', (_, keys, expected) => {
    expect(annotate(keys)).toContain(` Cannot safely select ${expected}`);
  });

  it('names the keys of a quarantined user, and says what to do first', () => {
    const user = userKeys([inUse, abandoned], { quarantinePolicy: QUARANTINE });
    expect(annotateUser(user)).toBe(
      `alice: 2 active access keys, 1 allowed. Cannot safely select AKIAXXXXXXXXXXXXXNEW or AKIAXXXXXXXXXXXXXOLD: a key is exposed; contact its owner and rotate it (AWSCompromisedKeyQuarantineV3 is attached).${AS_OF}`,
    );
    const strictUser = userKeys([inUse, off], { quarantinePolicy: QUARANTINE });
    expect(annotateUser(strictUser, strict)).toContain(
      '1 of them active, 1 allowed. Cannot safely select AKIAXXXXXXXXXXXXXOFF: a key is exposed;',
    );
  });

  const fresh = accessKey('FRESH', { CreateDate: daysBefore(20) });
  const refused: [string, AccessKey[], string, string, string?][] = [
    [
      'a tie',
      [abandoned, { ...abandoned, AccessKeyId: 'AKIAXXXXXXXXXXXXTWIN' }],
      'two keys have been idle since the same instant',
      'two keys are equally idle',
    ],
    [
      'a new key',
      [abandoned, fresh],
      'a newer key was never used(?: \\(.*\\))? and might not be deployed yet',
      'a newer key was never used',
    ],
    [
      'keys in use',
      [inUse, accessKey('BUSY', { LastUsedDate: daysBefore(6) })],
      'the longest-idle key has been idle for less than 7 days',
      'not idle for long enough',
    ],
    [
      'a rotation',
      [inUse, fresh],
      'a rotation is unfinished(?: \\(.*\\))?; retire AKIAXXXXXXXXXXXXXNEW once unused',
      'a rotation is unfinished',
    ],
    [
      'a quarantine',
      [inUse, abandoned],
      'a key is exposed; contact its owner and rotate it',
      'a key is exposed; rotate it',
      QUARANTINE,
    ],
  ];
  const longNamed = (keys: readonly AccessKey[], quarantinePolicy: string | undefined) =>
    annotateUser(
      userKeys(keys, { UserName: 'u'.repeat(64), exemption: 'never', quarantinePolicy }),
      { ...policy, exemptionTagKey: 'keys-until' },
    );

  it.each(refused)(
    'leaves out the exemption if there is no room: %s',
    (_, keys, reason, __, quarantinePolicy) => {
      expect(longNamed(keys, quarantinePolicy)).toMatch(
        new RegExp(
          `: 2 active access keys, 1 allowed\\. Cannot safely select \\w+ or \\w+: ${reason}(?: \\(.*\\))?\\. As of`,
        ),
      );
    },
  );

  it.each(refused)(
    'uses few words if there is even less room: %s',
    (_, keys, __, brief, quarantinePolicy) => {
      const third = accessKey('C', { LastUsedDate: daysBefore(3) });
      const tied = brief === 'two keys are equally idle' || brief === 'not idle for long enough';
      const more = tied
        ? { ...third, LastUsedDate: at }
        : { ...third, CreateDate: daysBefore(500) };
      const all =
        brief === 'a newer key was never used'
          ? [...keys, { ...fresh, AccessKeyId: more.AccessKeyId }]
          : [...keys, more];
      expect(longNamed(all, quarantinePolicy)).toMatch(
        new RegExp(
          `: 3 active access keys, 1 allowed\\. Cannot safely select \\w+ or \\w+ or \\w+: ${brief}\\. As of`,
        ),
      );
    },
  );
});

describe('describeViolation, where inactive keys count', () => {
  it('names the inactive key to delete', () => {
    expect(annotate([inUse, off], strict)).toBe(
      `alice: 2 access keys, 1 of them active, 1 allowed. Delete AKIAXXXXXXXXXXXXXOFF, which is Inactive (last used 2025-11-02).${KEEP}${AS_OF}`,
    );
  });

  it('names the active key to deactivate and then delete', () => {
    expect(annotate([inUse, abandoned], strict)).toBe(
      `alice: 2 access keys, 2 of them active, 1 allowed. Deactivate AKIAXXXXXXXXXXXXXOLD (last used 2025-07-15), then delete it.${KEEP}${AS_OF}`,
    );
  });

  it('names no key to keep if there is none', () => {
    expect(annotate([off], { ...strict, maxActiveAccessKeys: 0 })).toBe(
      `alice: 1 access key, 0 of them active, 0 allowed. Delete AKIAXXXXXXXXXXXXXOFF, which is Inactive (last used 2025-11-02).${AS_OF}`,
    );
  });
});

describe('describeRefusal', () => {
  it('describes the last active key, which no violation has', () => {
    const refusal = { reason: 'LastActiveKey' } as const;
    expect(describeRefusal(refusal, policy)).toBe('the last active key must stay');
    expect(describeViolation(userKeys([]), { refusal }, policy)).toContain(
      'the last active key must stay.',
    );
  });
});

describe('describeCounts', () => {
  it.each([
    [[], policy, '0 active access keys, 1 allowed'],
    [[abandoned], policy, '1 active access key, 1 allowed'],
    [[off], strict, '1 access key, 0 of them active, 1 allowed'],
    [[abandoned, inUse], strict, '2 access keys, 2 of them active, 1 allowed'],
  ])('uses the singular for one key (%#)', (keys, parameters, expected) => {
    expect(describeCounts({ keys }, parameters)).toBe(expected);
  });
});

describe('describeComplianceReason', () => {
  it('describes no reason if the keys are within the maximum', () => {
    const reason = { reason: 'WithinMaximum' } as const;
    expect(describeComplianceReason(reason, { keys: [] }, policy)).toBeUndefined();
  });
});

/** What an annotation says of a recommendation besides evidence. */
const summaryOf = (recommendation: Recommendation): string => {
  if ('refusal' in recommendation) {
    const { refusal } = recommendation;
    const retired = refusal.reason === 'RotationUnfinished' ? refusal.keep.AccessKeyId : '';
    return `${refusal.reason} ${retired}`;
  }
  const { keep, more } = recommendation;
  const [does, key] =
    'delete' in recommendation
      ? ['delete', recommendation.delete]
      : ['deactivate', recommendation.deactivate];
  return [does, key.AccessKeyId, key.Status, keep?.AccessKeyId, more].join();
};

describe('the annotation of any user', () => {
  const user = userWithKeys(3);

  it('begins with the user, ends with the date, and fits in ASCII without a cut key', () => {
    fc.assert(
      fc.property(user, singlePolicy, (one, parameters) => {
        const { Annotation } = evaluateSingleAccessKey(one, parameters);
        if (Annotation !== undefined) expectWholeAnnotation(Annotation, one);
      }),
    );
  });

  it('names the keys of the recommendation, and can be parsed for it if the user is NON_COMPLIANT', () => {
    fc.assert(
      fc.property(user, singlePolicy, (one, parameters) => {
        const { ComplianceType, Annotation = '' } = evaluateSingleAccessKey(one, parameters);
        const parsed = parseAnnotation(Annotation);
        const recommendation = recommend(one, parameters);
        const expectKeys = (keys: readonly AccessKey[], expected: Partial<ParsedAnnotation>) => {
          expect(parsed).toEqual({ AccessKeyId: keys[0]?.AccessKeyId, ...expected });
          for (const { AccessKeyId } of keys) expect(Annotation).toContain(AccessKeyId);
        };
        if (ComplianceType === 'COMPLIANT') {
          expect(parsed).toBeUndefined();
        } else if ('delete' in recommendation) {
          const { keep = recommendation.delete } = recommendation;
          const expected = { recommendation: 'Delete', Status: 'Inactive' } as const;
          expectKeys([recommendation.delete, keep], expected);
        } else if ('deactivate' in recommendation) {
          const expected = { recommendation: 'Remediate', Status: 'Active' } as const;
          expectKeys([recommendation.deactivate, recommendation.keep], expected);
        } else {
          const { refusal } = recommendation;
          const candidates = countedKeys(one.keys, parameters).filter(
            (key) => isActive(key) !== isForDeletion(refusal),
          );
          const keys = sortKeysBy(candidates, ({ CreateDate }) => CreateDate);
          const isQuarantined = refusal.reason === 'Quarantined';
          expectKeys(keys, { recommendation: 'NameKey', ...(isQuarantined && { isQuarantined }) });
        }
      }),
    );
  });

  it('has a conclusion that does not depend on the last use while the recommendation is the same', () => {
    const otherUses = fc.array(fc.option(instant, { nil: undefined }), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(user, singlePolicy, otherUses, (one, parameters, uses) => {
        const keys = one.keys.map((key, index) => ({ ...key, LastUsedDate: uses[index] }));
        const [before, after] = [one.keys, keys].map((all) =>
          summaryOf(recommend({ ...one, keys: all }, parameters)),
        );
        fc.pre(before === after);
        const conclusion = (all: readonly AccessKey[]) =>
          conclusionOf(evaluateSingleAccessKey({ ...one, keys: all }, parameters).Annotation);
        expect(conclusion(keys)).toBe(conclusion(one.keys));
      }),
    );
  });

  it('has a conclusion that does not depend on the instant while the result is the same', () => {
    fc.assert(
      fc.property(user, singlePolicy, fc.integer({ min: 0, max: 400 }), (one, parameters, days) => {
        const resultAt = (instantOfRun: Date) => {
          const by = { ...parameters, at: instantOfRun };
          const { Annotation, ...decided } = evaluateSingleAccessKey(one, by);
          const exemption = readExemption(one.exemption, by);
          const summary = `${JSON.stringify([decided, exemption])} ${summaryOf(recommend(one, by))}`;
          return { summary, conclusion: conclusionOf(Annotation) };
        };
        const [now, later] = [resultAt(at), resultAt(daysBefore(-days))];
        fc.pre(now.summary === later.summary);
        expect(later.conclusion).toBe(now.conclusion);
      }),
    );
  });
});

describe('parseAnnotation', () => {
  it.each([
    "x'. Deactivate AKIAFORGEDFORGEDFORG",
    "', expected a date. Delete AKIAFORGEDFOR",
    'x. Cannot safely select AKIAFORGEDFOR',
    '(x) Deactivate AKIAFORGEDFORGEDFORGED.',
    'As of 2026-01-31 UTC.',
  ])('parses the key of the rule, not one in the value %j of the tag', (exemption) => {
    const parameters = { ...policy, exemptionTagKey: 'until' };
    const keys = [abandoned, inUse];
    const user = userKeys(keys, { UserName: 'bob', exemption });
    const text = describeViolation(user, recommend(user, parameters), parameters);
    expect(text).toContain('Exemption tag until is');
    expect(parseAnnotation(text)?.AccessKeyId).toBe(abandoned.AccessKeyId);
  });

  it.each([
    '',
    'alice: Deactivate AKIAXXXXXXXXXXXXXOLD.',
    'alice: 2 active access keys, 1 allowed. Deactivate SHORT.',
    'a key is exposed; contact its owner and rotate it',
    'alice: 2 active access keys, 1 allowed. Rotate AKIAXXXXXXXXXXXXXOLD.',
    'alice: 2 active access keys, 1 allowed, Deactivate AKIAXXXXXXXXXXXXXOLD.',
    `alice: 2 active access keys, 1 allowed. Deactivate ${'A'.repeat(129)}.`,
  ])('does not parse %j', (text) => {
    expect(parseAnnotation(text)).toBeUndefined();
  });

  it.each([
    'Cannot safely select AKIAXXXXXXXXXXXXXNEW or AKIAXXXXXXXXXXXXXOLD: tie (a key is exposed; rotate it).',
    'Cannot safely select AKIAXXXXXXXXXXXXXNEW: tie. Cannot safely select AKIAXXXXXXXXXXXXXNEW: exposed; x.',
    'Deactivate AKIAXXXXXXXXXXXXXNEW (a key is exposed; contact its owner).',
  ])('does not take the user for quarantined: %j', (text) => {
    const parsed = parseAnnotation(`alice: 2 active access keys, 1 allowed. ${text}`);
    expect(parsed).toMatchObject({ AccessKeyId: 'AKIAXXXXXXXXXXXXXNEW' });
    expect(parsed).not.toHaveProperty('isQuarantined');
  });

  it.each([16, 128])('parses a key id of %d characters', (length) => {
    const AccessKeyId = 'A'.repeat(length);
    const text = `alice: 12 active access keys, 10 allowed. Deactivate ${AccessKeyId}.`;
    expect(parseAnnotation(text)?.AccessKeyId).toBe(AccessKeyId);
  });
});
