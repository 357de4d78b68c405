import { describe, expect, it } from 'vitest';
import { describeReactivation } from '../../../remediation/plans/reactivated-key.ts';
import type { StatusChange } from '../../../rule/keys/key-history.ts';
import { accessKey, at, daysBefore, historyOf, statusChange } from '../../support/build.ts';
import { alice } from '../../support/plans.ts';

const deactivationRoleArn = 'arn:aws:iam::123456789012:role/deactivation';
const key = accessKey('OLD');
const OLGA = 'arn:aws:iam::123456789012:user/olga';

/** Describes a key that the runbook deactivated 10 days ago and a caller reactivated 5 days ago. */
const describeOne = (userAgent: string | undefined, exemptionTagKey?: string) => {
  const callerArn = OLGA;
  const history = historyOf([
    statusChange('OLD', 'Inactive', { days: 10, roleArn: deactivationRoleArn }),
    statusChange('OLD', 'Active', { days: 5, callerArn, userAgent }),
  ]);
  return describeReactivation(alice, key, { history, deactivationRoleArn, exemptionTagKey, at });
};

const WHO =
  'AKIAXXXXXXXXXXXXXOLD was reactivated on 2026-01-26 by arn:aws:iam::123456789012:user/olga, after the runbook deactivated it on 2026-01-21; ';
const AGAIN = '; to deactivate it again, start the runbook with its id as AccessKeyId';
const exempt = (exemptionTagKey: string | undefined) =>
  exemptionTagKey === undefined
    ? 'to keep it active, give alice an exemption tag, which the setting exemptionTagKey enables'
    : 'to keep it active, give alice the tag keys-until with a date such as 2026-12-31';

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
        `${WHO}${exempt(exemptionTagKey)}; to keep it inactive, ${advice}`,
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

  const from = daysBefore(90);
  it.each([
    ['a key that is older than the history', new Date(from.getTime() - 1), true, true],
    ['a key that was created in the history', from, true, false],
    ['a key that was created in an incomplete history', from, false, true],
  ])('assumes that the runbook deactivated %s, if the deactivation is not visible', (...given) => {
    const [, CreateDate, isComplete, isRefused] = given;
    const reactivated = statusChange('OLD', 'Active', { days: 5, callerArn: OLGA });
    const later = statusChange('OLD', 'Inactive', { days: 4, callerArn: OLGA });
    const describeWith = (changes: StatusChange[]) =>
      describeReactivation(
        alice,
        { ...key, CreateDate },
        { history: historyOf(changes, { isComplete }), deactivationRoleArn, at },
      );
    const by = `AKIAXXXXXXXXXXXXXOLD was reactivated on 2026-01-26 by ${OLGA}, and the event history no longer shows its deactivation; to keep it active, give alice`;
    for (const changes of [
      [reactivated],
      [reactivated, later, { ...reactivated, eventTime: daysBefore(3) }],
    ])
      expect(describeWith(changes)?.startsWith(by) ?? false).toBe(isRefused);
    expect(describeWith([later, { ...reactivated, eventTime: daysBefore(3) }])).toBeUndefined();
  });

  it.each([
    ['is the deactivation by the runbook', ['Inactive'], true],
    ['is a later deactivation', ['Inactive', 'Inactive by olga'], true],
    [
      'is a deactivation after the runbook restored it',
      ['Inactive', 'Active', 'Inactive by olga'],
      true,
    ],
    ['is a restore by the runbook', ['Inactive', 'Active'], false],
    ['is a deactivation by somebody else', ['Inactive by olga'], false],
  ] as const)(
    'finds a reactivation that is not visible yet, if the last visible change of the active key %s: %j',
    (...given) => {
      const [, changes, isRefused] = given;
      const history = historyOf(
        changes.map((change, index) =>
          statusChange('OLD', change === 'Active' ? 'Active' : 'Inactive', {
            days: 10 - index,
            ...(change.endsWith('olga') ? { callerArn: OLGA } : { roleArn: deactivationRoleArn }),
          }),
        ),
      );
      expect(describeReactivation(alice, key, { history, deactivationRoleArn, at })).toBe(
        isRefused
          ? `AKIAXXXXXXXXXXXXXOLD was reactivated after the runbook deactivated it on 2026-01-21, and CloudTrail does not yet show by whom; to keep it active, give alice an exemption tag, which the setting exemptionTagKey enables${AGAIN}`
          : undefined,
      );
    },
  );

  it.each([
    [999, undefined],
    [1000, 'AKIAXXXXXXXXXXXXXOLD was reactivated after the runbook deactivated it'],
  ])(
    'finds none if another execution may have deactivated the key after the read: %d ms',
    (ms, expected) => {
      const history = historyOf([
        statusChange('OLD', 'Inactive', { days: 10, roleArn: deactivationRoleArn }),
      ]);
      const policy = { history, deactivationRoleArn, at: new Date(daysBefore(10).getTime() + ms) };
      expect(describeReactivation(alice, key, policy)?.slice(0, expected?.length)).toBe(expected);
    },
  );

  it('describes nothing if no history shows a reactivation', () => {
    const history = historyOf([]);
    expect(describeReactivation(alice, key, { history, deactivationRoleArn, at })).toBeUndefined();
  });
});
