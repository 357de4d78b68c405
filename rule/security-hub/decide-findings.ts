import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { RecordedResult } from '../aws/config.ts';
import { findingId, type UserWithKeys, userIdOf } from './asff.ts';
import { RULE_GONE, resolutionOf, toArchived, toFinding } from './finding.ts';
import type { StoredFinding, StoredFindings } from './security-hub.ts';
import type { FindingRule, FindingSettings } from './settings.ts';

/** The recorded results of a rule by user id, undefined for a user without a result. */
export type RuleResults = {
  readonly rule: FindingRule;
  readonly recorded: ReadonlyMap<string, RecordedResult | undefined>;
};

/** The users with a recorded violation, and those with an active finding but no recorded result. */
export type Users = {
  /** The ids of those that IAM has. */
  readonly existing: ReadonlySet<string>;
  /** Those whose keys could be read, by id. */
  readonly known: ReadonlyMap<string, UserWithKeys>;
};

/** What the decision on findings depends on. */
export type FindingInput = {
  readonly results: readonly RuleResults[];
  readonly users: Users;
  readonly stored: StoredFindings;
  /** The ARNs of rules that have findings but no longer exist. */
  readonly goneRules: ReadonlySet<string>;
  /** The instant before the first read. */
  readonly at: Date;
};

/** The findings to import. */
type DecidedFindings = {
  readonly violations: readonly AwsSecurityFinding[];
  readonly archived: readonly AwsSecurityFinding[];
};

/** Tells whether a recorded result is a violation. */
export const isViolation = (result: RecordedResult | undefined): result is RecordedResult =>
  result?.ComplianceType === 'NON_COMPLIANT';

/** Tells whether a stored finding is active. */
export const isOpen = ({ RecordState }: StoredFinding): boolean => RecordState === 'ACTIVE';

const decideRule = (
  { rule, recorded }: RuleResults,
  { users, stored, at }: FindingInput,
  settings: FindingSettings,
): DecidedFindings => {
  const violations = [...recorded].flatMap(([UserId, result]) => {
    const user = users.known.get(UserId);
    if (!isViolation(result) || user === undefined) return [];
    const known = { stored: stored.get(findingId(rule, UserId)), at };
    return [toFinding({ rule, user, recorded: result }, settings, known)];
  });
  const archived = [...stored.values()]
    .filter((one) => one.GeneratorId === rule.arn && isOpen(one))
    .flatMap((one) => {
      const UserId = userIdOf(one.Id);
      const resolution = resolutionOf(recorded.get(UserId), users.existing.has(UserId));
      return resolution === undefined
        ? []
        : [toArchived({ stored: one, resolution }, settings, at)];
    });
  return { violations, archived };
};

/**
 * Decides which findings to import.
 *
 *   1  Config recorded NON_COMPLIANT, and IAM has the user         → imported: ACTIVE, FAILED
 *   2  Config recorded COMPLIANT                                   → an active finding is archived: PASSED
 *   3  Config recorded NON_COMPLIANT or nothing, and IAM has no such user → an active finding is archived: NOT_AVAILABLE
 *   4  Config recorded nothing, and IAM has the user               → nothing: the results may have been deleted
 *   5  there is no violation, and the finding is already archived  → nothing
 *   6  the user or the results of the rule could not be read       → nothing
 *   7  Config no longer has the rule                               → an active finding is archived: NOT_AVAILABLE
 */
export const decideFindings = (input: FindingInput, settings: FindingSettings): DecidedFindings => {
  const { results, stored, goneRules, at } = input;
  const decided = results.map((one) => decideRule(one, input, settings));
  const ofGoneRules = [...stored.values()]
    .filter((one) => goneRules.has(one.GeneratorId) && isOpen(one))
    .map((one) => toArchived({ stored: one, resolution: RULE_GONE }, settings, at));
  return {
    violations: decided.flatMap(({ violations }) => violations),
    archived: [...decided.flatMap(({ archived }) => archived), ...ofGoneRules],
  };
};
