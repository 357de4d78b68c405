import { describe, expect, it } from 'vitest';
import { oneOf, readParameters, text, trueOrFalse } from '../../../rule/input/parameter.ts';

const parameters = {
  Frequency: oneOf({
    options: ['One_Hour', 'Six_Hours', 'Daily'],
    default: 'Daily',
    description: '',
  }),
  Limit: oneOf({ options: [1, 2], default: 1, description: '' }),
  Strict: trueOrFalse({ default: false, description: '' }),
  Prefix: text({
    pattern: '[a-z]+',
    expected: 'lowercase letters',
    default: undefined,
    description: '',
  }),
};
const read = (given: Readonly<Record<string, unknown>>) =>
  readParameters(parameters, given, 'parameter');

describe('readParameters', () => {
  it('returns the defaults of absent values', () => {
    expect(read({})).toEqual({ Frequency: 'Daily', Limit: 1, Strict: false });
  });

  it.each([
    { Frequency: 'One_Hour', Limit: '2', Strict: 'true', Prefix: 'team' },
    { Frequency: 'One_Hour', Limit: 2, Strict: true, Prefix: 'team' },
  ])('reads %j', (given) => {
    expect(read(given)).toEqual({ Frequency: 'One_Hour', Limit: 2, Strict: true, Prefix: 'team' });
  });

  it.each([
    ['Frequency', 'daily', 'one of One_Hour, Six_Hours, Daily'],
    ['Limit', 3, '1 or 2'],
    ['Strict', 'yes', 'true or false'],
    ['Prefix', 'Team', 'lowercase letters'],
    ['Prefix', 1, 'lowercase letters'],
  ])('refuses %s %j: must be %s', (name, value, expected) => {
    expect(() => read({ [name]: value })).toThrow(
      `${name} must be ${expected}, got ${JSON.stringify(value)}`,
    );
  });

  it('refuses an unknown name', () => {
    expect(() => read({ limit: 1 })).toThrow(
      'unknown parameter "limit", expected Frequency, Limit, Strict, Prefix',
    );
  });
});
