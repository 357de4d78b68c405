import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { HeldResult } from '../held-result.ts';
import { baseOf } from './finding.ts';
import { cut, LIMITS } from './limits.ts';
import type { FindingRule, FindingSettings } from './settings.ts';
import type { StoredFinding } from './stored-finding.ts';

/** A finding whose violation is over, and what Config holds of its user now: nothing of one that is deleted. */
export type OverFinding = {
  readonly rule: FindingRule;
  readonly stored: StoredFinding;
  readonly held: HeldResult | undefined;
};

const GONE =
  'AWS Config holds no result of this user any more: it was deleted, or is out of scope.';

const describe = (held: HeldResult | undefined): string => {
  if (held?.ComplianceType !== 'COMPLIANT') return GONE;
  return `COMPLIANT since the evaluation of ${held.OrderingTimestamp.toISOString()}. ${held.Annotation ?? ''}`.trim();
};

/**
 * The finding once its violation is over: it passed, and is archived.
 *
 * What it told of the violation stays: title, description and resources are those of the last look that found it.
 */
export const toArchived = (
  { rule, stored, held }: OverFinding,
  settings: FindingSettings,
  at: Date,
): AwsSecurityFinding => {
  const { Id, CreatedAt, FirstObservedAt, LastObservedAt, ProductFields } = stored;
  return {
    ...baseOf(rule, settings, at),
    ...{ Id, CreatedAt, FirstObservedAt, LastObservedAt, ProductFields },
    Title: cut(stored.Title, 'Title'),
    Description: cut(stored.Description, 'Description'),
    Resources: stored.Resources.slice(0, LIMITS.Resources),
    Compliance: {
      Status: 'PASSED',
      RelatedRequirements: rule.subject.requirements.slice(0, LIMITS.RelatedRequirements),
      StatusReasons: [{ ReasonCode: 'NO_LONGER_NON_COMPLIANT', Description: describe(held) }],
    },
    RecordState: 'ARCHIVED',
  };
};
