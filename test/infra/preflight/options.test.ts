import { describe, expect, it } from 'vitest';
import { InvalidOptionError, splitOptions } from '../../../infra/preflight/options.ts';
import { readOptions } from '../../../infra/preflight/read-options.ts';

describe('splitOptions', () => {
  it('takes texts as cdk deploy does: to the first =, and the last of a name', () => {
    expect(splitOptions([])).toEqual({});
    expect(splitOptions(['a=1', 'b=', 'c=d=e', 'a=2'])).toEqual({ a: '2', b: '', c: 'd=e' });
  });

  it.each(['keyEvents', '', '=false'])('refuses %j', (text) => {
    expect(() => splitOptions(['keyEvents=true', text])).toThrow(InvalidOptionError);
    expect(() => splitOptions([text])).toThrow(
      `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(text)}`,
    );
  });
});

describe('readOptions', () => {
  it('wants everything unless told', () => {
    expect(readOptions([])).toMatchObject({ keyEvents: true, triggers: 'hybrid' });
  });

  it('takes every setting that cdk deploy takes, and what belongs to CDK', () => {
    const texts = [
      'keyEvents=false',
      'triggers=schedule',
      'frequency=One_Hour',
      'maxActiveAccessKeys=2',
      'alarmTopicArn=arn:aws:sns:us-east-1:123456789012:alarms',
      '@aws-cdk/core:checkSecretUsage=true',
    ];

    expect(readOptions(texts)).toMatchObject({ keyEvents: false, triggers: 'schedule' });
  });

  it.each([
    ['keyEvents=no', 'keyEvents must be true or false, got "no"'],
    ['triggers=', 'triggers must be one of hybrid, schedule, got ""'],
    ['triggers=hybrid=1', 'triggers must be one of hybrid, schedule, got "hybrid=1"'],
    ['keyevents=false', 'unknown setting "keyevents"'],
    ['maxActiveAccessKeys=11', 'maxActiveAccessKeys must be a whole number of keys from 1 to 10'],
  ])('refuses %s: %s', (text, words) => {
    expect(() => readOptions([text])).toThrow(words);
  });
});
