import { describe, expect, it } from 'vitest';
import { advisedOfInactive, advisedOfMany } from '../../../rule/security-hub/advised.ts';

const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';

const REMEDIATE = { advice: 'Remediate', Status: 'Active' };
const DELETE = { advice: 'Delete', Status: 'Inactive' };
const CHOOSE = { advice: 'Choose' };

describe('advisedOfMany', () => {
  it.each([
    [`2 active access keys, 1 allowed. Deactivate ${AccessKeyId}: idle`, REMEDIATE, AccessKeyId],
    [`12 access keys (10 active), 11 allowed. Delete ${AccessKeyId}: idle`, DELETE, AccessKeyId],
    [`1 access key, 0 allowed. Delete ${AccessKeyId}: idle`, DELETE, AccessKeyId],
    [
      `2 access keys (1 active), 1 allowed. No key is chosen of ${AccessKeyId} and`,
      CHOOSE,
      AccessKeyId,
    ],
    [`2 active access keys, 1 allowed. No key is chosen: ${AccessKeyId} and`, CHOOSE, AccessKeyId],
    ['2 active access keys, 1 allowed. No key is chosen.', CHOOSE, undefined],
    [
      `2 active access keys, 1 allowed. Exemption keys-until over. Deactivate ${AccessKeyId}: idle`,
      REMEDIATE,
      AccessKeyId,
    ],
    ['2 active access keys, 1 allowed. Deactivate SHORT: idle', REMEDIATE, undefined],
  ] as const)('of %j is %j %s', (annotation, advised, key) => {
    expect(advisedOfMany(annotation)).toEqual({ ...advised, AccessKeyId: key });
  });

  it.each([
    '',
    '1 active access key, 1 allowed.',
    'COMPLIANT. 2 active access keys, 1 allowed. Deactivate AKIAIOSFODNN7EXAMPLE: idle',
    '2 active access keys, 1 allowed. Deactivated AKIAIOSFODNN7EXAMPLE',
    '2 active access keys; 1 allowed. Deactivate AKIAIOSFODNN7EXAMPLE',
  ])('of %j is nothing', (annotation) => {
    expect(advisedOfMany(annotation)).toBeUndefined();
  });
});

describe('advisedOfInactive', () => {
  it.each([
    [`${AccessKeyId} inactive since 2025-10-01 by CloudTrail`, true],
    [`AKIA inactive; ${AccessKeyId} inactive for at least 90 days`, true],
    [`${AccessKeyId} inactive since unknown`, false],
    [`${AccessKeyId} active since 2025-10-01`, false],
    ['SHORT inactive since 2025-10-01', false],
    ['', false],
  ])('of %j is to remediate: %s', (annotation, isAdvised) => {
    const advised = { advice: 'Remediate', AccessKeyId, Status: 'Inactive' };
    expect(advisedOfInactive(annotation)).toEqual(isAdvised ? advised : undefined);
  });
});
