import { describe, expect, it } from 'vitest';
import { remediatesIn, WITHOUT_REMEDIATION } from '../../../rule/aws/regions.ts';

describe('remediatesIn', () => {
  it.each([
    ['us-east-1', true],
    ['cn-north-1', true],
    ['us-gov-west-1', false],
    ['us-gov-east-1', false],
  ])('%s: %s', (region, expected) => {
    expect(remediatesIn(region)).toBe(expected);
    expect(WITHOUT_REMEDIATION.includes(region)).toBe(!expected);
  });
});
