import { describe, expect, it } from 'vitest';
import {
  parseInactiveAccessKeyAnnotation,
  parseSingleAccessKeyAnnotation,
} from '../../../rule/security-hub/parsed-annotation.ts';

const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';

describe('parseSingleAccessKeyAnnotation', () => {
  const two = '2 active access keys, 1 allowed.';

  it.each([
    [`${two} Deactivate ${AccessKeyId}: idle`, 'Deactivate', AccessKeyId],
    [`12 access keys (10 active), 11 allowed. Delete ${AccessKeyId}: idle`, 'Delete', AccessKeyId],
    [`1 access key, 0 allowed. Delete ${AccessKeyId}: idle`, 'Delete', AccessKeyId],
    [
      `2 access keys (1 active), 1 allowed. No key is chosen of ${AccessKeyId} and`,
      'Choose',
      AccessKeyId,
    ],
    [`${two} No key is chosen: ${AccessKeyId} and`, 'Choose', AccessKeyId],
    [`${two} No key is chosen.`, 'Choose', undefined],
    [`${two} Exemption keys-until over. Deactivate ${AccessKeyId}: x`, 'Deactivate', AccessKeyId],
    [`${two} Deactivate SHORT: idle`, 'Deactivate', undefined],
  ])('parses %j as %s %s', (annotation, recommendation, key) => {
    expect(parseSingleAccessKeyAnnotation(annotation)).toEqual({
      recommendation,
      AccessKeyId: key,
    });
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
    const expected = { recommendation: 'Delete', AccessKeyId };
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
