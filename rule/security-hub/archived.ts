import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { HeldResult } from '../evaluation/held-result.ts';
import { baseOf } from './finding.ts';
import { cut, LIMITS } from './limits.ts';
import type { FindingSettings } from './settings.ts';
import type { StoredFinding } from './stored-finding.ts';

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

const reasonOf = (held: HeldResult | undefined): string => {
  if (held === undefined)
    return 'AWS Config holds no result of this user any more: it was deleted, or is out of scope.';
  if (held.ComplianceType !== 'COMPLIANT') return 'IAM has this user no more.';
  return `COMPLIANT by the evaluation of ${held.OrderingTimestamp.toISOString()}. ${held.Annotation ?? ''}`.trim();
};

/** The end of a violation, by what Config holds of its user now: nothing of one that is out of scope. */
export const endOf = (held: HeldResult | undefined): End => ({
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
