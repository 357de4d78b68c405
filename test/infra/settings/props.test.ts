import { App, Fn, Token } from 'aws-cdk-lib';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { completeSettings, type SettingProps } from '../../../infra/settings/props.ts';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import type { Settings } from '../../../infra/settings/settings.ts';
import { SingleAccessKeyStack, type SingleAccessKeyStackProps } from '../../../infra/stack.ts';

describe('the properties of constructs', () => {
  it('are the settings, all optional', () => {
    expectTypeOf<keyof SettingProps>().toEqualTypeOf<keyof Settings>();
    expectTypeOf<Settings>().toExtend<SettingProps>();
    expectTypeOf<object>().toExtend<SettingProps>();
  });
});

describe('completeSettings', () => {
  it('adds the default of every setting that is absent or undefined', () => {
    expect(completeSettings({})).toEqual(readSettings({}));
    expect(completeSettings({ maxActiveAccessKeys: undefined })).toEqual(readSettings({}));
    expect(completeSettings({ triggers: 'schedule' })).toMatchObject({ triggers: 'schedule' });
  });

  it('leaves out other properties', () => {
    const props = { description: 'ours', keyEvents: false };
    expect(completeSettings(props)).toEqual(readSettings({ keyEvents: false }));
  });

  it('takes CDK tokens as they are', () => {
    const tokens = {
      alarmTopicArn: Token.asString({ Ref: 'Topic' }),
      minimumIdleDays: Token.asNumber({ Ref: 'Days' }),
      approvers: Fn.split(',', Token.asString({ Ref: 'Approvers' })),
    };
    expect(completeSettings(tokens)).toEqual({ ...readSettings({}), ...tokens });
  });

  it('refuses values that are not allowed', () => {
    expect(() => completeSettings({ maxActiveAccessKeys: 11, alarmTopicArn: 'alarms' })).toThrow(
      'maxActiveAccessKeys must be a whole number of keys from 1 to 10, got 11; alarmTopicArn must be the ARN of a standard SNS topic, got "alarms"',
    );
  });
});

describe('SingleAccessKeyStack', () => {
  const create = (props?: SingleAccessKeyStackProps) => () =>
    new SingleAccessKeyStack(
      new App({ context: { 'aws:cdk:bundling-stacks': [] } }),
      'Keys',
      props,
    );

  it('takes settings as properties', () => {
    expect(
      create({ maximumExecutionFrequency: 'Six_Hours', env: { region: 'us-east-1' } }),
    ).not.toThrow();
  });

  it('does not compile with a property that is no setting', () => {
    // @ts-expect-error: the property is misspelt
    create({ maximumExecutionFrequencies: 'Six_Hours' });
    // @ts-expect-error: the property has an old name
    create({ frequency: 'Six_Hours' });
    // @ts-expect-error: the value is not allowed
    create({ maximumExecutionFrequency: 'Daily' });
  });

  it('refuses values that are not allowed, and contradictions', () => {
    expect(create({ maxInactiveDays: 91 })).toThrow('maxInactiveDays must be a whole number');
    expect(create({ approvers: ['alice'], automaticDeletion: true })).toThrow(
      'automaticDeletion must be false with approvers',
    );
    expect(create({ configRuleName: 'iam-user-inactive-access-key' })).toThrow(
      'inactiveConfigRuleName must differ from configRuleName',
    );
  });
});
