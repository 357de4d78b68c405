import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { RecordedResult } from '../aws/config.ts';
import {
  cut,
  evidenceOf,
  findingId,
  LIMITS,
  productArn,
  toResources,
  type Violation,
} from './asff.ts';
import { consolePage, type Remedy, remedyOf, toRemediation } from './next-step.ts';
import type { StoredFinding } from './security-hub.ts';
import type { FindingSettings } from './settings.ts';

/** By what the findings are filtered in Security Hub. */
const PRODUCT_NAME = 'iam-user-single-access-key';

/** What of a finding never changes, whatever its rule says. */
type Origin = {
  readonly Id: string;
  /** The ARN of the rule. */
  readonly GeneratorId: string;
  readonly Types: string[];
  readonly CreatedAt: string;
};

/** What every finding has, a violation or not any more; `at` is the instant before its facts were read. */
export const baseOf = (origin: Origin, { place, severity }: FindingSettings, at: Date) => ({
  ...origin,
  SchemaVersion: '2018-10-08',
  ProductArn: productArn(place),
  ProductName: PRODUCT_NAME,
  AwsAccountId: place.accountId,
  UpdatedAt: at.toISOString(),
  Severity: { Label: severity },
  FindingProviderFields: { Severity: { Label: severity }, Types: origin.Types },
});

const describe = (violation: Violation): string => {
  const { rule, user, held } = violation;
  const said = `AWS Config rule ${rule.name} on user ${user.UserName} (${user.UserId}), ${held.OrderingTimestamp.toISOString()}.`;
  return `${evidenceOf(violation)} ${said}`;
};

/** The facts once more, one by one, for whoever filters or automates. */
const productFields = (violation: Violation, remedy: Remedy) => {
  const { rule, user, held } = violation;
  const fields = {
    ConfigRuleName: rule.name,
    UserId: user.UserId,
    UserName: user.UserName,
    Evidence: evidenceOf(violation),
    EvaluatedAt: held.OrderingTimestamp.toISOString(),
    RemediationCommand: remedy.command,
    RunbookName: remedy.rule.runbookName,
    AutomationRoleArn: remedy.rule.automationRoleArn,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, cut(value, 'ProductFieldValue')]),
  );
};

/**
 * When the violation began and when it was evaluated last, as far as one can tell.
 *
 * One that comes back begins anew. A rule that evaluates no more observes nothing, however often its results are read.
 */
const observed = ({ held }: Violation, stored: StoredFinding | undefined, at: Date) => {
  const known = stored?.RecordState === 'ACTIVE' ? stored.FirstObservedAt : undefined;
  const FirstObservedAt = known ?? at.toISOString();
  const { OrderingTimestamp: evaluated } = held;
  // Stryker disable next-line EqualityOperator: of two that are the same, either will do.
  const isBefore = evaluated < new Date(FirstObservedAt);
  return { FirstObservedAt, LastObservedAt: isBefore ? FirstObservedAt : evaluated.toISOString() };
};

/**
 * The finding that a violation is; what its texts cannot hold is cut.
 *
 * @param stored  the same finding as Security Hub holds it, if it does: when it was made stays
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
  const remedy = remedyOf(violation, settings);
  const origin = {
    Id: findingId(rule, user.UserId),
    GeneratorId: rule.arn,
    Types: [subject.type],
    CreatedAt: stored?.CreatedAt ?? at.toISOString(),
  };
  return {
    ...baseOf(origin, settings, at),
    ...observed(violation, stored, at),
    Title: cut(subject.titleOf(user.UserName), 'Title'),
    Description: cut(describe(violation), 'Description'),
    SourceUrl: consolePage(place, `config/home#/rules/details?configRuleName=${rule.name}`),
    Remediation: toRemediation(remedy, place),
    ProductFields: productFields(violation, remedy),
    Resources: toResources(user, place),
    Compliance: {
      Status: 'FAILED',
      RelatedRequirements: subject.requirements.slice(0, LIMITS.RelatedRequirements),
      StatusReasons: [{ ReasonCode: subject.reasonCode, Description: evidenceOf(violation) }],
    },
    RecordState: 'ACTIVE',
  };
};

/** Why a finding is over. */
type End = {
  readonly Status: 'PASSED' | 'NOT_AVAILABLE';
  readonly ReasonCode: string;
  readonly Description: string;
};

/** The end of a finding whose rule Config has no more: nobody says whether the user violates it. */
export const RULE_GONE: End = {
  Status: 'NOT_AVAILABLE',
  ReasonCode: 'RULE_GONE',
  Description: 'AWS Config has the rule no more: it was deleted, or made anew.',
};

const reasonOf = (held: RecordedResult | undefined): string => {
  if (held === undefined)
    return 'AWS Config holds no result of this user any more: it was deleted, or is out of scope.';
  if (held.ComplianceType !== 'COMPLIANT') return 'IAM has this user no more.';
  return `COMPLIANT by the evaluation of ${held.OrderingTimestamp.toISOString()}. ${held.Annotation ?? ''}`.trim();
};

/** The end of a violation, by what Config holds of its user now: nothing of one that is out of scope. */
export const endOf = (held: RecordedResult | undefined): End => ({
  Status: 'PASSED',
  ReasonCode: 'NO_LONGER_NON_COMPLIANT',
  Description: reasonOf(held),
});

/** A finding that is over, and why. */
type OverFinding = { readonly stored: StoredFinding; readonly end: End };

/**
 * The finding once it is over: archived, and passed unless nobody knows.
 *
 * What it told of the violation stays, as the last look told it that found one.
 */
export const toArchived = (
  { stored, end: { Status, ...reason } }: OverFinding,
  settings: FindingSettings,
  at: Date,
): AwsSecurityFinding => {
  const { Id, GeneratorId, Types, CreatedAt, FirstObservedAt, LastObservedAt } = stored;
  const { ProductFields, Compliance: { RelatedRequirements = [] } = {} } = stored;
  return {
    ...baseOf({ Id, GeneratorId, Types, CreatedAt }, settings, at),
    ...{ FirstObservedAt, LastObservedAt, ProductFields },
    Title: cut(stored.Title, 'Title'),
    Description: cut(stored.Description, 'Description'),
    Resources: stored.Resources.slice(0, LIMITS.Resources),
    Compliance: {
      Status,
      RelatedRequirements: RelatedRequirements.slice(0, LIMITS.RelatedRequirements),
      StatusReasons: [reason],
    },
    RecordState: 'ARCHIVED',
  };
};
