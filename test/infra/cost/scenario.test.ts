import { describe, expect, it } from 'vitest';
import { parseScenario, SCENARIO } from '../../../infra/cost/scenario.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';

describe('a scenario', () => {
  it('is a thousand accounts of 50 users, unless it says otherwise', () => {
    expect(parseScenario({})).toEqual({
      accounts: 1_000,
      users: 50,
      violations: 10,
      keyChanges: 50,
      userChanges: 20,
      remediations: 2,
      rollUpViews: 30,
      refreshDays: 7,
      frequency: 'TwentyFour_Hours',
      triggers: 'hybrid',
      keyEvents: true,
      dashboard: false,
      securityHubFindings: false,
    });
  });

  it('is read from texts', () => {
    expect(parseScenario({ accounts: '3', triggers: 'schedule', keyEvents: 'false' })).toEqual({
      ...parseScenario({}),
      accounts: 3,
      triggers: 'schedule',
      keyEvents: false,
    });
  });

  it.each(['hybrid', 'schedule'])('has the triggers %s', (triggers) => {
    expect(parseScenario({ triggers }).triggers).toBe(triggers);
  });

  it.each(['One_Hour', 'Three_Hours', 'Six_Hours', 'Twelve_Hours', 'TwentyFour_Hours'])(
    'has the frequency %s',
    (frequency) => {
      expect(parseScenario({ frequency }).frequency).toBe(frequency);
    },
  );

  it('says which words there are', () => {
    expect(() => parseScenario({ triggers: 'both' })).toThrow(
      'triggers must be hybrid or schedule, got "both"',
    );
  });

  it.each([
    ['accounts', '0'],
    ['accounts', '10001'],
    ['users', '5001'],
    ['users', '-1'],
    ['users', '1.5'],
    ['violations', '101'],
    ['refreshDays', '366'],
    ['triggers', 'Hybrid'],
    ['frequency', 'Daily'],
    ['dashboard', 'yes'],
  ])('is refused with %s %s', (name, value) => {
    expect(() => parseScenario({ [name]: value })).toThrow(InvalidParameterError);
    expect(() => parseScenario({ [name]: value })).toThrow(
      new RegExp(`^${name} must be .*, got "${value}"$`),
    );
  });

  it.each([
    ['accounts', [1, 10_000]],
    ['users', [0, 5_000]],
    ['violations', [0, 100]],
    ['refreshDays', [0, 365]],
  ] as const)('takes the bounds of %s', (name, bounds) => {
    for (const bound of bounds) expect(parseScenario({ [name]: bound })[name]).toBe(bound);
    const { minimum, maximum } = SCENARIO[name];
    expect([minimum, maximum]).toEqual(bounds);
  });
});
