import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluateSingleAccessKey,
  singleAccessKeyRule,
} from '../../../rule/single-access-key/rule.ts';
import { accessKey, at, daysBefore, policy, userKeys } from '../../support/build.ts';
import { QUARANTINE } from '../../support/random-users.ts';

const active = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    accessKey(`A${index}`, { CreateDate: daysBefore(400 - index) }),
  );
const other = (Status: string) => accessKey(Status.toUpperCase(), { Status });
const AS_OF = ' As of 2026-01-31 UTC.';

describe('evaluateSingleAccessKey', () => {
  it.each([
    ['no key', []],
    ['one active key', active(1)],
    ['an active and an inactive key', [...active(1), other('Inactive')]],
    ['an active and an expired key', [other('Expired'), ...active(1)]],
    ['two inactive keys', [other('Inactive'), other('Inactive')]],
    ['an active key and a key with an unknown status', [...active(1), other('Suspended')]],
  ])('scenario 1: %s is COMPLIANT, without an annotation', (_, keys) => {
    expect(evaluateSingleAccessKey(userKeys(keys), policy)).toStrictEqual({
      ComplianceType: 'COMPLIANT',
    });
  });

  it.each([
    [
      '2026-01-30',
      "Exemption tag keys-until is '2026-01-30', expected a date that has not passed.",
    ],
    ['forever', "Exemption tag keys-until is 'forever', expected a date such as 2026-12-31."],
    ['', "Exemption tag keys-until is '', expected a date such as 2026-12-31."],
  ])(
    'scenario 2: the exemption %j does not exempt, and the annotation says why',
    (exemption, why) => {
      const parameters = { ...policy, exemptionTagKey: 'keys-until' };
      expect(evaluateSingleAccessKey(userKeys(active(2), { exemption }), parameters)).toMatchObject(
        {
          ComplianceType: 'NON_COMPLIANT',
          Annotation: expect.stringContaining(`2 active access keys, 1 allowed. ${why} Deactivate`),
        },
      );
    },
  );

  it('scenario 2: a tag does not exempt if the rule has no exemption tag', () => {
    const user = userKeys(active(2), { exemption: '2026-12-31' });
    expect(evaluateSingleAccessKey(user, policy).Annotation).toMatch(
      /^alice: 2 active access keys, 1 allowed\. Deactivate/,
    );
  });

  it('scenario 3: an exempt user is COMPLIANT; the annotation names the tag and the date', () => {
    const user = userKeys(active(2), { exemption: '2026-01-31' });
    expect(evaluateSingleAccessKey(user, { ...policy, exemptionTagKey: 'keys-until' })).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation: `alice: Exempt until 2026-01-31 by the tag keys-until: 2 active access keys, 1 allowed.${AS_OF}`,
      isExempt: true,
    });
  });

  it('scenario 4: a user in rotation is COMPLIANT; the annotation says until when', () => {
    const newest = accessKey('NEW', { CreateDate: daysBefore(6) });
    const rotating = { ...policy, rotationGraceDays: 7 };
    expect(evaluateSingleAccessKey(userKeys([...active(1), newest]), rotating)).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation: `alice: In rotation until 2026-02-01T12:00:00.000Z: 2 active access keys, 1 allowed. Newest key: AKIAXXXXXXXXXXXXXNEW, created 2026-01-25.${AS_OF}`,
      isExempt: false,
    });
  });

  it('scenario 2: is NON_COMPLIANT exactly if more keys than allowed are active', () => {
    const status = fc.constantFrom('Active', 'Inactive', 'Expired', 'Suspended');
    const maximum = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(fc.array(status, { maxLength: 12 }), maximum, (statuses, most) => {
        const keys = statuses.map((Status, index) => accessKey(`K${index}`, { Status }));
        const parameters = { ...policy, maxActiveAccessKeys: most };
        const exceeds = statuses.filter((one) => one === 'Active').length > most;
        expect(evaluateSingleAccessKey(userKeys(keys), parameters).ComplianceType).toBe(
          exceeds ? 'NON_COMPLIANT' : 'COMPLIANT',
        );
      }),
    );
  });
});

describe('singleAccessKeyRule', () => {
  const old = accessKey('OLD', { LastUsedDate: daysBefore(200) });
  const recent = accessKey('RECENT', { LastUsedDate: daysBefore(1) });
  const off = accessKey('OFF', { Status: 'Inactive' });
  const rule = singleAccessKeyRule('{"exemptionTagKey":"keys-until","refreshDays":"3"}', at);

  it('has the parameters and the instant of the invocation', () => {
    expect(rule).toMatchObject({ at, refreshDays: 3, refreshes: 'violations' });
    expect(() => singleAccessKeyRule('{"refreshDays":"-1"}', at)).toThrow('refreshDays must be');
  });

  it('never requires the event history', () => {
    expect(rule.requiresHistory(userKeys([old, recent, off]))).toBe(false);
  });

  it('requires the tag, the quarantine and the last use of the counted keys of a violation', () => {
    const { tag, quarantine, lastUse } = rule.requiredReads({});
    const user = userKeys([old, recent, off]);
    expect(tag(user)).toBe('keys-until');
    expect(quarantine(user)).toBe(true);
    expect(lastUse(user)).toEqual([old, recent]);
  });

  it.each([
    ['within the maximum', userKeys([recent, off])],
    ['that its tag exempts', userKeys([old, recent], { exemption: '2026-12-31' })],
  ])('requires nothing of a user %s', (_, user) => {
    const { tag, quarantine, lastUse } = rule.requiredReads({});
    expect(tag(user)).toBeUndefined();
    expect(quarantine(user)).toBe(false);
    expect(lastUse(user)).toEqual([]);
  });

  it('evaluates a user', () => {
    expect(rule.evaluate(userKeys([old, recent]), {})).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining('Deactivate AKIAXXXXXXXXXXXXXOLD'),
    });
    const quarantined = userKeys([old, recent], { quarantinePolicy: QUARANTINE });
    expect(rule.evaluate(quarantined, {}).Annotation).toContain('a key is exposed;');
    expect(rule.evaluate(userKeys([recent, off]), {})).toEqual({ ComplianceType: 'COMPLIANT' });
  });
});
