import { describe, expect, it } from 'vitest';
import {
  InvalidInputError,
  parseEnvironment,
  parsePlannerInput,
  remediateInput,
} from '../../../remediation/plans/input.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';
import { keyId } from '../../support/build.ts';

const shared = {
  UserId: 'AIDAXXXXXXXXXXXXALICE',
  AccessKeyId: '',
  DryRun: 'false',
  ConfigRuleName: 'iam-user-single-access-key',
};
/** The input of each runbook if it is started with only a user. */
const deactivation = {
  Runbook: 'DeactivateAccessKey' as const,
  ...shared,
  MinimumIdleDays: '',
  InactiveConfigRuleName: 'iam-user-inactive-access-key',
};
const reactivation = { Runbook: 'ReactivateAccessKey', ...shared, AllowSecondActiveKey: 'false' };
const deletion = {
  Runbook: 'DeleteInactiveAccessKey' as const,
  ...shared,
  MinimumInactiveDays: '',
};
const INPUTS = [deactivation, reactivation, deletion];

const refuses = (input: unknown, message: string) => {
  const read = () => parsePlannerInput(input);
  expect(read).toThrow(InvalidInputError);
  expect(read).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
  expect(read).toThrow(message);
};

describe('parsePlannerInput', () => {
  it('reads empty parameters as undefined', () => {
    const read = { ...shared, AccessKeyId: undefined, DryRun: false };
    expect(parsePlannerInput(deactivation)).toEqual({
      ...deactivation,
      ...read,
      MinimumIdleDays: undefined,
    });
    expect(parsePlannerInput(reactivation)).toEqual({
      ...reactivation,
      ...read,
      AllowSecondActiveKey: false,
    });
    expect(parsePlannerInput(deletion)).toEqual({
      ...deletion,
      ...read,
      MinimumInactiveDays: undefined,
    });
  });

  it.each([
    ['true', true],
    ['false', false],
    [true, true],
    [false, false],
  ])('reads %j as a boolean', (value, expected) => {
    for (const input of INPUTS)
      expect(parsePlannerInput({ ...input, DryRun: value })).toMatchObject({ DryRun: expected });
    expect(parsePlannerInput({ ...reactivation, AllowSecondActiveKey: value })).toMatchObject({
      AllowSecondActiveKey: expected,
    });
  });

  it.each([
    [deactivation, 'MinimumIdleDays', ['0', '7', '365', 365]],
    [deletion, 'MinimumInactiveDays', ['0', '1', '30', '90', 90]],
  ])('of $Runbook reads the days of %s', (input, name, values) => {
    for (const value of values)
      expect(parsePlannerInput({ ...input, [name]: value })).toMatchObject({
        [name]: Number(value),
      });
  });

  it.each([
    [deactivation, 'MinimumIdleDays'],
    [deletion, 'MinimumInactiveDays'],
  ])(
    'of $Runbook refuses undefined days instead of using the default of the rule',
    (input, name) => {
      refuses({ ...input, [name]: undefined }, `input.${name}: expected`);
    },
  );

  it.each([
    [deactivation, 'MinimumIdleDays', 'minimumIdleDays', ['366', '-1', 'seven', '7.5', ' 7', true]],
    [deletion, 'MinimumInactiveDays', 'maxInactiveDays', ['91', '-1', 'thirty', '1e1', null]],
  ])('of $Runbook refuses days of %s that %s does not allow', (input, name, parameter, values) => {
    for (const value of values) {
      const read = () => parsePlannerInput({ ...input, [name]: value });
      expect(read).toThrow(InvalidParameterError);
      expect(read).toThrow(`${parameter} must be a whole number of days from`);
    }
  });

  it.each([
    ['nothing', undefined, 'input: expected Object, got nothing'],
    ['a text', 'AIDA', 'input: expected Object, got "AIDA"'],
    ['no Runbook', shared, 'input.Runbook: expected a value, got nothing'],
    ['an unknown Runbook', { ...deactivation, Runbook: 'CreateAccessKey' }, '"CreateAccessKey"'],
    [
      'a Runbook in another case',
      { ...deletion, Runbook: 'deleteInactiveAccessKey' },
      'input.Runbook',
    ],
    ['an empty Runbook', { ...deactivation, Runbook: '' }, 'input.Runbook'],
  ])('refuses %s', (_, input, message) => {
    refuses(input, message);
  });

  it.each([
    [deactivation, 'MinimumInactiveDays', ''],
    [deactivation, 'AllowSecondActiveKey', 'false'],
    [reactivation, 'MinimumIdleDays', ''],
    [reactivation, 'MinimumInactiveDays', ''],
    [reactivation, 'InactiveConfigRuleName', 'rule'],
    [deletion, 'MinimumIdleDays', ''],
    [deletion, 'AllowSecondActiveKey', 'false'],
    [deletion, 'InactiveConfigRuleName', 'rule'],
  ])('of $Runbook refuses %s, a parameter of another runbook', (input, name, value) => {
    refuses({ ...input, [name]: value }, `input.${name}: expected no such member`);
  });

  it.each(['yes', '', 'TRUE', 1, null])(
    'of ReactivateAccessKey refuses AllowSecondActiveKey %j',
    (AllowSecondActiveKey) => {
      refuses({ ...reactivation, AllowSecondActiveKey }, 'input.AllowSecondActiveKey: expected');
    },
  );
});

describe.each(INPUTS)('parsePlannerInput of $Runbook', ({ Runbook, ...parameters }) => {
  const input = { Runbook, ...parameters };

  it.each(['A'.repeat(16), 'A'.repeat(128), keyId('A')])('reads the id %s', (id) => {
    expect(parsePlannerInput({ ...input, UserId: id, AccessKeyId: id })).toMatchObject({
      UserId: id,
      AccessKeyId: id,
    });
  });

  it.each(Object.keys(parameters))('refuses an input without %s', (name) => {
    const given = Object.fromEntries(Object.entries(input).filter(([key]) => key !== name));
    refuses(given, `input.${name}: expected a value, got nothing`);
  });

  it.each<[Record<string, string>, string]>([
    [{ UserId: 'A'.repeat(15) }, 'expected 16 to 128'],
    [{ UserId: 'A'.repeat(129) }, 'expected 16 to 128'],
    [{ UserId: '' }, 'expected 16 to 128'],
    [{ UserId: 'alice' }, 'expected 16 to 128 letters, digits and _, got "alice"'],
    [{ UserId: 'AIDA/XXXXXXXXXXXXXXXX' }, 'expected 16 to 128'],
    [{ UserId: `${shared.UserId}\n` }, 'expected 16 to 128'],
    [{ AccessKeyId: 'AKIA' }, 'expected'],
    [{ AccessKeyId: 'A'.repeat(129) }, 'expected'],
    [{ DryRun: 'yes' }, 'expected true or false, got "yes"'],
    [{ DryRun: '' }, 'expected'],
    [{ ConfigRuleName: 'a b' }, 'expected the name of a Config rule, got "a b"'],
    [{ ConfigRuleName: '' }, 'expected the name of a Config rule'],
    [{ ConfigRuleName: 'r'.repeat(129) }, 'expected the name of a Config rule'],
    [{ Force: 'true' }, 'expected no such member'],
  ])('refuses %j and names the parameter', (given, message) => {
    refuses({ ...input, ...given }, `input.${Object.keys(given)[0]}: ${message}`);
  });
});

describe('parseEnvironment', () => {
  it.each([
    'arn:aws:iam::123456789012:role/deactivation',
    'arn:aws-us-gov:iam::123456789012:role/with/a/path/deactivation',
  ])('reads the role %s and its account', (DEACTIVATION_ROLE_ARN) => {
    expect(parseEnvironment({ DEACTIVATION_ROLE_ARN, OTHER: 'x' })).toEqual({
      deactivationRoleArn: DEACTIVATION_ROLE_ARN,
      accountId: '123456789012',
    });
  });

  it.each([
    [undefined, 'expected a value, got nothing'],
    ['', 'expected the ARN of a role, got ""'],
    ['deactivation', 'expected the ARN of a role, got "deactivation"'],
    ['arn:aws:iam::123456789012:user/olga', 'expected the ARN of a role'],
    ['arn:aws:iam::1:role/deactivation', 'expected the ARN of a role'],
    [' arn:aws:iam::123456789012:role/deactivation', 'expected the ARN of a role'],
  ])('refuses %j', (DEACTIVATION_ROLE_ARN, expected) => {
    const read = () => parseEnvironment({ DEACTIVATION_ROLE_ARN });
    expect(read).toThrow(InvalidEnvironmentError);
    expect(read).toThrow(`environment.DEACTIVATION_ROLE_ARN: ${expected}`);
  });
});

describe('the input of a click on Remediate', () => {
  it.each([deactivation, deletion] as const)(
    'is that of a start with only a user, and has its name: $Runbook',
    ({ Runbook, ...started }) => {
      const { ConfigRuleName, UserId } = shared;
      const input = remediateInput({ UserId, UserName: 'alice' }, { Runbook, ConfigRuleName });
      const { UserName, ...rest } = input;

      expect(UserName).toBe('alice');
      // The name of the other rule appears only in a command.
      const expected = parsePlannerInput({ Runbook, ...started });
      const other = 'InactiveConfigRuleName' in expected && {
        InactiveConfigRuleName: ConfigRuleName,
      };
      expect(rest).toEqual({ ...expected, ...other });
    },
  );
});
