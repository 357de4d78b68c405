import { describe, expect, it } from 'vitest';
import {
  INACTIVE_RULE_PARAMETERS,
  parseInactiveRuleParameters,
  parseRuleParameters,
  RULE_PARAMETERS,
} from '../../../rule/evaluation/parameters.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';

const defaults = {
  maxActiveAccessKeys: 1,
  countInactiveAccessKeys: false,
  rotationGraceDays: 0,
  minimumIdleDays: 7,
  maxAccessKeyAge: 90,
  refreshDays: 7,
};

type Bounds = { readonly minimum: number; readonly maximum: number; readonly unit: string };
const wholeNumbers = (parameters: object): [string, Bounds][] =>
  Object.entries(parameters).filter(([, parameter]) => 'minimum' in parameter);

describe('parseRuleParameters', () => {
  it.each([undefined, '', '{}'])('returns the defaults for %j', (inputParameters) => {
    expect(parseRuleParameters(inputParameters)).toEqual(defaults);
  });

  it('reads the texts that AWS Config stores, and numbers', () => {
    expect(parseRuleParameters('{"maxActiveAccessKeys":"2"}')).toEqual({
      ...defaults,
      maxActiveAccessKeys: 2,
    });
    expect(parseRuleParameters('{"minimumIdleDays":30}')).toEqual({
      ...defaults,
      minimumIdleDays: 30,
    });
  });

  describe.each(wholeNumbers(RULE_PARAMETERS))('%s', (name, { minimum, maximum, unit }) => {
    const read = (value: unknown) => parseRuleParameters(JSON.stringify({ [name]: value }));

    it.each([minimum, maximum])('accepts the bound %d', (value) => {
      expect(read(String(value))).toEqual({ ...defaults, [name]: value });
    });

    it('refuses a list, even of one number within the bounds', () => {
      expect(() => read([String(minimum)])).toThrow(`from ${minimum} to ${maximum}, got an array`);
    });

    it('shows only the start of a long value', () => {
      expect(() => read('x'.repeat(5_000))).toThrow(/got "x{79}$/);
    });

    it.each([
      String(minimum - 1),
      String(maximum + 1),
      '',
      ' ',
      '1.5',
      '1e1',
      'abc',
      '+1',
      '１',
      true,
      null,
      99999999999,
    ])('refuses %j, and says what it expects', (value) => {
      expect(() => read(value)).toThrow(InvalidParameterError);
      expect(() => read(value)).toThrow(expect.objectContaining({ name: 'InvalidParameterError' }));
      expect(() => read(value)).toThrow(
        `${name} must be a whole number of ${unit} from ${minimum} to ${maximum}, got ${JSON.stringify(value)}`,
      );
    });
  });

  it.each([
    ['maxActiveAccessKeys', 'a whole number of keys from 1 to 10'],
    ['rotationGraceDays', 'a whole number of days from 0 to 90'],
    ['minimumIdleDays', 'a whole number of days from 0 to 365'],
    ['maxAccessKeyAge', 'a whole number of days from 0 to 365'],
    ['refreshDays', 'a whole number of days from 0 to 365'],
  ])('%s must be %s', (name, expected) => {
    expect(() => parseRuleParameters(JSON.stringify({ [name]: 'many' }))).toThrow(
      `${name} must be ${expected}, got "many"`,
    );
  });

  it.each(['{"maxActiveKeys":"1"}', '{"__proto__":"1"}', '{"constructor":"1"}', '{"":"1"}'])(
    'refuses the unknown name in %s, and names the known ones',
    (inputParameters) => {
      const [name = ''] = Object.keys(JSON.parse(inputParameters));
      expect(() => parseRuleParameters(inputParameters)).toThrow(
        `unknown rule parameter "${name}", expected ${Object.keys(RULE_PARAMETERS).join(', ')}`,
      );
    },
  );

  it.each(['k', 'keys until', 'Ausnahme-bis_zum.Tag:/=+@', 'k'.repeat(128), '期限'])(
    'accepts %s as exemptionTagKey',
    (exemptionTagKey) => {
      expect(parseRuleParameters(JSON.stringify({ exemptionTagKey }))).toMatchObject({
        exemptionTagKey,
      });
    },
  );

  it.each(['', 'k'.repeat(129), 'a*b', '{{ a }}', 7, null, ['k']])(
    'refuses %j as exemptionTagKey',
    (exemptionTagKey) => {
      const inputParameters = JSON.stringify({ exemptionTagKey });
      expect(() => parseRuleParameters(inputParameters)).toThrow(InvalidParameterError);
      expect(() => parseRuleParameters(inputParameters)).toThrow(
        /^exemptionTagKey must be a tag key of 1 to 128 characters, got /,
      );
    },
  );

  it.each([
    ['true', true],
    [true, true],
    ['false', false],
    [false, false],
  ])('accepts %j as countInactiveAccessKeys', (value, expected) => {
    const read = parseRuleParameters(JSON.stringify({ countInactiveAccessKeys: value }));
    expect(read.countInactiveAccessKeys).toBe(expected);
  });

  it.each(['', 'yes', 'True', 1, null, ['true']])(
    'refuses %j as countInactiveAccessKeys',
    (value) => {
      const inputParameters = JSON.stringify({ countInactiveAccessKeys: value });
      expect(() => parseRuleParameters(inputParameters)).toThrow(
        /^countInactiveAccessKeys must be true or false, got /,
      );
    },
  );

  it('names every value that is not allowed', () => {
    expect(() => parseRuleParameters('{"refreshDays":"-1","maxActiveAccessKeys":"0"}')).toThrow(
      /^maxActiveAccessKeys must be .*, got "0"; refreshDays must be .*, got "-1"$/,
    );
  });

  it('keeps the cause of text that is not JSON', () => {
    expect(() => parseRuleParameters('{')).toThrow(
      expect.objectContaining({ cause: expect.any(SyntaxError) }),
    );
  });

  it.each([
    ['{', /must be a JSON object, got invalid JSON/],
    ['[]', /must be a JSON object, got an array/],
    ['null', /must be a JSON object, got null/],
    ['"1"', /must be a JSON object, got "1"/],
  ])('refuses %s, which is not a JSON object', (inputParameters, message) => {
    expect(() => parseRuleParameters(inputParameters)).toThrow(message);
  });
});

describe('parseInactiveRuleParameters', () => {
  it('returns the defaults', () => {
    expect(parseInactiveRuleParameters()).toEqual({ maxInactiveDays: 30, refreshDays: 7 });
  });

  it.each([
    ['-1', false],
    ['0', true],
    ['90', true],
    ['91', false],
    ['', false],
  ])('accepts maxInactiveDays %j: %j', (maxInactiveDays, isAccepted) => {
    const read = () => parseInactiveRuleParameters(JSON.stringify({ maxInactiveDays }));
    if (isAccepted) expect(read().maxInactiveDays).toBe(Number(maxInactiveDays));
    else expect(read).toThrow('maxInactiveDays must be a whole number of days from 0 to 90, got');
  });

  it('refuses the parameters of the other rule, and names its own', () => {
    expect(Object.keys(INACTIVE_RULE_PARAMETERS)).not.toContain('minimumIdleDays');
    expect(() => parseInactiveRuleParameters('{"minimumIdleDays":"7"}')).toThrow(
      'unknown rule parameter "minimumIdleDays", expected maxInactiveDays, exemptionTagKey, refreshDays',
    );
  });
});
