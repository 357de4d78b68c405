import { describeUse, firstThatFits, shorten } from '../evaluation/evaluation.ts';
import type { UserFacts } from '../evaluation/user-rule.ts';
import { type AccessKey, idleSince, isActive, wasUsed } from '../keys/access-key.ts';
import { date } from '../keys/days.ts';
import { describeExempt, describeProblem, readExemption } from '../keys/exemption.ts';
import { type Allowance, type AllowancePolicy, countedKeys } from './compliance-reason.ts';
import { type Drift, describeDrift, type KnownDrift, tellsDrift } from './drift.ts';
import {
  type Advice,
  type AdvicePolicy,
  isDeletion,
  type RankingPolicy,
  type Refusal,
} from './selection.ts';

/** Why no key is chosen, as the end of the sentence `no key is chosen: …`. */
export const describeRefusal = (refusal: Refusal, policy: RankingPolicy): string => {
  switch (refusal.reason) {
    case 'LastActiveKey':
      return 'the last active key stays';
    case 'Tie':
      return `${refusal.candidate.AccessKeyId} and ${refusal.other.AccessKeyId} are idle since the same instant (${describeUse(refusal.candidate)})`;
    case 'NewKeyNeverUsed':
      return `${refusal.keep.AccessKeyId} was never used but ${refusal.candidate.AccessKeyId} was (last ${date(idleSince(refusal.candidate))}), so it may not be deployed yet`;
    case 'IdleTooShort':
      return `${refusal.candidate.AccessKeyId} (${describeUse(refusal.candidate)}) is idle longest beside ${refusal.keep.AccessKeyId}, but less than ${policy.minimumIdleDays} days on ${date(policy.at)}`;
  }
};

/** The same in few words, where there is no room for more. */
const describeBriefly = (refusal: Refusal): string => {
  switch (refusal.reason) {
    case 'LastActiveKey':
      return 'No key is chosen.';
    case 'Tie':
      return `No key is chosen of ${refusal.candidate.AccessKeyId} and ${refusal.other.AccessKeyId}: tie.`;
    case 'NewKeyNeverUsed':
      return `No key is chosen of ${refusal.candidate.AccessKeyId} and ${refusal.keep.AccessKeyId}: new key unused.`;
    case 'IdleTooShort':
      return `No key is chosen of ${refusal.candidate.AccessKeyId} and ${refusal.keep.AccessKeyId}: idle too short.`;
  }
};

const describeIdle = (key: AccessKey): string =>
  `idle since ${date(idleSince(key))} (${wasUsed(key) ? 'last used' : 'created, never used'})`;

/** What to do where no key is chosen, said where there is room for it. */
const HINT = ' Name one in the runbook.';

/** What to do, from the wording that says most to the shortest. */
export const describeAdvice = (
  advice: Advice,
  policy: AdvicePolicy,
): readonly [string, ...string[]] => {
  if ('refusal' in advice) {
    const long = `No key is chosen: ${describeRefusal(advice.refusal, policy)}.`;
    return [`${long}${HINT}`, long, describeBriefly(advice.refusal)];
  }
  const { keep, more } = advice;
  const after = more > 0 ? ` ${more} more to go after it.` : '';
  const end =
    keep === undefined ? after : `${after} Keep ${keep.AccessKeyId}: ${describeUse(keep)}.`;
  const briefEnd = keep === undefined ? '' : ` Keep ${keep.AccessKeyId}.`;
  if (isDeletion(advice)) {
    const { AccessKeyId, Status } = advice.delete;
    return [
      `Delete ${AccessKeyId}: ${Status}, ${describeIdle(advice.delete)}.${end}`,
      `Delete ${AccessKeyId}.${briefEnd}`,
    ];
  }
  const { AccessKeyId } = advice.deactivate;
  const then = policy.countInactiveAccessKeys ? ', then delete it' : '';
  return [
    `Deactivate ${AccessKeyId}: ${describeIdle(advice.deactivate)}${then}.${end}`,
    `Deactivate ${AccessKeyId}${then}.${briefEnd}`,
  ];
};

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
