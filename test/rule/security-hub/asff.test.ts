import { describe, expect, it } from 'vitest';
import {
  findingId,
  productArn,
  ruleArnPrefix,
  toResources,
  userIdOf,
} from '../../../rule/security-hub/asff.ts';
import { daysBefore } from '../../support/build.ts';
import { findingSettings, key, singleRule, user } from '../../support/findings.ts';

const { place } = findingSettings;

describe('findingId', () => {
  it('has the rule and the user', () => {
    const id = findingId(singleRule, 'AIDACKCEVSQ6C2EXAMPLE');
    expect(id).toBe(`${singleRule.arn}/user/AIDACKCEVSQ6C2EXAMPLE`);
    expect(userIdOf(id)).toBe('AIDACKCEVSQ6C2EXAMPLE');
  });
});

describe('productArn and ruleArnPrefix', () => {
  it('have the account, the Region and the partition', () => {
    expect(productArn({ ...place, partition: 'aws-cn' })).toBe(
      'arn:aws-cn:securityhub:us-east-1:123456789012:product/123456789012/default',
    );
    expect(ruleArnPrefix(place)).toBe('arn:aws:config:us-east-1:123456789012:config-rule/');
    expect(singleRule.arn.startsWith(ruleArnPrefix(place))).toBe(true);
  });
});

describe('toResources', () => {
  const arnOf = (length: number) => 'arn:aws:iam::123456789012:user/'.padEnd(length, 'p');
  it.each([
    [512, arnOf(512)],
    [513, user().UserId],
  ])('identifies a user whose ARN has %d characters by %s', (length, expected) => {
    expect(toResources(user({ Arn: arnOf(length) }), place)[0]?.Id).toBe(expected);
  });

  it('lists active keys first, then older ones', () => {
    const keys = [
      key('INACTIVE', { Status: 'Inactive', CreateDate: daysBefore(900) }),
      key('NEW', { CreateDate: daysBefore(1) }),
      key('OLD', { CreateDate: daysBefore(800) }),
    ];
    const [, ...resources] = toResources(user({ keys }), place);
    expect(resources.map(({ Id }) => Id)).toEqual(
      ['OLD', 'NEW', 'INACTIVE'].map((id) => `AWS::IAM::AccessKey:${id}`),
    );
  });

  it('puts a status that ASFF does not know into Other', () => {
    const expired = user({ keys: [key('AKIAEXPIRED', { Status: 'Expired' })] });
    expect(toResources(expired, place)[1]?.Details).toMatchObject({
      AwsIamAccessKey: { AccessKeyId: 'AKIAEXPIRED', Status: undefined },
      Other: { Status: 'Expired' },
    });
  });

  it.each([
    [31, 32],
    [32, 32],
  ])('returns for a user with %d keys %d resources', (count, expected) => {
    const keys = Array.from({ length: count }, (_, index) => key(`AKIA${index}`));
    expect(toResources(user({ keys }), place)).toHaveLength(expected);
  });
});
