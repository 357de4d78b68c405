import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { HeldResult } from '../held-result.ts';
import { cut, LIMITS } from './limits.ts';
import { consolePage, remediationCommand, toRemediation } from './recommendation.ts';
import { toResources } from './resources.ts';
import type { FindingRule, FindingSettings, Place } from './settings.ts';
import type { StoredFinding } from './stored-finding.ts';
import type { UserWithKeys } from './user-answers.ts';

/** By what the findings are filtered in Security Hub. */
const PRODUCT_NAME = 'iam-user-single-access-key';

/** A user that violates a rule: what Config holds, and what IAM knows of it now. */
export type Violation = {
  readonly rule: FindingRule;
  readonly user: UserWithKeys;
  readonly held: HeldResult;
};

/** The one finding on a user and a rule, whatever the user is called and however often it violates the rule. */
export const findingId = ({ arn }: FindingRule, UserId: string): string => `${arn}/user/${UserId}`;

/** The product under which an account's own findings are imported. */
export const productArn = ({ partition, region, accountId }: Place): string =>
  `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`;

/** What every finding has, a violation or not any more; `at` is the instant before its facts were read. */
export const baseOf = (rule: FindingRule, { place, severity }: FindingSettings, at: Date) => ({
  SchemaVersion: '2018-10-08',
  ProductArn: productArn(place),
  ProductName: PRODUCT_NAME,
  GeneratorId: rule.arn,
  AwsAccountId: place.accountId,
  UpdatedAt: at.toISOString(),
  Types: [rule.subject.type],
  Severity: { Label: severity },
  FindingProviderFields: { Severity: { Label: severity }, Types: [rule.subject.type] },
});

const evidenceOf = ({ held }: Violation): string =>
  held.Annotation?.trim() || 'AWS Config holds NON_COMPLIANT without an annotation.';

const describe = (violation: Violation): string => {
  const { rule, user, held } = violation;
  const said = `AWS Config rule ${rule.name} on user ${user.UserName} (${user.UserId}), ${held.OrderingTimestamp.toISOString()}.`;
  return `${evidenceOf(violation)} ${said}`;
};

/** The facts once more, one by one, for whoever filters or automates. */
const productFields = (violation: Violation, { place }: FindingSettings) => {
  const { rule, user, held } = violation;
  const fields = {
    ConfigRuleName: rule.name,
    UserId: user.UserId,
    UserName: user.UserName,
    Evidence: evidenceOf(violation),
    EvaluatedAt: held.OrderingTimestamp.toISOString(),
    RemediationCommand: remediationCommand(rule, user.UserId, place),
    RunbookName: rule.runbookName,
    AutomationRoleArn: rule.automationRoleArn,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, cut(value, 'ProductFieldValue')]),
  );
};

/**
 * The finding that a violation is; what its texts cannot hold is cut.
 *
 * @param stored  the same finding as Security Hub holds it, if it does: its beginnings stay
 * @param at      the instant before anything was read: an older run never replaces what a newer one said
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
 */
export const toFinding = (
  violation: Violation,
  settings: FindingSettings,
  { stored, at }: { readonly stored: StoredFinding | undefined; readonly at: Date },
): AwsSecurityFinding => {
  const { rule, user } = violation;
  const { place } = settings;
  const { subject } = rule;
  return {
    ...baseOf(rule, settings, at),
    Id: findingId(rule, user.UserId),
    CreatedAt: stored?.CreatedAt ?? at.toISOString(),
    FirstObservedAt: stored?.FirstObservedAt ?? at.toISOString(),
    LastObservedAt: at.toISOString(),
    Title: cut(subject.titleOf(user.UserName), 'Title'),
    Description: cut(describe(violation), 'Description'),
    SourceUrl: consolePage(place, `config/home#/rules/details?configRuleName=${rule.name}`),
    Remediation: toRemediation(rule, user.UserId, place),
    ProductFields: productFields(violation, settings),
    Resources: toResources(user, place),
    Compliance: {
      Status: 'FAILED',
      RelatedRequirements: subject.requirements.slice(0, LIMITS.RelatedRequirements),
      StatusReasons: [{ ReasonCode: subject.reasonCode, Description: evidenceOf(violation) }],
    },
    RecordState: 'ACTIVE',
  };
};
