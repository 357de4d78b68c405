import { describe, expect, it } from 'vitest';
import {
  IAM_REGIONS,
  iamRegionOf,
  remediatesIn,
  WITHOUT_REMEDIATION,
} from '../../../rule/aws/regions.ts';

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
  // Only the start of a name decides: there is no Region xx-….
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
  ])('%s: %s', (region, expected) => {
    expect(iamRegionOf(region)).toBe(expected);
  });
});

describe('remediatesIn', () => {
  it.each([
    ['us-east-1', true],
    ['cn-north-1', true],
    ['cn-northwest-1', false],
    ['eu-central-1', true],
    ['eu-central-2', false],
    ['us-gov-west-1', false],
    ['us-gov-east-1', false],
  ])('%s: %s', (region, expected) => {
    expect(remediatesIn(region)).toBe(expected);
    expect(WITHOUT_REMEDIATION.includes(region)).toBe(!expected);
  });
});
