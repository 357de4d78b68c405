import { describe, expect, it } from 'vitest';
import { canRecordUsers } from '../../../infra/preflight/config-findings.ts';

describe('canRecordUsers', () => {
  it.each(['us-east-1', 'eu-south-1', 'ap-southeast-3', 'cn-north-1', 'us-gov-west-1'])(
    'in %s',
    (region) => {
      expect(canRecordUsers(region)).toBe(true);
    },
  );

  it.each([
    'ap-east-2',
    'ap-south-2',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-west-1',
    'eu-central-2',
    'eu-south-2',
    'il-central-1',
    'me-central-1',
    'mx-central-1',
  ])('not in %s, which is younger', (region) => {
    expect(canRecordUsers(region)).toBe(false);
  });
});
