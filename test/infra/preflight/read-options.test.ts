import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../infra/preflight/options.ts';

describe('readOptions', () => {
  it('wants everything unless told', () => {
    expect(readOptions([])).toMatchObject({ keyEvents: true, triggers: 'hybrid' });
  });

  it('takes every setting that cdk deploy takes, and what belongs to CDK', () => {
    const texts = [
      'keyEvents=false',
      'triggers=schedule',
      'maximumExecutionFrequency=One_Hour',
      'maxActiveAccessKeys=2',
      'alarmTopicArn=arn:aws:sns:us-east-1:123456789012:alarms',
      '@aws-cdk/core:checkSecretUsage=true',
    ];

    expect(readOptions(texts)).toMatchObject({ keyEvents: false, triggers: 'schedule' });
  });

  it.each([
    ['keyEvents=no', 'keyEvents must be true or false, got "no"'],
    ['triggers=', 'triggers must be hybrid or schedule, got ""'],
    ['triggers=hybrid=1', 'triggers must be hybrid or schedule, got "hybrid=1"'],
    ['keyevents=false', 'unknown setting "keyevents"'],
    ['frequency=One_Hour', 'frequency is now called maximumExecutionFrequency'],
    ['maxActiveAccessKeys=11', 'maxActiveAccessKeys must be a whole number of keys from 1 to 10'],
  ])('refuses %s: %s', (text, words) => {
    expect(() => readOptions([text])).toThrow(words);
  });
});
