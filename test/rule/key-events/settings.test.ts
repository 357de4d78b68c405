import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';
import { parseTriggerSettings } from '../../../rule/key-events/settings.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `rule-${index}`);

describe('parseTriggerSettings', () => {
  it('reads the rule names and the maximum number of users, if there is one', () => {
    expect(parseTriggerSettings({ CONFIG_RULE_NAMES: 'one,two', MAXIMUM_USERS: '500' })).toEqual({
      configRuleNames: ['one', 'two'],
      maximumUsers: 500,
    });
    expect(parseTriggerSettings({ CONFIG_RULE_NAMES: 'one' }).maximumUsers).toBeUndefined();
  });

  it('accepts 25 rules, as StartConfigRulesEvaluation does', () => {
    const environment = { CONFIG_RULE_NAMES: names(25).join() };
    expect(parseTriggerSettings(environment).configRuleNames).toHaveLength(25);
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'CONFIG_RULE_NAMES'],
    ...['', 'one,', 'x'.repeat(65), '.one', 'one.', names(26).join()].map(
      (CONFIG_RULE_NAMES): [Record<string, string>, string] => [
        { CONFIG_RULE_NAMES },
        'environment.CONFIG_RULE_NAMES: expected 1 to 25 names of Config rules, separated by commas, got',
      ],
    ),
    ...['many', '', '5 users', '-5', '1234567890'].map(
      (MAXIMUM_USERS): [Record<string, string>, string] => [
        { CONFIG_RULE_NAMES: 'one', MAXIMUM_USERS },
        'environment.MAXIMUM_USERS: expected a whole number of users, got',
      ],
    ),
  ])('refuses %j', (environment, message) => {
    expect(() => parseTriggerSettings(environment)).toThrow(InvalidEnvironmentError);
    expect(() => parseTriggerSettings(environment)).toThrow(message);
  });
});
