import { describe, expect, it } from 'vitest';
import { canRecordUsers, IAM_REGIONS } from '../../infra/regions.ts';

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

describe('canRecordUsers', () => {
  it.each(['us-east-1', 'eu-south-1', 'ap-southeast-3', 'cn-north-1', 'us-gov-west-1'])(
    'in %s',
    (region) => {
      expect(canRecordUsers(region)).toBe(true);
    },
  );

  it.each([
    'ap-south-2',
    'ap-southeast-4',
    'ca-west-1',
    'eu-central-2',
    'eu-south-2',
    'me-central-1',
  ])('not in %s, which is younger', (region) => {
    expect(canRecordUsers(region)).toBe(false);
  });
});
