import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conclusionOf } from '../../../rule/evaluation/annotation.ts';
import type { UserKeys } from '../../../rule/evaluation/user-rule.ts';
import { knownFrom, parseAnnotation } from '../../../rule/inactive-access-key/annotation.ts';
import {
  inactivitiesOf,
  isTooLong,
  isViolation,
} from '../../../rule/inactive-access-key/inactivity.ts';
import {
  evaluateInactiveAccessKey,
  type InactivePolicy,
} from '../../../rule/inactive-access-key/rule.ts';
import { date } from '../../../rule/keys/days.ts';
import { readExemption } from '../../../rule/keys/exemption.ts';
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
import {
  exemptionTagKey,
  expectWholeAnnotation,
  userWithKeys,
} from '../../support/random-users.ts';

const policy: fc.Arbitrary<InactivePolicy> = fc.record({
  maxInactiveDays: fc.constantFrom(0, 1, 30, 90),
  exemptionTagKey,
  at: fc.constant(at),
});

/** A user with as many keys as IAM allows, and the history of these keys. */
const userWithHistory = userWithKeys(2, [
  'Active',
  'Inactive',
  'Inactive',
  'Inactive',
  'Expired',
]).chain((user) =>
  fc.record({
    user: fc.constant(user),
    history: fc.record({
      from: fc.constant(daysBefore(90)),
      isComplete: fc.boolean(),
      changes: fc.array(
        fc
          .record({
            key: fc.constantFrom(...user.keys, accessKey('OTHER')),
            status: fc.constantFrom('Active' as const, 'Inactive' as const, 'Inactive' as const),
            days: fc.integer({ min: 0, max: 89 }),
          })
          .map(({ key, status, days }) => ({
            ...statusChange('A', status, { days }),
            accessKeyId: key.AccessKeyId,
          })),
        { maxLength: 3 },
      ),
    }),
  }),
);

const evaluate = (user: UserKeys, history: KeyHistory, parameters: InactivePolicy) => {
  const inactivities = inactivitiesOf(user.keys, history, () => ({}));
  return { inactivities, ...evaluateInactiveAccessKey(user, inactivities, parameters) };
};

describe('the annotation of a user with a long name and two inactive keys', () => {
  const [a, b] = [accessKey('A', { Status: 'Inactive' }), accessKey('B', { Status: 'Inactive' })];
  const UserName = 'u'.repeat(64);
  const result = (exemption: string) =>
    evaluate(userKeys([a, b], { UserName, exemption }), historyOf(), {
      ...{ maxInactiveDays: 30, exemptionTagKey: 'k'.repeat(128), at },
    }).Annotation;
  const keys = `${a.AccessKeyId} has been inactive for at least 90 days; ${b.AccessKeyId} has been inactive for at least 90 days.`;

  it.each([
    [
      'the next step of a violation, and the value of its tag',
      'never',
      `${keys} Exemption is not a date.`,
    ],
    ['a long tag key of an exempt user', '2026-12-31', `Exempt until 2026-12-31: ${keys}`],
  ])('leaves out %s', (_, exemption, text) => {
    expect(result(exemption)).toBe(`${UserName}: ${text} As of 2026-01-31 UTC.`);
  });
});

describe('the annotation of any user', () => {
  it('begins with the user, ends with the date, fits in ASCII without a cut and names every inactive key', () => {
    fc.assert(
      fc.property(userWithHistory, policy, ({ user, history }, parameters) => {
        const { Annotation } = evaluate(user, history, parameters);
        for (const { AccessKeyId, Status } of user.keys)
          expect(Annotation?.includes(AccessKeyId) ?? false).toBe(Status !== 'Active');
        if (Annotation === undefined) return;
        expectWholeAnnotation(Annotation, user);
        expect(Annotation).not.toContain('... As of');
      }),
    );
  });

  it('can be parsed for the key that has been inactive longest if the user is NON_COMPLIANT', () => {
    fc.assert(
      fc.property(userWithHistory, policy, ({ user, history }, parameters) => {
        const {
          inactivities,
          ComplianceType,
          Annotation = '',
        } = evaluate(user, history, parameters);
        const start = (inactivity: (typeof inactivities)[number]) =>
          'since' in inactivity ? inactivity.since.getTime() : 0;
        const [longest] = inactivities
          .filter((inactivity) => isTooLong(inactivity, parameters))
          .toSorted((one, other) => start(one) - start(other));
        if (ComplianceType === 'NON_COMPLIANT')
          expect(parseAnnotation(Annotation)).toEqual(
            longest && {
              recommendation: 'Remediate',
              AccessKeyId: longest.key.AccessKeyId,
              Status: 'Inactive',
            },
          );
      }),
    );
  });

  it('can be parsed for what is known of each key', () => {
    fc.assert(
      fc.property(userWithHistory, policy, ({ user, history }, parameters) => {
        const { inactivities, ...result } = evaluate(user, history, parameters);
        const known = knownFrom({ ...result, OrderingTimestamp: at });
        for (const key of user.keys) {
          const inactivity = inactivities.find((one) => one.key === key);
          const activeAt = inactivity && 'activeAt' in inactivity ? inactivity.activeAt : undefined;
          const endOfDay = activeAt && new Date(`${date(activeAt)}T23:59:59.999Z`);
          expect(known(key)).toEqual({
            isConcluded: inactivity !== undefined && 'before' in inactivity,
            activeAt: inactivity === undefined ? at : endOfDay,
          });
        }
      }),
    );
  });

  it('has a conclusion that does not depend on the instant while the result is the same', () => {
    const days = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(userWithHistory, policy, days, ({ user, history }, parameters, later) => {
        const resultAt = (instant: Date) => {
          const result = evaluate(user, history, { ...parameters, at: instant });
          const { inactivities, Annotation, ...type } = result;
          const by = { ...parameters, at: instant };
          const violating = inactivities.map((inactivity) => isViolation(inactivity, by));
          const decided = JSON.stringify([type, violating, readExemption(user.exemption, by)]);
          return { decided, conclusion: conclusionOf(Annotation) };
        };
        const [now, then] = [resultAt(at), resultAt(daysBefore(-later))];
        fc.pre(now.decided === then.decided);
        expect(then.conclusion).toBe(now.conclusion);
      }),
    );
  });
});

describe('knownFrom', () => {
  const [a, b] = [keyId('A'), keyId('B')];
  const activeOn = (id: string, day: string) => `${id} is inactive and was active on ${day}`;
  const known = (Annotation?: string) =>
    knownFrom({ ComplianceType: 'COMPLIANT', Annotation, OrderingTimestamp: daysBefore(1) })({
      AccessKeyId: a,
    });

  it('knows nothing without a recorded result', () => {
    expect(knownFrom(undefined)({ AccessKeyId: a })).toEqual({ isConcluded: false });
  });

  it.each([undefined, `alice: ${b} has been inactive for at least 90 days.`])(
    'knows that a key was active that %j does not name',
    (annotation) => {
      expect(known(annotation)).toEqual({ isConcluded: false, activeAt: daysBefore(1) });
    },
  );

  it.each([
    [`${activeOn(b, '2025-12-01')}; ${activeOn(a, '2025-11-05')}`, '2025-11-05T23:59:59.999Z'],
    [`${activeOn(a, '?')}; ${activeOn(b, '2025-12-01')}`, undefined],
  ])('reads the end of the day of this key from %s', (text, activeAt) => {
    expect(known(`alice: ${text}.`)).toEqual({
      isConcluded: false,
      activeAt: activeAt && new Date(activeAt),
    });
  });
});

describe('the value of a tag in the annotation of a violation', () => {
  const [active, violating] = [accessKey('A'), accessKey('B', { Status: 'Inactive' })];

  it.each([
    active.AccessKeyId,
    `${active.AccessKeyId} ${active.AccessKeyId}`,
    `x; ${active.AccessKeyId} is inactive and wa`,
    `x: ${active.AccessKeyId} has been inactive`,
    `'${active.AccessKeyId}`,
  ])('says nothing about a key: %j', (exemption) => {
    const user = userKeys([active, violating], { exemption });
    const parameters = { maxInactiveDays: 30, exemptionTagKey: 'until', at };
    const { ComplianceType, Annotation } = evaluate(user, historyOf(), parameters);
    expect(Annotation).toContain(active.AccessKeyId);
    const known = knownFrom({ ComplianceType, Annotation, OrderingTimestamp: at });
    expect(known(active)).toEqual({ isConcluded: false, activeAt: at });
    expect(known(violating)).toEqual({ isConcluded: true });
    expect(parseAnnotation(Annotation ?? '')?.AccessKeyId).toBe(violating.AccessKeyId);
  });
});

describe('parseAnnotation', () => {
  it.each([
    '',
    `alice: ${keyId('A')} has been inactive since an unknown date (incomplete event history).`,
    `alice: ${keyId('A')} has been Suspended since an unknown date.`,
    `alice: ${keyId('A')} is inactive and was active on 2026-01-01.`,
    `${keyId('A')} has been inactive since 2026-01-01.`,
    'alice: SHORT has been inactive since 2026-01-01.',
    `alice: ${'A'.repeat(129)} has been inactive since 2026-01-01.`,
  ])('does not parse %j', (text) => {
    expect(parseAnnotation(text)).toBeUndefined();
  });

  it('parses the first key, which has been inactive longest', () => {
    const text = `alice: ${keyId('B')} has been inactive since 2026-01-01. Not in violation: ${keyId('A')} has been inactive since 2026-01-30.`;
    expect(parseAnnotation(text)?.AccessKeyId).toBe(keyId('B'));
  });

  it.each([16, 128])('parses a key id of %d characters', (length) => {
    const AccessKeyId = 'A'.repeat(length);
    const text = `alice: ${AccessKeyId} has been inactive since 2026-01-01.`;
    expect(parseAnnotation(text)?.AccessKeyId).toBe(AccessKeyId);
  });
});
