import { Token } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { topicsOf } from '../../../infra/settings/topics.ts';
import { holdAssertions, parseTemplate } from '../../local-account/deploy/template.ts';
import { synthesize } from '../synthesize.ts';

const TOPICS = {
  alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
  approvalTopicArn: 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals',
  notificationTopicArn: 'arn:aws:sns:us-east-1:210987654321:keys',
};

/** Returns why CloudFormation refuses a stack with these settings in a Region. */
const refusal = (settings: object, region: string, partition = 'aws') => {
  const template = synthesize({ approvers: 'alice', keyEvents: false, ...settings }).template;
  const { CheckBootstrapVersion: _, ...Rules } = template.toJSON()['Rules'];
  const pseudoParameters = { 'AWS::Region': region, 'AWS::Partition': partition };
  try {
    const parsed = parseTemplate({ Resources: {}, Rules });
    holdAssertions(parsed, { parameters: {}, pseudoParameters });
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('the topics of a stack', () => {
  it.each(Object.entries(TOPICS))('must be in its Region: %s', (setting, arn) => {
    const settings = { [setting]: arn };
    expect(refusal(settings, 'us-east-1')).toBe('accepted');
    const expected = `${setting} must be in the Region of the stack, got a topic in us-east-1 (aws)`;
    expect(refusal(settings, 'eu-west-1')).toBe(expected);
    expect(refusal(settings, 'us-east-1', 'aws-cn')).toBe(expected);
  });

  it('are checked one by one', () => {
    expect(refusal(TOPICS, 'us-east-1')).toBe('accepted');
    const notificationTopicArn = TOPICS.notificationTopicArn.replace('us-east-1', 'eu-west-1');
    expect(refusal({ ...TOPICS, notificationTopicArn }, 'us-east-1')).toBe(
      'notificationTopicArn must be in the Region of the stack, got a topic in eu-west-1 (aws)',
    );
  });

  it('are not checked if they are parameters, or absent', () => {
    expect(topicsOf({ alarmTopicArn: Token.asString({ Ref: 'AlarmTopicArn' }) })).toEqual([]);
    const region = Token.asString({ Ref: 'AWS::Region' });
    expect(topicsOf({ alarmTopicArn: `arn:aws:sns:${region}:123456789012:alarms` })).toEqual([]);
    expect(topicsOf({ alarmTopicArn: undefined })).toEqual([]);
    expect(refusal({}, 'eu-west-1')).toBe('accepted');
  });
});
