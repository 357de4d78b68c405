import { describe, expect, it } from 'vitest';
import { IAM_REGIONS, iamRegionOf } from '../../../rule/aws/regions.ts';

describe('IAM_REGIONS', () => {
  it.each([
    ['aws', 'us-east-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-eusc', undefined],
  ])('%s: %s', (partition, region) => {
    expect(IAM_REGIONS[partition]).toBe(region);
  });
});

describe('iamRegionOf', () => {
  // Only the start of a name tells its partition: no Region is called xx-….
  it.each([
    ['us-east-1', 'us-east-1'],
    ['eu-west-1', 'us-east-1'],
    ['us-gov-east-1', 'us-gov-west-1'],
    ['cn-northwest-1', 'cn-north-1'],
    ['us-iso-east-1', undefined],
    ['us-isob-east-1', undefined],
    ['eu-isoe-west-1', undefined],
    ['eusc-de-east-1', undefined],
    ['xx-us-gov-1', 'us-east-1'],
    ['xx-cn-1', 'us-east-1'],
    ['xx-us-iso-1', 'us-east-1'],
  ])('of %s: %s', (region, expected) => {
    expect(iamRegionOf(region)).toBe(expected);
  });
});
