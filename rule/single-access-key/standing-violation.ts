import type { Verdict } from '../evaluation/evaluation.ts';
import { type ComparisonPolicy, type HeldResult, isDue } from '../evaluation/recorded-result.ts';
import type { UserFacts } from '../evaluation/user-rule.ts';
import { isWrittenOf } from './annotation.ts';
import { findAllowance } from './compliance-reason.ts';
import type { KnownDrift } from './drift.ts';
import type { AdvicePolicy } from './selection.ts';

/** By what a held violation is judged: the rule's parameters, the instant of the run, and the drift that there is. */
type StandingPolicy = AdvicePolicy & ComparisonPolicy & { readonly drift?: KnownDrift };

/**
 * A violation that Config holds and that these keys still are; nothing when it has to be decided anew.
 *
 * Nothing allows the keys; they, the parameters, what is wrong with an exemption and the drift are the same, so only the
 * keys' last use can differ: it is asked for again when the result is due. What a person then does is decided on live
 * state anyway.
 */
export const standingViolation = (
  held: HeldResult | undefined,
  facts: UserFacts,
  { drift, ...policy }: StandingPolicy,
): Verdict | undefined => {
  if (held?.ComplianceType !== 'NON_COMPLIANT' || isDue(held, policy)) return undefined;
  if (findAllowance(facts, policy) !== undefined) return undefined;
  const { OrderingTimestamp: _, ...verdict } = held;
  // Stryker disable next-line StringLiteral: any text will do that tells of no violation.
  return isWrittenOf(held.Annotation ?? '', facts, { ...policy, drift }) ? verdict : undefined;
};
