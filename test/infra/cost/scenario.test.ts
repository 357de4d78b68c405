import { describe, expect, it } from 'vitest';
import { optionsOf, parseScenario } from '../../../infra/cost/scenario.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';

describe('parseScenario', () => {
  it('defaults to a thousand accounts of 50 users', () => {
    expect(optionsOf(parseScenario({}))).toBe(
      '--accounts 1000 --users 50 --violations 10 --keyChanges 100 --userChanges 40 --remediations 4 --refreshDays 7 --maximumExecutionFrequency TwentyFour_Hours --triggers hybrid --keyEvents true --dashboard false --securityHubFindings false',
    );
  });

  it('reads the texts of the command line', () => {
    expect(parseScenario({ accounts: '3', triggers: 'schedule', keyEvents: 'false' })).toEqual({
      ...parseScenario({}),
      ...{ accounts: 3, triggers: 'schedule', keyEvents: false },
    });
  });

  it.each([
    ['accounts', '1', '10000'],
    ['users', '0', '5000'],
    ['violations', '0', '100'],
    ['keyChanges', '0', '1000000'],
    ['refreshDays', '0', '365'],
  ] as const)('accepts %s from %s to %s and refuses more', (name, minimum, maximum) => {
    for (const bound of [minimum, maximum])
      expect(parseScenario({ [name]: bound })[name]).toBe(Number(bound));
    for (const beyond of [Number(minimum) - 1, Number(maximum) + 1])
      expect(() => parseScenario({ [name]: String(beyond) })).toThrow(
        new RegExp(`^${name} must be a whole number of .* from ${minimum} to ${maximum}, got "`),
      );
  });

  it.each(['One_Hour', 'Three_Hours', 'Six_Hours', 'Twelve_Hours', 'TwentyFour_Hours'])(
    'accepts the frequency %s',
    (maximumExecutionFrequency) => {
      expect(parseScenario({ maximumExecutionFrequency })).toMatchObject({
        maximumExecutionFrequency,
      });
    },
  );

  it.each([
    ['triggers', 'both', 'triggers must be hybrid or schedule, got "both"'],
    ['maximumExecutionFrequency', 'Daily', 'maximumExecutionFrequency must be one of One_Hour, '],
    ['dashboard', 'yes', 'dashboard must be true or false, got "yes"'],
  ])('refuses %s %s', (name, value, message) => {
    expect(() => parseScenario({ [name]: value })).toThrow(InvalidParameterError);
    expect(() => parseScenario({ [name]: value })).toThrow(message);
  });
});
