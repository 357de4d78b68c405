import { describe, expect, it } from 'vitest';
import { InvalidInputError, parsePlannerInput } from '../../remediation/input.ts';
import { keyId } from '../support/build.ts';

/** What the runbook sends when only the user is given. */
const input = {
  UserId: 'AIDAXXXXXXXXXXXXALICE',
  AccessKeyId: '',
  MinimumIdleDays: '',
  DryRun: 'false',
  ConfigRuleName: 'iam-user-single-access-key',
};

describe('parsePlannerInput', () => {
  it('takes empty parameters as absent', () => {
    expect(parsePlannerInput(input)).toEqual({
      UserId: input.UserId,
      AccessKeyId: undefined,
      MinimumIdleDays: undefined,
      DryRun: false,
      ConfigRuleName: input.ConfigRuleName,
    });
  });

  it('reads what is given', () => {
    const given = { ...input, AccessKeyId: keyId('A'), MinimumIdleDays: '30', DryRun: 'true' };
    expect(parsePlannerInput(given)).toMatchObject({
      AccessKeyId: keyId('A'),
      MinimumIdleDays: 30,
      DryRun: true,
    });
  });

  it('takes a number and a boolean, should Systems Manager make them of the texts', () => {
    expect(parsePlannerInput({ ...input, MinimumIdleDays: 30, DryRun: true })).toMatchObject({
      MinimumIdleDays: 30,
      DryRun: true,
    });
  });

  it.each(['0', '365'])('takes %s idle days, a bound of the rule', (MinimumIdleDays) => {
    expect(parsePlannerInput({ ...input, MinimumIdleDays })).toMatchObject({
      MinimumIdleDays: Number(MinimumIdleDays),
    });
  });

  it.each(['366', '-1', 'seven'])(
    'refuses %s idle days by the bounds of the rule',
    (MinimumIdleDays) => {
      expect(() => parsePlannerInput({ ...input, MinimumIdleDays })).toThrow(
        `minimumIdleDays must be a whole number of days from 0 to 365, got "${MinimumIdleDays}"`,
      );
    },
  );

  it.each([
    [
      'an id of 129 characters',
      { ...input, UserId: 'A'.repeat(129) },
      'input.UserId: expected 16 to 128',
    ],
    ['nothing', undefined, 'input: expected Object, got nothing'],
    ['a text', 'AIDA', 'input: expected Object, got "AIDA"'],
    ['no user', { ...input, UserId: undefined }, 'input.UserId'],
    [
      'a user name instead of an id',
      { ...input, UserId: 'alice' },
      'input.UserId: expected 16 to 128 letters, digits and _, got "alice"',
    ],
    [
      'an id with a path',
      { ...input, UserId: 'AIDA/XXXXXXXXXXXXXXXX' },
      'input.UserId: expected 16 to 128',
    ],
    ['half a key id', { ...input, AccessKeyId: 'AKIA' }, 'input.AccessKeyId'],
    [
      'a DryRun that is neither',
      { ...input, DryRun: 'yes' },
      'input.DryRun: expected (("true" | "false") | boolean), got "yes"',
    ],
    [
      'a rule name with a space',
      { ...input, ConfigRuleName: 'a b' },
      'input.ConfigRuleName: expected the name of a Config rule, got "a b"',
    ],
    [
      'a parameter that the runbook does not have',
      { ...input, Force: 'true' },
      'input.Force: expected no such member',
    ],
  ])('refuses %s, and says which parameter', (_, given, message) => {
    expect(() => parsePlannerInput(given)).toThrow(InvalidInputError);
    expect(() => parsePlannerInput(given)).toThrow(
      expect.objectContaining({ name: 'InvalidInputError' }),
    );
    expect(() => parsePlannerInput(given)).toThrow(message);
  });
});
