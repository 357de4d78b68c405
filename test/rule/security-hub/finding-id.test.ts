import { describe, expect, it } from 'vitest';
import { findingId, productArn, rulesOf, userIdOf } from '../../../rule/security-hub/asff.ts';
import { findingSettings, singleRule } from '../../support/findings.ts';

describe('the ids of findings', () => {
  it('are of a rule and a user, whom they give back', () => {
    const id = findingId(singleRule, 'AIDACKCEVSQ6C2EXAMPLE');
    expect(id).toBe(`${singleRule.arn}/user/AIDACKCEVSQ6C2EXAMPLE`);
    expect(userIdOf(id)).toBe('AIDACKCEVSQ6C2EXAMPLE');
  });

  it('are looked for by the product of the account, and by how the ARN of a rule of the place begins', () => {
    const { place } = findingSettings;
    expect(productArn(place)).toBe(
      'arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default',
    );
    expect(rulesOf(place)).toBe('arn:aws:config:us-east-1:123456789012:config-rule/');
    expect(singleRule.arn.startsWith(rulesOf(place))).toBe(true);
  });
});
