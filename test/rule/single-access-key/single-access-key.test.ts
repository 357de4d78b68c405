import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateSingleAccessKey } from '../../../rule/single-access-key/rule.ts';
import { accessKey, at, daysBefore, policy } from '../../support/build.ts';

const active = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    accessKey(`A${index}`, { CreateDate: daysBefore(400 - index) }),
  );
const other = (Status: string) => accessKey(Status.toUpperCase(), { Status });

describe('evaluateSingleAccessKey', () => {
  it.each([
    ['no key', []],
    ['one active key', active(1)],
    ['an active and an inactive key', [...active(1), other('Inactive')]],
    ['an active and an expired key', [other('Expired'), ...active(1)]],
    ['two inactive keys', [other('Inactive'), other('Inactive')]],
    ['an active key and one of a status yet to come', [...active(1), other('Suspended')]],
  ])('scenario 1: %s is COMPLIANT, without an annotation', (_, keys) => {
    expect(evaluateSingleAccessKey({ keys }, policy)).toStrictEqual({
      ComplianceType: 'COMPLIANT',
    });
  });

  it.each([
    ['two active keys', active(2)],
    ['two active keys behind an inactive one', [other('Inactive'), ...active(2)]],
    ['two active keys around an inactive one', [...active(1), other('Inactive'), accessKey('B')]],
    ['three active keys', active(3)],
    ['eight active keys', active(8)],
  ])('scenario 2: %s is NON_COMPLIANT', (_, keys) => {
    const count = keys.filter((key) => key.Status === 'Active').length;
    expect(evaluateSingleAccessKey({ keys }, policy)).toEqual({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining(`${count} active access keys, 1 allowed.`),
    });
  });

  it.each([
    [2, 2, 'COMPLIANT'],
    [3, 2, 'NON_COMPLIANT'],
    [10, 10, 'COMPLIANT'],
    [11, 10, 'NON_COMPLIANT'],
  ])(
    '%d active keys with maxActiveAccessKeys %d are %s',
    (count, maxActiveAccessKeys, expected) => {
      const verdict = evaluateSingleAccessKey(
        { keys: active(count) },
        { ...policy, maxActiveAccessKeys },
      );
      expect(verdict.ComplianceType).toBe(expected);
    },
  );

  it('the annotation tells of the choice by minimumIdleDays', () => {
    const keys = [
      accessKey('A', { LastUsedDate: daysBefore(10) }),
      accessKey('B', { LastUsedDate: at }),
    ];
    const annotation = (minimumIdleDays: number) =>
      evaluateSingleAccessKey({ keys }, { ...policy, minimumIdleDays }).Annotation;
    expect(annotation(10)).toContain('Deactivate AKIAXXXXXXXXXXXXXXXA');
    expect(annotation(11)).toContain('No key is chosen');
  });
});

describe('evaluateSingleAccessKey, with more keys than allowed', () => {
  const keys = active(2);
  const exempt = (exemption: string) =>
    evaluateSingleAccessKey({ keys, exemption }, { ...policy, exemptionTagKey: 'keys-until' });

  it('scenario 3: is COMPLIANT while a tag exempts the user, and names tag and date', () => {
    expect(exempt('2026-01-31')).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation:
        'Exempt until 2026-01-31 by the tag keys-until: 2 active access keys, 1 allowed. UTC dates.',
    });
  });

  it.each([
    ['2026-01-30', 'Exemption expired 2026-01-30.'],
    ['2026-02-30', 'Exemption is no date.'],
    ['forever', 'Exemption is no date.'],
    ['', 'Exemption is empty.'],
  ])('scenario 2: is NON_COMPLIANT with the exemption %j, and says why', (exemption, why) => {
    expect(exempt(exemption)).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining(`2 active access keys, 1 allowed. ${why} Deactivate`),
    });
  });

  it('scenario 2: is NON_COMPLIANT with a tag when no tag exempts', () => {
    const verdict = evaluateSingleAccessKey({ keys, exemption: '2026-12-31' }, policy);
    expect(verdict.Annotation).toMatch(/^2 active access keys, 1 allowed\. Deactivate/);
  });

  it('scenario 4: is COMPLIANT while the newest key is young, and says until when', () => {
    const newest = accessKey('NEW', { CreateDate: daysBefore(6) });
    const rotating = { ...policy, rotationGraceDays: 7 };
    expect(evaluateSingleAccessKey({ keys: [...active(1), newest] }, rotating)).toEqual({
      ComplianceType: 'COMPLIANT',
      Annotation:
        'In rotation until 2026-02-01T12:00:00.000Z: 2 active access keys, 1 allowed. Newest: AKIAXXXXXXXXXXXXXNEW, created 2026-01-25.',
    });
  });
});

describe('evaluateSingleAccessKey, for any keys', () => {
  const status = fc.constantFrom('Active', 'Inactive', 'Expired', 'Suspended');

  it('is NON_COMPLIANT exactly when more than the allowed number are Active', () => {
    fc.assert(
      fc.property(
        fc.array(status, { maxLength: 12 }),
        fc.integer({ min: 1, max: 10 }),
        (all, most) => {
          const keys = all.map((Status, index) => accessKey(`K${index}`, { Status }));
          const by = { ...policy, maxActiveAccessKeys: most };
          const exceeds = all.filter((one) => one === 'Active').length > most;
          expect(evaluateSingleAccessKey({ keys }, by).ComplianceType).toBe(
            exceeds ? 'NON_COMPLIANT' : 'COMPLIANT',
          );
        },
      ),
    );
  });
});
