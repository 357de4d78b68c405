import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../rule/environment.ts';
import { readRunbookRoles } from '../../rule/settings.ts';
import { roles } from '../support/status-change.ts';

const environment = {
  DEACTIVATION_ROLE_ARN: roles.deactivationRoleArn,
  REACTIVATION_ROLE_ARN: roles.reactivationRoleArn,
};

describe('readRunbookRoles', () => {
  it('reads the roles, or nothing where the rule has no runbook', () => {
    expect(readRunbookRoles({ ...environment, OTHER: 'x' })).toEqual(roles);
    expect(readRunbookRoles({})).toBeUndefined();
  });

  it.each([
    ['no role that undoes it', { ...environment, REACTIVATION_ROLE_ARN: undefined }],
    ['no role', { ...environment, DEACTIVATION_ROLE_ARN: 'arn:aws:iam::123456789012:user/x' }],
  ])('refuses %s', (_, given) => {
    expect(() => readRunbookRoles(given)).toThrow(InvalidEnvironmentError);
  });
});
