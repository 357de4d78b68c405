import { describe, expect, it } from 'vitest';
import { InvalidInputError, parsePlannerInput } from '../../../remediation/plans/input.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';
import { keyId } from '../../support/build.ts';

const shared = {
  UserId: 'AIDAXXXXXXXXXXXXALICE',
  AccessKeyId: '',
  DryRun: 'false',
  ConfigRuleName: 'iam-user-single-access-key',
};
/** What each runbook sends when only the user is given. */
const deactivation = {
  Runbook: 'DeactivateAccessKey',
  ...shared,
  MinimumIdleDays: '',
  DeleteCommand: 'aws ssm start-automation-execution --parameters a=b',
};
const reactivation = { Runbook: 'ReactivateAccessKey', ...shared, AllowSecondActiveKey: 'false' };
const deletion = { Runbook: 'DeleteInactiveAccessKey', ...shared, MinimumInactiveDays: '' };
const RUNBOOKS = [
  ['DeactivateAccessKey', deactivation],
  ['ReactivateAccessKey', reactivation],
  ['DeleteInactiveAccessKey', deletion],
] as const;

const without = (input: object, member: string) =>
  Object.fromEntries(Object.entries(input).filter(([name]) => name !== member));

describe('parsePlannerInput', () => {
  it('takes empty parameters as absent', () => {
    const read = { UserId: shared.UserId, AccessKeyId: undefined, DryRun: false };
    const { ConfigRuleName } = shared;
    expect(parsePlannerInput(deactivation)).toEqual({
      Runbook: 'DeactivateAccessKey',
      ...read,
      ConfigRuleName,
      MinimumIdleDays: undefined,
      DeleteCommand: deactivation.DeleteCommand,
    });
    expect(parsePlannerInput(reactivation)).toEqual({
      Runbook: 'ReactivateAccessKey',
      ...read,
      ConfigRuleName,
      AllowSecondActiveKey: false,
    });
    expect(parsePlannerInput(deletion)).toEqual({
      Runbook: 'DeleteInactiveAccessKey',
      ...read,
      ConfigRuleName,
      MinimumInactiveDays: undefined,
    });
  });

  it.each(RUNBOOKS)('of %s reads the key and whether it is a dry run', (_, input) => {
    const given = { ...input, AccessKeyId: keyId('A'), DryRun: 'true' };
    expect(parsePlannerInput(given)).toMatchObject({ AccessKeyId: keyId('A'), DryRun: true });
  });

  it('takes numbers and booleans, should Systems Manager make them of the texts', () => {
    for (const DryRun of [true, false]) {
      expect(parsePlannerInput({ ...deactivation, MinimumIdleDays: 30, DryRun })).toMatchObject({
        MinimumIdleDays: 30,
        DryRun,
      });
      expect(parsePlannerInput({ ...deletion, MinimumInactiveDays: 90, DryRun })).toMatchObject({
        MinimumInactiveDays: 90,
        DryRun,
      });
    }
  });

  it.each([
    ['true', true],
    ['false', false],
    [true, true],
    [false, false],
  ])('takes %j for AllowSecondActiveKey', (AllowSecondActiveKey, expected) => {
    expect(parsePlannerInput({ ...reactivation, AllowSecondActiveKey })).toMatchObject({
      AllowSecondActiveKey: expected,
    });
  });

  it.each(['0', '7', '365'])('takes %s idle days, within the bounds of the rule', (days) => {
    expect(parsePlannerInput({ ...deactivation, MinimumIdleDays: days })).toMatchObject({
      MinimumIdleDays: Number(days),
    });
  });

  it.each(['366', '-1', 'seven', '7.5', ' 7'])(
    'refuses %j idle days by the bounds of the rule',
    (days) => {
      const read = () => parsePlannerInput({ ...deactivation, MinimumIdleDays: days });
      expect(read).toThrow(InvalidParameterError);
      expect(read).toThrow(
        `minimumIdleDays must be a whole number of days from 0 to 365, got "${days}"`,
      );
    },
  );

  it.each(['1', '30', '90'])('takes %s inactive days, within the bounds of the rule', (days) => {
    expect(parsePlannerInput({ ...deletion, MinimumInactiveDays: days })).toMatchObject({
      MinimumInactiveDays: Number(days),
    });
  });

  it.each(['0', '91', '-1', 'thirty', '1e1'])(
    'refuses %j inactive days by the bounds of the rule',
    (days) => {
      const read = () => parsePlannerInput({ ...deletion, MinimumInactiveDays: days });
      expect(read).toThrow(InvalidParameterError);
      expect(read).toThrow(
        `maxInactiveDays must be a whole number of days from 1 to 90, got "${days}"`,
      );
    },
  );

  it.each([
    [{ ...deactivation, MinimumIdleDays: true }, 'minimumIdleDays'],
    [{ ...deletion, MinimumInactiveDays: null }, 'maxInactiveDays'],
  ])('refuses days that are neither text nor number: %j', (given, name) => {
    expect(() => parsePlannerInput(given)).toThrow(`${name} must be a whole number of days`);
  });
});

const refuses = (given: unknown, message: string) => {
  const read = () => parsePlannerInput(given);
  expect(read).toThrow(InvalidInputError);
  expect(read).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
  expect(read).toThrow(message);
};

describe('parsePlannerInput, asked by no runbook', () => {
  it.each([
    ['nothing', undefined, 'input: expected Object, got nothing'],
    ['a text', 'AIDA', 'input: expected Object, got "AIDA"'],
    ['no Runbook', shared, 'input.Runbook: expected a value, got nothing'],
    ['an unknown Runbook', { ...deactivation, Runbook: 'CreateAccessKey' }, '"CreateAccessKey"'],
    [
      'a Runbook of another case',
      { ...deletion, Runbook: 'deleteInactiveAccessKey' },
      'input.Runbook',
    ],
    ['an empty Runbook', { ...deactivation, Runbook: '' }, 'input.Runbook'],
  ])('refuses %s', (_, given, message) => {
    refuses(given, message);
  });

  it.each([
    [deactivation, 'MinimumInactiveDays', ''],
    [deactivation, 'AllowSecondActiveKey', 'false'],
    [reactivation, 'MinimumIdleDays', ''],
    [reactivation, 'MinimumInactiveDays', ''],
    [reactivation, 'DeleteCommand', 'aws a=b'],
    [deletion, 'MinimumIdleDays', ''],
    [deletion, 'AllowSecondActiveKey', 'false'],
    [deletion, 'DeleteCommand', 'aws a=b'],
  ])('refuses, of $Runbook, the parameter %s of another runbook', (input, name, value) => {
    refuses({ ...input, [name]: value }, `input.${name}: expected no such member`);
  });

  it.each(
    RUNBOOKS.flatMap(([Runbook, input]) =>
      Object.keys(input)
        .filter((name) => name !== 'Runbook')
        .map((name) => [Runbook, name, without(input, name)] as const),
    ),
  )('refuses, of %s, a request without %s', (_, name, given) => {
    refuses(given, `input.${name}: expected a value, got nothing`);
  });

  it.each([
    ['no command', '', 'expected the command that deletes a key, got ""'],
    ['a number', 7, 'expected string, got 7'],
  ])('refuses %s for DeleteCommand', (_, DeleteCommand, message) => {
    refuses({ ...deactivation, DeleteCommand }, `input.DeleteCommand: ${message}`);
  });

  it.each(['yes', '', 'TRUE', 1, null])('refuses %j for AllowSecondActiveKey', (value) => {
    refuses(
      { ...reactivation, AllowSecondActiveKey: value },
      'input.AllowSecondActiveKey: expected',
    );
  });
});

describe.each(RUNBOOKS)('parsePlannerInput, of %s', (_, input) => {
  it.each(['A'.repeat(16), 'A'.repeat(128)])('takes an id of 16 to 128 characters', (id) => {
    expect(parsePlannerInput({ ...input, UserId: id, AccessKeyId: id })).toMatchObject({
      UserId: id,
      AccessKeyId: id,
    });
  });

  it.each([
    ['an id of 15 characters', { UserId: 'A'.repeat(15) }, 'UserId: expected 16 to 128'],
    ['an id of 129 characters', { UserId: 'A'.repeat(129) }, 'UserId: expected 16 to 128'],
    ['no user', { UserId: '' }, 'UserId: expected 16 to 128'],
    [
      'a user name instead of an id',
      { UserId: 'alice' },
      'UserId: expected 16 to 128 letters, digits and _, got "alice"',
    ],
    ['an id with a path', { UserId: 'AIDA/XXXXXXXXXXXXXXXX' }, 'UserId: expected 16 to 128'],
    ['an id with a line end', { UserId: `${shared.UserId}\n` }, 'UserId: expected 16 to 128'],
    ['half a key id', { AccessKeyId: 'AKIA' }, 'AccessKeyId'],
    ['a key id of 129 characters', { AccessKeyId: 'A'.repeat(129) }, 'AccessKeyId'],
    ['a DryRun that is neither', { DryRun: 'yes' }, 'DryRun: expected true or false, got "yes"'],
    ['an empty DryRun', { DryRun: '' }, 'DryRun: expected'],
    [
      'a rule name with a space',
      { ConfigRuleName: 'a b' },
      'ConfigRuleName: expected the name of a Config rule, got "a b"',
    ],
    ['no rule name', { ConfigRuleName: '' }, 'ConfigRuleName: expected the name of a Config rule'],
    [
      'a rule name of 129 characters',
      { ConfigRuleName: 'r'.repeat(129) },
      'ConfigRuleName: expected the name of a Config rule',
    ],
    ['a parameter that no runbook has', { Force: 'true' }, 'Force: expected no such member'],
  ])('refuses %s, and says which parameter', (_what, given, message) => {
    refuses({ ...input, ...given }, `input.${message}`);
  });
});
