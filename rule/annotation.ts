import { type AccessKey, idleSince, wasUsed } from './access-key.ts';
import type { Allowance } from './allowance.ts';
import type { Choice, RankingPolicy, Refusal } from './ranking.ts';

/**
 * Characters that an annotation may have.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const MAXIMUM_ANNOTATION_LENGTH = 256;

/** The UTC date of an instant, `2026-01-31`. */
const date = (instant: Date): string => instant.toISOString().slice(0, 10);

/** What IAM knows of a key's use: `last used 2026-01-31` or `never used, created 2026-01-31`. */
export const describeUse = (key: AccessKey): string =>
  `${wasUsed(key) ? 'last used' : 'never used, created'} ${date(idleSince(key))}`;

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

const describeChoice = (choice: Choice, policy: RankingPolicy, excess: number): string => {
  if (choice.refusal !== undefined)
    return `No key is chosen: ${describeRefusal(choice.refusal, policy)}.`;
  const { deactivate, keep } = choice;
  const idle = `idle since ${date(idleSince(deactivate))} (${wasUsed(deactivate) ? 'last used' : 'created, never used'})`;
  const more = excess > 1 ? ` ${excess - 1} more to go after it.` : '';
  return `Deactivate ${deactivate.AccessKeyId}: ${idle}.${more} Keep ${keep.AccessKeyId}: ${describeUse(keep)}.`;
};

/** What to do where no key is chosen, said where there is room for it. */
const HINT = ' Name one in the runbook.';

/** Cuts a text that is too long for Config, visibly; with ids as IAM makes them, of 20 characters, none is. */
const shorten = (text: string): string =>
  text.length <= MAXIMUM_ANNOTATION_LENGTH
    ? text
    : `${text.slice(0, MAXIMUM_ANNOTATION_LENGTH - 3)}...`;

/** How many keys are active, how many may be, and what is wrong with a tag that was meant to allow more. */
export type Excess = {
  readonly active: number;
  readonly allowed: number;
  readonly exemptionProblem?: string | undefined;
};

const describeExcess = ({ active, allowed, exemptionProblem }: Excess): string => {
  const exemption = exemptionProblem === undefined ? '' : ` Exemption ${exemptionProblem}.`;
  return `${active} active access keys, ${allowed} allowed.${exemption}`;
};

/** The parameter that the choice depends on, so that the reader, and the next sweep, can tell when it has changed. */
const describePolicy = ({ minimumIdleDays }: Pick<RankingPolicy, 'minimumIdleDays'>): string =>
  `minimumIdleDays ${minimumIdleDays}, UTC dates.`;

/**
 * What the Config console shows beside a user with more active keys than allowed; ASCII, dates in UTC.
 *
 * `2 active access keys, 1 allowed. Deactivate AKIA…: idle since 2026-01-31 (last used). Keep AKIA…: …`
 */
export const describeViolation = (
  excess: Excess,
  choice: Choice,
  policy: RankingPolicy,
): string => {
  const advice = describeChoice(choice, policy, excess.active - excess.allowed);
  const annotate = (hint: string) =>
    `${describeExcess(excess)} ${advice}${hint} ${describePolicy(policy)}`;
  const hinted = annotate(choice.refusal === undefined ? '' : HINT);
  return shorten(hinted.length <= MAXIMUM_ANNOTATION_LENGTH ? hinted : annotate(''));
};

/** The annotation was written of these very active keys, by these parameters; false when it does not name them all. */
export const isWrittenOf = (
  annotation: string,
  activeIds: readonly string[],
  { minimumIdleDays, ...excess }: Omit<Excess, 'active'> & Pick<RankingPolicy, 'minimumIdleDays'>,
): boolean => {
  const [opening] = annotation.split(/ (?=Deactivate |No key is chosen: )/, 1);
  const words = new Set(annotation.split(/\W+/));
  return (
    opening === describeExcess({ ...excess, active: activeIds.length }) &&
    annotation.endsWith(describePolicy({ minimumIdleDays })) &&
    activeIds.every((id) => words.has(id))
  );
};

/** How the annotation of an exempt user begins. */
const EXEMPT_UNTIL = 'Exempt until ';

/** Why more keys than the maximum are allowed to a user, and until when; nothing to say of one within it. */
export const describeAllowance = (allowance: Allowance, excess: Excess): string | undefined => {
  switch (allowance.reason) {
    case 'WithinMaximum':
      return undefined;
    case 'RotationGrace':
      return shorten(
        `In rotation until ${allowance.until.toISOString()}: ${describeExcess(excess)} Newest: ${allowance.newest.AccessKeyId}, created ${date(allowance.newest.CreateDate)}.`,
      );
    case 'Exemption':
      return shorten(
        `${EXEMPT_UNTIL}${allowance.until} by the tag ${allowance.tag}: ${describeExcess(excess)} UTC dates.`,
      );
  }
};

/** The annotation was written of a user whom a tag exempts. */
export const isOfExemption = (annotation: string): boolean => annotation.startsWith(EXEMPT_UNTIL);
