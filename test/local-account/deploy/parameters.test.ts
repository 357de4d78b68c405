import { describe, expect, it } from 'vitest';
import { readParameters } from './parameters.ts';
import { parseTemplate } from './template.ts';

const template = parseTemplate({
  Resources: {},
  Parameters: {
    Name: { Type: 'String', Default: 'a', AllowedPattern: '^[a-z]{1,3}$' },
    Topic: {
      Type: 'String',
      Default: '',
      AllowedPattern: '^(arn:.+)?$',
      ConstraintDescription: 'must be an ARN',
    },
    Days: { Type: 'Number', Default: 7, AllowedValues: [7, 30] },
    Ratio: { Type: 'Number', Default: 0.5 },
    Needed: { Type: 'String' },
    Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' },
  },
});
const read = (given: Record<string, string>) => readParameters(template, given);
const Needed = 'x';

describe('the parameters of a template', () => {
  it('are what is given, else their defaults; one of Systems Manager has no value here', () => {
    expect(read({ Needed, Name: 'abc', Days: '30' })).toEqual({
      ...{ Needed, Name: 'abc', Days: '30', Topic: '', Ratio: '0.5' },
    });
  });

  it.each([
    [{}, 'Parameters: [Needed] must have values'],
    [{ Needed, Nmae: 'a' }, 'Parameters: [Nmae] do not exist in the template'],
    [{ Needed, Name: 'abcd' }, 'Parameter Name must match ^[a-z]{1,3}$, got "abcd"'],
    [{ Needed, Name: '' }, 'Parameter Name must match'],
    [{ Needed, Name: 'abc\n' }, 'Parameter Name must match'],
    [{ Needed, Topic: 'topic' }, 'Parameter Topic must be an ARN, got "topic"'],
    [{ Needed, Days: '8' }, 'Parameter Days must be one of 7, 30, got "8"'],
    [{ Needed, Days: '7.0' }, 'Parameter Days must be one of'],
    [{ Needed, Ratio: 'half' }, 'Parameter Ratio must be a number, got "half"'],
  ])('%j is refused: %s', (given, message) => {
    expect(() => read(given)).toThrow(message);
  });
});
