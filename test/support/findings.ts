import type { HeldResult } from '../../rule/evaluation/recorded-result.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import type { UserWithKeys, Violation } from '../../rule/security-hub/asff.ts';
import type { StoredFinding } from '../../rule/security-hub/security-hub.ts';
import { type FindingRule, parseFindingSettings } from '../../rule/security-hub/settings.ts';
import { at } from './build.ts';
import { findingEnvironment } from './finding-environment.ts';

export const findingSettings = parseFindingSettings(findingEnvironment);

/** The names of the two rules. */
export const [singleRule, inactiveRule] = findingSettings.rules as readonly [
  FindingRule,
  FindingRule,
];

const daysAgo = (days: number) => new Date(at.getTime() - days * 86_400_000);

export const key = (AccessKeyId: string, given: Partial<AccessKey> = {}): AccessKey => ({
  AccessKeyId,
  Status: 'Active',
  CreateDate: daysAgo(100),
  ...given,
});

export const user = (given: Partial<UserWithKeys> = {}): UserWithKeys => ({
  UserId: 'AIDACKCEVSQ6C2EXAMPLE',
  UserName: 'alice',
  Arn: 'arn:aws:iam::123456789012:user/team/alice',
  Path: '/team/',
  CreateDate: daysAgo(500),
  keys: [key('AKIAIOSFODNN7EXAMPLE', { CreateDate: daysAgo(400) }), key('AKIAI44QH8DHBEXAMPLE')],
  ...given,
});

export const held = (given: Partial<HeldResult> = {}): HeldResult => ({
  ComplianceType: 'NON_COMPLIANT',
  Annotation:
    '2 active access keys, 1 allowed. Deactivate AKIAIOSFODNN7EXAMPLE: idle since 2025-07-15 (last used). Keep AKIAI44QH8DHBEXAMPLE: last used 2026-01-30. minimumIdleDays 7, UTC dates.',
  OrderingTimestamp: daysAgo(1),
  ...given,
});

export const violation = (given: Partial<Violation> = {}): Violation => ({
  rule: singleRule,
  user: user(),
  held: held(),
  ...given,
});

/** A finding as Security Hub returns it. */
export const stored = (given: Partial<StoredFinding> = {}): StoredFinding => ({
  Id: `${singleRule.arn}/user/AIDACKCEVSQ6C2EXAMPLE`,
  GeneratorId: singleRule.arn,
  CreatedAt: '2026-01-02T00:00:00.000Z',
  FirstObservedAt: '2026-01-02T00:00:00.000Z',
  LastObservedAt: '2026-01-30T00:00:00.000Z',
  Title: 'IAM user alice has more access keys than allowed',
  Description: '2 active access keys, 1 allowed.',
  RecordState: 'ACTIVE',
  Types: [singleRule.subject.type],
  Compliance: { RelatedRequirements: [...singleRule.subject.requirements] },
  ProductFields: { ConfigRuleName: singleRule.name, UserId: 'AIDACKCEVSQ6C2EXAMPLE' },
  Resources: [{ Type: 'AwsIamUser', Id: 'arn:aws:iam::123456789012:user/team/alice' }],
  ...given,
});
