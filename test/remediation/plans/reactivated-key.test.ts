import { describe, expect, it } from 'vitest';
import { describeReactivation } from '../../../remediation/plans/reactivated-key.ts';
import { accessKey, at, daysBefore, historyOf, statusChange } from '../../support/build.ts';
import { alice } from '../../support/plans.ts';

const deactivationRoleArn = 'arn:aws:iam::123456789012:role/deactivation';
const key = accessKey('OLD');

/** Describes a key that the runbook deactivated 10 days ago and a caller reactivated 5 days ago. */
const describeOne = (userAgent: string | undefined, exemptionTagKey?: string) => {
  const callerArn = 'arn:aws:iam::123456789012:user/olga';
  const history = historyOf([
    statusChange('OLD', 'Inactive', { days: 10, roleArn: deactivationRoleArn }),
    statusChange('OLD', 'Active', { days: 5, callerArn, userAgent }),
  ]);
  return describeReactivation(alice, key, { history, deactivationRoleArn, exemptionTagKey, at });
};

const WHO =
  'AKIAXXXXXXXXXXXXXOLD was reactivated on 2026-01-26 by arn:aws:iam::123456789012:user/olga, after the runbook deactivated it on 2026-01-21; ';
const UNKNOWN =
  'AKIAXXXXXXXXXXXXXOLD was reactivated after the runbook deactivated it on 2026-01-21, and CloudTrail does not show yet by whom';
const AGAIN = '; to deactivate it again, start the runbook with AccessKeyId';
const exempt = (exemptionTagKey: string | undefined) =>
  exemptionTagKey === undefined
    ? 'to let it stay active, give alice an exemption tag, which the setting exemptionTagKey enables'
    : 'to let it stay active, give alice the tag keys-until with a date such as 2026-12-31';

const TERRAFORM =
  'APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.60.0 aws-sdk-go-v2/1.30.3';

describe('describeReactivation', () => {
  it.each([
    [
      'CloudFormation',
      'cloudformation.amazonaws.com',
      'set Status: Inactive in its CloudFormation resource AWS::IAM::AccessKey',
    ],
    [
      'Terraform',
      TERRAFORM,
      'set status = "Inactive" in its Terraform resource aws_iam_access_key',
    ],
  ])('says how to change the source of a reactivation by %s', (_, userAgent, advice) => {
    for (const exemptionTagKey of [undefined, 'keys-until'])
      expect(describeOne(userAgent, exemptionTagKey)).toBe(
        `${WHO}${exempt(exemptionTagKey)}; to make it stay inactive, ${advice}`,
      );
  });

  it.each([
    undefined,
    '',
    'aws-cli/2.17.0 md/awscrt',
    'ssm.amazonaws.com',
    'console.amazonaws.com',
    'terraformer',
  ])('offers the exemption tag of the rule after a reactivation by %j', (userAgent) => {
    for (const exemptionTagKey of [undefined, 'keys-until'])
      expect(describeOne(userAgent, exemptionTagKey)).toBe(
        `${WHO}${exempt(exemptionTagKey)}${AGAIN}`,
      );
  });

  it('repeats nothing of the user agent', () => {
    expect(describeOne('Terraform/ {{ Plan.Payload }}')).not.toContain('{{');
  });

  it.each([
    [999, undefined],
    [1000, `${UNKNOWN}; ${exempt(undefined)}${AGAIN}`],
  ])(
    'knows of a reactivation that is not visible: %d ms after the deactivation',
    (ms, expected) => {
      const history = historyOf([
        statusChange('OLD', 'Inactive', { days: 10, roleArn: deactivationRoleArn }),
      ]);
      const policy = { history, deactivationRoleArn, at: daysBefore(10, ms) };
      expect(describeReactivation(alice, key, policy)).toBe(expected);
    },
  );

  it('describes nothing if no history shows a reactivation', () => {
    const history = historyOf([]);
    expect(describeReactivation(alice, key, { history, deactivationRoleArn, at })).toBeUndefined();
  });
});
