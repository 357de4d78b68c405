import { describe, expect, it } from 'vitest';
import {
  parseInactiveAccessKeyAnnotation,
  parseSingleAccessKeyAnnotation,
} from '../../../rule/security-hub/parsed-annotation.ts';

const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';

describe('parseSingleAccessKeyAnnotation', () => {
  const REMEDIATE = { recommendation: 'Remediate', Status: 'Active' };
  const DELETE = { recommendation: 'Delete', Status: 'Inactive' };
  const NAME_KEY = { recommendation: 'NameKey' };
  const two = '2 active access keys, 1 allowed.';

  it.each([
    [`${two} Deactivate ${AccessKeyId}: idle`, REMEDIATE, AccessKeyId],
    [`12 access keys (10 active), 11 allowed. Delete ${AccessKeyId}: idle`, DELETE, AccessKeyId],
    [`1 access key, 0 allowed. Delete ${AccessKeyId}: idle`, DELETE, AccessKeyId],
    [
      `2 access keys (1 active), 1 allowed. No key is chosen of ${AccessKeyId} and`,
      NAME_KEY,
      AccessKeyId,
    ],
    [`${two} No key is chosen: ${AccessKeyId} and`, NAME_KEY, AccessKeyId],
    [`${two} No key is chosen.`, NAME_KEY, ''],
    [`${two} Exemption keys-until over. Deactivate ${AccessKeyId}: x`, REMEDIATE, AccessKeyId],
    [`${two} Deactivate SHORT: idle`, REMEDIATE, ''],
  ])('parses %j as %j %s', (annotation, expected, key) => {
    expect(parseSingleAccessKeyAnnotation(annotation)).toEqual({ ...expected, AccessKeyId: key });
  });

  it.each([
    '',
    '1 active access key, 1 allowed.',
    `COMPLIANT. ${two} Deactivate ${AccessKeyId}: idle`,
    `${two} Deactivated ${AccessKeyId}`,
    `2 active access keys; 1 allowed. Deactivate ${AccessKeyId}`,
  ])('returns nothing for %j', (annotation) => {
    expect(parseSingleAccessKeyAnnotation(annotation)).toBeUndefined();
  });
});

describe('parseInactiveAccessKeyAnnotation', () => {
  it.each([
    `${AccessKeyId} inactive since 2025-10-01 by CloudTrail`,
    `AKIA inactive; ${AccessKeyId} inactive for at least 90 days`,
  ])('parses %j', (annotation) => {
    const expected = { recommendation: 'Remediate', AccessKeyId, Status: 'Inactive' };
    expect(parseInactiveAccessKeyAnnotation(annotation)).toEqual(expected);
  });

  it.each([
    `${AccessKeyId} inactive since unknown`,
    `${AccessKeyId} active since 2025-10-01`,
    `x${AccessKeyId.repeat(7)} inactive since 2026-01-01`,
    'SHORT inactive since 2025-10-01',
    '',
  ])('returns nothing for %j', (annotation) => {
    expect(parseInactiveAccessKeyAnnotation(annotation)).toBeUndefined();
  });
});
