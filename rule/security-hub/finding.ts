import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { RecordedResult } from '../aws/config.ts';
import { annotationOf, findingId, productArn, toResources, type Violation } from './asff.ts';
import { consolePage, nextStepOf, toRemediation } from './next-step.ts';
import type { StoredFinding } from './security-hub.ts';
import type { FindingSettings } from './settings.ts';

/** The product name by which users filter the findings. */
const PRODUCT_NAME = 'iam-user-single-access-key';

/** The members that stay the same while a finding exists. */
type Identity = Pick<StoredFinding, 'Id' | 'GeneratorId' | 'Types' | 'CreatedAt'>;

/** The members that active and archived findings share. */
const baseOf = (identity: Identity, { place, severity }: FindingSettings, at: Date) => ({
  ...identity,
  SchemaVersion: '2018-10-08',
  ProductArn: productArn(place),
  ProductName: PRODUCT_NAME,
  AwsAccountId: place.accountId,
  UpdatedAt: at.toISOString(),
  Severity: { Label: severity },
  FindingProviderFields: { Severity: { Label: severity }, Types: identity.Types },
});

/**
 * Returns when a violation was observed: first when its finding became active, last at the latest evaluation by AWS
 * Config. Reading an old result again is not an observation.
 */
const observationOf = (
  { recorded }: Violation,
  stored: StoredFinding | undefined,
  at: Date,
): Pick<AwsSecurityFinding, 'FirstObservedAt' | 'LastObservedAt'> => {
  const known = stored?.RecordState === 'ACTIVE' ? stored.FirstObservedAt : undefined;
  const FirstObservedAt = known ?? at.toISOString();
  // ISO 8601 timestamps sort as text.
  const [, LastObservedAt] = [FirstObservedAt, recorded.OrderingTimestamp.toISOString()].toSorted();
  return { FirstObservedAt, LastObservedAt };
};

/**
 * Returns the active finding of a violation. It is CRITICAL if AWS has quarantined the user, because a key is exposed.
 *
 * @param stored  the finding in Security Hub, if there is one; its CreatedAt is kept
 * @param at      the instant before anything was read, so that an older run never replaces a newer finding
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
 */
export const toFinding = (
  violation: Violation,
  settings: FindingSettings,
  { stored, at }: { readonly stored: StoredFinding | undefined; readonly at: Date },
): AwsSecurityFinding => {
  const { rule, user, recorded } = violation;
  const { UserId, UserName } = user;
  const nextStep = nextStepOf(violation, settings);
  const annotation = annotationOf(violation);
  const isQuarantined = rule.text.parseAnnotation(annotation)?.isQuarantined;
  const severity = isQuarantined ? 'CRITICAL' : settings.severity;
  const EvaluatedAt = recorded.OrderingTimestamp.toISOString();
  const identity = {
    Id: findingId(rule, UserId),
    GeneratorId: rule.arn,
    Types: [rule.text.type],
    CreatedAt: stored?.CreatedAt ?? at.toISOString(),
  };
  return {
    ...baseOf(identity, { ...settings, severity }, at),
    ...observationOf(violation, stored, at),
    Title: rule.text.titleOf(UserName),
    Description: `${annotation} The AWS Config rule ${rule.name} evaluated the user ${UserName} (${UserId}) at ${EvaluatedAt}.`,
    SourceUrl: consolePage(
      settings.place,
      `config/home#/rules/details?configRuleName=${rule.name}`,
    ),
    Remediation: toRemediation(nextStep, user, settings.place),
    ProductFields: {
      ConfigRuleName: rule.name,
      UserId,
      UserName,
      Evidence: annotation,
      EvaluatedAt,
      ...(nextStep.command !== undefined && { RemediationCommand: nextStep.command }),
    },
    Resources: toResources(user, settings.place),
    Compliance: {
      Status: 'FAILED',
      RelatedRequirements: [...rule.text.requirements],
      StatusReasons: [{ ReasonCode: rule.text.reasonCode, Description: annotation }],
    },
    RecordState: 'ACTIVE',
  };
};

/** Why a finding is archived. */
type Resolution = {
  readonly Status: 'PASSED' | 'NOT_AVAILABLE';
  readonly ReasonCode: string;
  readonly Description: string;
};

/** AWS Config no longer has the rule, so the compliance of the user is unknown. */
export const RULE_GONE: Resolution = {
  Status: 'NOT_AVAILABLE',
  ReasonCode: 'RULE_GONE',
  Description: 'AWS Config no longer has this rule: it was deleted, or deleted and created again.',
};

/** IAM no longer has the user, so there is nothing to evaluate. */
const USER_GONE: Resolution = {
  Status: 'NOT_AVAILABLE',
  ReasonCode: 'USER_GONE',
  Description: 'IAM no longer has this user.',
};

/**
 * Returns why a violation is resolved, or undefined if it is not.
 *
 * Only a recorded COMPLIANT passes. A missing result proves nothing, because anyone who may delete results can cause it.
 */
export const resolutionOf = (
  recorded: RecordedResult | undefined,
  isUserThere: boolean,
): Resolution | undefined => {
  if (recorded?.ComplianceType !== 'COMPLIANT') return isUserThere ? undefined : USER_GONE;
  const { OrderingTimestamp, Annotation = '' } = recorded;
  return {
    Status: 'PASSED',
    ReasonCode: 'NO_LONGER_NON_COMPLIANT',
    Description:
      `COMPLIANT in the evaluation of ${OrderingTimestamp.toISOString()}. ${Annotation}`.trim(),
  };
};

/** Returns the archived finding. It keeps the description, resources and product fields of the violation. */
export const toArchived = (
  { stored, resolution }: { readonly stored: StoredFinding; readonly resolution: Resolution },
  settings: FindingSettings,
  at: Date,
): AwsSecurityFinding => {
  const { Id, GeneratorId, Types, CreatedAt, RecordState: _, Compliance, ...unchanged } = stored;
  const { Status, ...reason } = resolution;
  return {
    ...baseOf({ Id, GeneratorId, Types, CreatedAt }, settings, at),
    ...unchanged,
    Compliance: {
      Status,
      RelatedRequirements: Compliance?.RelatedRequirements ?? [],
      StatusReasons: [reason],
    },
    RecordState: 'ARCHIVED',
  };
};
