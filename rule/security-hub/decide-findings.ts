import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { RecordedResult, RecordedResults } from '../aws/config.ts';
import { findingId, type UserWithKeys } from './asff.ts';
import { endOf, RULE_GONE, toArchived, toFinding } from './finding.ts';
import type { StoredFindings } from './security-hub.ts';
import type { FindingRule, FindingSettings } from './settings.ts';

/** A rule that findings are of, none of the stack's, and the names that they say it has: one, unless somebody forged them. */
export type FormerRule = { readonly arn: string; readonly names: readonly string[] };

/** The rules of active findings that are not the stack's now, each once; one without a name is nobody's to look for. */
export const formerRules = (
  stored: StoredFindings,
  { rules }: FindingSettings,
): readonly FormerRule[] => {
  const known = rules.map(({ arn }) => arn);
  const names = new Map<string, Set<string>>();
  for (const { RecordState, GeneratorId: arn, ProductFields } of stored.values()) {
    // Stryker disable next-line StringLiteral: any text will do that is no name.
    const name = ProductFields?.['ConfigRuleName'] ?? '';
    if (RecordState !== 'ACTIVE' || known.includes(arn) || !/^[\w-]{1,128}$/.test(name)) continue;
    names.set(arn, (names.get(arn) ?? new Set()).add(name));
  }
  return [...names].map(([arn, some]) => ({ arn, names: [...some] }));
};

/** What Config holds of the users that are looked at; a rule that could not be read is not among them. */
export type RuleResults = { readonly rule: FindingRule; readonly held: RecordedResults };

/** What is known of users: those that are there, and those of whom nothing could be learned. */
export type Users = {
  readonly known: ReadonlyMap<string, UserWithKeys>;
  readonly unread: ReadonlySet<string>;
};

/** All that findings are decided by. */
export type Facts = {
  readonly results: readonly RuleResults[];
  readonly users: Users;
  readonly stored: StoredFindings;
  /** ARNs of rules that were ours, and that Config has no more. */
  readonly goneRules: ReadonlySet<string>;
  /** The instant before the first of them was read. */
  readonly at: Date;
};

/** What Security Hub is told: violations, and those that are over. */
export type Decided = {
  readonly violations: readonly AwsSecurityFinding[];
  readonly archived: readonly AwsSecurityFinding[];
};

/** Config holds that the user violates the rule. */
export const isViolation = ({ ComplianceType }: RecordedResult): boolean =>
  ComplianceType === 'NON_COMPLIANT';

const decideRule = (
  { rule, held }: RuleResults,
  { users, stored, at }: Facts,
  settings: FindingSettings,
): Decided => {
  const violators = [...held].filter(([, result]) => isViolation(result));
  const violations = violators.flatMap(([UserId, result]) => {
    const user = users.known.get(UserId);
    const known = stored.get(findingId(rule, UserId));
    return user ? [toFinding({ rule, user, held: result }, settings, { stored: known, at })] : [];
  });
  const open = violators.filter(([id]) => users.known.has(id) || users.unread.has(id));
  const openIds = new Set(open.map(([UserId]) => findingId(rule, UserId)));
  const heldById = new Map([...held].map(([id, result]) => [findingId(rule, id), result]));
  const archived = [...stored.values()]
    .filter((one) => one.GeneratorId === rule.arn && one.RecordState === 'ACTIVE')
    .filter(({ Id }) => !openIds.has(Id))
    .map((one) => ({ stored: one, end: endOf(heldById.get(one.Id)) }))
    .map((over) => toArchived(over, settings, at));
  return { violations, archived };
};

/**
 * Which findings Security Hub is told.
 *
 * Scenarios:
 *   1  Config holds NON_COMPLIANT, the user is there            → imported: ACTIVE, FAILED
 *   2  Config holds NON_COMPLIANT, IAM has no such user          → archived: ARCHIVED, PASSED
 *   3  Config holds COMPLIANT or nothing, the finding is ACTIVE  → archived
 *   4  the same, the finding is archived or there is none        → nothing
 *   5  the user could not be read, or its rule could not         → nothing: neither is known
 *   6  Config has the rule of an ACTIVE finding no more          → archived, NOT_AVAILABLE
 */
export const decideFindings = (facts: Facts, settings: FindingSettings): Decided => {
  const { results, stored, goneRules, at } = facts;
  const decided = results.map((one) => decideRule(one, facts, settings));
  const ownerless = [...stored.values()]
    .filter((one) => goneRules.has(one.GeneratorId) && one.RecordState === 'ACTIVE')
    .map((one) => toArchived({ stored: one, end: RULE_GONE }, settings, at));
  return {
    violations: decided.flatMap(({ violations }) => violations),
    archived: [...decided.flatMap(({ archived }) => archived), ...ownerless],
  };
};
