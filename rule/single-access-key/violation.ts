import { firstThatFits, shorten } from '../evaluation/annotation.ts';
import type { UserFacts } from '../evaluation/facts.ts';
import { type AccessKey, isActive } from '../keys/access-key.ts';
import { date } from '../keys/days.ts';
import { describeExempt, describeProblem, readExemption } from '../keys/exemption.ts';
import type { Advice, AdvicePolicy } from './advice.ts';
import { describeAdvice } from './advice-text.ts';
import { type Allowance, type AllowancePolicy, countedKeys } from './allowance.ts';
import { type Drift, describeDrift, type KnownDrift, tellsDrift } from './drift.ts';
import type { RankingPolicy } from './ranking.ts';

/** How many keys a user has, and how many it may have. */
export const describeCounts = (
  { keys }: Pick<UserFacts, 'keys'>,
  policy: AllowancePolicy,
): string => {
  const { length } = countedKeys(keys, policy);
  const plural = length === 1 ? '' : 's';
  const counted = policy.countInactiveAccessKeys
    ? `${length} access key${plural} (${keys.filter(isActive).length} active)`
    : `${length} active access key${plural}`;
  return `${counted}, ${policy.maxActiveAccessKeys} allowed`;
};

/** The same, and what is wrong with a tag that was meant to allow more. */
const describeExcess = (facts: UserFacts, policy: AllowancePolicy): string =>
  `${describeCounts(facts, policy)}.${describeProblem(readExemption(facts.exemption, policy))}`;

/** The parameter that the choice depends on, so that the reader, and the next sweep, can tell when it has changed. */
const describePolicy = ({ minimumIdleDays }: RankingPolicy): string =>
  `minimumIdleDays ${minimumIdleDays}, UTC dates.`;

/** What is said of a user whose keys nothing allows: what to do, and who undoes it. */
type Violation = { readonly advice: Advice; readonly drift: Drift | undefined };

/**
 * What the Config console shows beside a user with more keys than allowed; ASCII, dates in UTC.
 *
 * `2 active access keys, 1 allowed. Deactivate AKIA…: idle since 2026-01-31 (last used). Keep AKIA…: …`
 */
export const describeViolation = (
  facts: UserFacts,
  { advice, drift }: Violation,
  policy: AdvicePolicy,
): string =>
  firstThatFits(
    describeAdvice(advice, policy).map(
      (text) =>
        `${describeExcess(facts, policy)} ${text}${describeDrift(drift)} ${describePolicy(policy)}`,
    ),
  );

/** What was advised still fits how the keys stand: only active ones are deactivated, only others deleted. */
const isAdvisable = (annotation: string, keys: readonly AccessKey[]): boolean =>
  keys.every(({ AccessKeyId, Status }) =>
    isActive({ Status })
      ? !annotation.includes(`Delete ${AccessKeyId}`)
      : !annotation.includes(`Deactivate ${AccessKeyId}`),
  );

/** The annotation was written of these very keys, by these parameters; false when it does not name them all. */
export const isWrittenOf = (
  annotation: string,
  facts: UserFacts,
  { drift, ...policy }: AdvicePolicy & { readonly drift: KnownDrift },
): boolean => {
  const [opening] = annotation.split(/ (?=Deactivate |Delete |No key is chosen)/, 1);
  const words = new Set(annotation.split(/\W/));
  const counted = countedKeys(facts.keys, policy);
  return (
    opening === describeExcess(facts, policy) &&
    annotation.endsWith(describePolicy(policy)) &&
    counted.every(({ AccessKeyId }) => words.has(AccessKeyId)) &&
    isAdvisable(annotation, counted) &&
    tellsDrift(annotation, drift)
  );
};

/** Why more keys than the maximum are allowed to a user, and until when; nothing to say of one within it. */
export const describeAllowance = (
  allowance: Allowance,
  facts: UserFacts,
  policy: AllowancePolicy,
): string | undefined => {
  const excess = describeExcess(facts, policy);
  switch (allowance.reason) {
    // Stryker disable next-line StringLiteral: of no case, nothing is returned either.
    case 'WithinMaximum':
      return undefined;
    case 'RotationGrace':
      return shorten(
        `In rotation until ${allowance.until.toISOString()}: ${excess} Newest: ${allowance.newest.AccessKeyId}, created ${date(allowance.newest.CreateDate)}.`,
      );
    case 'Exemption':
      return shorten(`${describeExempt(allowance)}${excess} UTC dates.`);
  }
};
