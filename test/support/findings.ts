import type { RecordedResult } from '../../rule/aws/config.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import type { UserWithKeys, Violation } from '../../rule/security-hub/asff.ts';
import type { StoredFinding } from '../../rule/security-hub/security-hub.ts';
import { type FindingRule, parseFindingSettings } from '../../rule/security-hub/settings.ts';
import { daysBefore } from './build.ts';

const ARN = 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-';

/** The environment of the deployed function. */
export const findingEnvironment = {
  CONFIG_RULE_NAME: 'iam-user-single-access-key',
  CONFIG_RULE_ARN: `${ARN}000001`,
  INACTIVE_CONFIG_RULE_NAME: 'iam-user-inactive-access-key',
  INACTIVE_CONFIG_RULE_ARN: `${ARN}000002`,
  FINDING_SEVERITY: 'HIGH',
};

export const findingSettings = parseFindingSettings(findingEnvironment);

/** The rule on the number of active keys, and the rule on inactive keys. */
export const [singleRule, inactiveRule] = findingSettings.rules as readonly [
  FindingRule,
  FindingRule,
];

export const key = (AccessKeyId: string, given: Partial<AccessKey> = {}): AccessKey => ({
  AccessKeyId,
  Status: 'Active',
  CreateDate: daysBefore(100),
  ...given,
});

export const user = (given: Partial<UserWithKeys> = {}): UserWithKeys => ({
  UserId: 'AIDACKCEVSQ6C2EXAMPLE',
  UserName: 'alice',
  Arn: 'arn:aws:iam::123456789012:user/team/alice',
  Path: '/team/',
  CreateDate: daysBefore(500),
  keys: [key('AKIAIOSFODNN7EXAMPLE', { CreateDate: daysBefore(400) }), key('AKIAI44QH8DHBEXAMPLE')],
  ...given,
});

export const recorded = (given: Partial<RecordedResult> = {}): RecordedResult => ({
  ComplianceType: 'NON_COMPLIANT',
  Annotation:
    'alice: 2 active access keys, 1 allowed. Deactivate AKIAIOSFODNN7EXAMPLE (last used 2025-07-15). Keep AKIAI44QH8DHBEXAMPLE (last used 2026-01-30). As of 2026-01-30 UTC.',
  OrderingTimestamp: daysBefore(1),
  ...given,
});

export const violation = (given: Partial<Violation> = {}): Violation => ({
  rule: singleRule,
  user: user(),
  recorded: recorded(),
  ...given,
});

/** Returns a finding as Security Hub stores it. */
export const stored = (given: Partial<StoredFinding> = {}): StoredFinding => ({
  Id: `${singleRule.arn}/user/AIDACKCEVSQ6C2EXAMPLE`,
  GeneratorId: singleRule.arn,
  CreatedAt: '2026-01-02T00:00:00.000Z',
  FirstObservedAt: '2026-01-02T00:00:00.000Z',
  LastObservedAt: '2026-01-30T00:00:00.000Z',
  Title: 'IAM user alice has more access keys than allowed',
  Description: '2 active access keys, 1 allowed.',
  RecordState: 'ACTIVE',
  Types: [singleRule.text.type],
  Compliance: { RelatedRequirements: [...singleRule.text.requirements] },
  ProductFields: { ConfigRuleName: singleRule.name, UserId: 'AIDACKCEVSQ6C2EXAMPLE' },
  Resources: [{ Type: 'AwsIamUser', Id: 'arn:aws:iam::123456789012:user/team/alice' }],
  ...given,
});
