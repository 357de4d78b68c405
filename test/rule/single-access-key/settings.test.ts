import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';
import { readRunbookRoles } from '../../../rule/single-access-key/settings.ts';
import { roles } from '../../support/status-change.ts';

const environment = {
  DEACTIVATION_ROLE_ARN: roles.deactivationRoleArn,
  REACTIVATION_ROLE_ARN: roles.reactivationRoleArn,
};

describe('readRunbookRoles', () => {
  it('reads the roles, or nothing where the rule has no runbook', () => {
    expect(readRunbookRoles({ ...environment, OTHER: 'x' })).toEqual(roles);
    expect(readRunbookRoles({})).toBeUndefined();
  });

  const role = 'arn:aws:iam::123456789012:role/x';
  it.each<[string, string, string | undefined, string]>([
    ['no role that undoes it', 'REACTIVATION_ROLE_ARN', undefined, 'a value, got nothing'],
    ...[
      'arn:aws:iam::123456789012:user/x',
      'arn:aws:iam::12345678901:role/x',
      'arn:aws:iam::1234567890123:role/x',
      `x${role}`,
      '',
    ].map((arn): [string, string, string, string] => [
      'no role',
      'DEACTIVATION_ROLE_ARN',
      arn,
      `the ARN of a role, got ${JSON.stringify(arn)}`,
    ]),
  ])('refuses %s: %s %j', (_, name, value, expected) => {
    const read = () => readRunbookRoles({ ...environment, [name]: value });
    expect(read).toThrow(InvalidEnvironmentError);
    expect(read).toThrow(`environment.${name}: expected ${expected}`);
  });

  it.each(['aws', 'aws-us-gov', 'aws-cn'])('takes a role of the partition %s', (partition) => {
    const DEACTIVATION_ROLE_ARN = `arn:${partition}:iam::123456789012:role/path/x`;
    const read = readRunbookRoles({ ...environment, DEACTIVATION_ROLE_ARN });
    expect(read?.deactivationRoleArn).toBe(DEACTIVATION_ROLE_ARN);
  });
});
