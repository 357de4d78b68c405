import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/environment.ts';
import { parseTriggerSettings } from '../../../rule/key-events/settings.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `rule-${index}`);

describe('parseTriggerSettings', () => {
  it('reads the rules, and the number of users where there is one', () => {
    expect(parseTriggerSettings({ CONFIG_RULE_NAMES: 'one,two', MAXIMUM_USERS: '500' })).toEqual({
      configRuleNames: ['one', 'two'],
      maximumUsers: 500,
    });
    expect(parseTriggerSettings({ CONFIG_RULE_NAMES: 'one' }).maximumUsers).toBeUndefined();
  });

  it('takes as many rules as one call does', () => {
    const environment = { CONFIG_RULE_NAMES: names(25).join() };
    expect(parseTriggerSettings(environment).configRuleNames).toHaveLength(25);
  });

  it.each([
    [{}, 'CONFIG_RULE_NAMES'],
    [{ CONFIG_RULE_NAMES: '' }, 'CONFIG_RULE_NAMES'],
    [{ CONFIG_RULE_NAMES: 'one,' }, 'CONFIG_RULE_NAMES'],
    [{ CONFIG_RULE_NAMES: 'x'.repeat(65) }, 'CONFIG_RULE_NAMES'],
    [{ CONFIG_RULE_NAMES: names(26).join() }, 'CONFIG_RULE_NAMES'],
    [{ CONFIG_RULE_NAMES: 'one', MAXIMUM_USERS: 'many' }, 'MAXIMUM_USERS: expected a whole number'],
  ])('refuses %j', (environment, message) => {
    expect(() => parseTriggerSettings(environment)).toThrow(InvalidEnvironmentError);
    expect(() => parseTriggerSettings(environment)).toThrow(message);
  });
});
