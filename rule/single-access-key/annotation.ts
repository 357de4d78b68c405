import { type ParsedAnnotation, toAnnotation } from '../evaluation/annotation.ts';
import type { UserKeys } from '../evaluation/user-rule.ts';
import { type AccessKey, describeUse, isActive, sortKeysBy } from '../keys/access-key.ts';
import { countDays, date } from '../keys/days.ts';
import {
  describeExemption,
  describeProblem,
  PROBLEM_PATTERN,
  readExemption,
} from '../keys/exemption.ts';
import { type CompliancePolicy, type ComplianceReason, countedKeys } from './compliance-reason.ts';
import {
  isForDeletion,
  type Recommendation,
  type RecommendationPolicy,
  type Refusal,
  type SelectionPolicy,
} from './selection.ts';

/** Describes how many keys a user has and may have: `2 active access keys, 1 allowed`. */
export const describeCounts = (
  { keys }: Pick<UserKeys, 'keys'>,
  policy: CompliancePolicy,
): string => {
  const { length } = countedKeys(keys, policy);
  const plural = length === 1 ? '' : 's';
  const counted = policy.countInactiveAccessKeys
    ? `${length} access key${plural}, ${keys.filter(isActive).length} of them active`
    : `${length} active access key${plural}`;
  return `${counted}, ${policy.maxActiveAccessKeys} allowed`;
};

/** The word by which a finding recognizes a quarantined user. */
const EXPOSED = 'exposed;';

/** Describes why no key is selected, as the end of a sentence, with the evidence in parentheses. */
export const describeRefusal = (refusal: Refusal, { minimumIdleDays }: SelectionPolicy): string => {
  switch (refusal.reason) {
    case 'LastActiveKey':
      return 'the last active key must stay';
    case 'Quarantined':
      return `a key is ${EXPOSED} contact its owner and rotate it (${refusal.policy} is attached)`;
    case 'RotationUnfinished':
      return `a rotation is unfinished (newer key: ${describeUse(refusal.longestIdle)}); retire ${refusal.keep.AccessKeyId} once unused (${describeUse(refusal.keep)})`;
    case 'Tie':
      return `two keys have been idle since the same instant (${refusal.longestIdle.AccessKeyId} and ${refusal.other.AccessKeyId}, ${describeUse(refusal.longestIdle)})`;
    case 'NewKeyNeverUsed':
      return `a newer key was never used (${refusal.keep.AccessKeyId}, created ${date(refusal.keep.CreateDate)}) and might not be deployed yet (${refusal.longestIdle.AccessKeyId}: ${describeUse(refusal.longestIdle)})`;
    case 'IdleTooShort':
      return `the longest-idle key has been idle for less than ${countDays(minimumIdleDays)} (${refusal.longestIdle.AccessKeyId}, ${describeUse(refusal.longestIdle)})`;
  }
};

const BRIEF_REASONS = {
  LastActiveKey: 'the last active key must stay',
  Quarantined: `a key is ${EXPOSED} rotate it`,
  RotationUnfinished: 'a rotation is unfinished',
  Tie: 'two keys are equally idle',
  NewKeyNeverUsed: 'a newer key was never used',
  IdleTooShort: 'not idle for long enough',
} as const;

/** The beginning of the sentence that names the candidates when no key is selected. */
const NO_KEY = 'Cannot safely select';

/** Names keys in the order of their creation, which does not change from day to day. */
const nameKeys = (keys: readonly AccessKey[]): string =>
  sortKeysBy(keys, ({ CreateDate }) => CreateDate)
    .map(({ AccessKeyId }) => AccessKeyId)
    .join(' or ');

/** Describes a recommendation. If no key is selected, there is a brief text too. */
const describeRecommendation = (
  recommendation: Recommendation,
  { keys }: Pick<UserKeys, 'keys'>,
  policy: RecommendationPolicy,
): { readonly text: string; readonly brief?: string } => {
  if ('refusal' in recommendation) {
    const { refusal } = recommendation;
    const candidates = keys.filter((key) => isActive(key) !== isForDeletion(refusal));
    const none = `${NO_KEY} ${nameKeys(candidates)}:`;
    return {
      text: `${none} ${describeRefusal(refusal, policy)}.`,
      brief: `${none} ${BRIEF_REASONS[refusal.reason]}.`,
    };
  }
  const { keep, more } = recommendation;
  const kept = keep === undefined ? '' : ` Keep ${keep.AccessKeyId} (${describeUse(keep)}).`;
  const next = more > 0 ? ` Then ${more} more.` : '';
  if ('delete' in recommendation) {
    const { AccessKeyId, Status } = recommendation.delete;
    const use = describeUse(recommendation.delete);
    return { text: `Delete ${AccessKeyId}, which is ${Status} (${use}).${next}${kept}` };
  }
  const { AccessKeyId } = recommendation.deactivate;
  const then = policy.countInactiveAccessKeys ? ', then delete it' : '';
  const use = describeUse(recommendation.deactivate);
  return { text: `Deactivate ${AccessKeyId} (${use})${then}.${next}${kept}` };
};

/**
 * Describes a violation in the AWS Config console:
 * `alice: 2 active access keys, 1 allowed. Deactivate AKIA… (last used 2025-07-15). Keep AKIA… (…). As of … UTC.`
 */
export const describeViolation = (
  user: UserKeys,
  recommendation: Recommendation,
  policy: RecommendationPolicy,
): string => {
  const counts = `${describeCounts(user, policy)}.`;
  const exemption = describeProblem(readExemption(user.exemption, policy));
  const { text, brief = text } = describeRecommendation(recommendation, user, policy);
  const { UserName } = user;
  const wordings = [
    `${counts}${exemption.problem} ${text}`,
    `${counts}${exemption.brief} ${text}`,
    `${counts} ${text}`,
    `${counts} ${brief}`,
  ] as const;
  return toAnnotation(wordings, { UserName, at: policy.at });
};

/** Describes why a user is COMPLIANT, without the user name. Returns undefined if its keys are within the maximum. */
export const describeComplianceReason = (
  reason: ComplianceReason,
  user: Pick<UserKeys, 'keys'>,
  policy: CompliancePolicy,
): string | undefined => {
  if (reason.reason === 'WithinMaximum') return undefined;
  const counts = describeCounts(user, policy);
  if (reason.reason === 'Exemption') return `${describeExemption(reason)}: ${counts}.`;
  const { AccessKeyId, CreateDate } = reason.newest;
  return `In rotation until ${reason.until.toISOString()}: ${counts}. Newest key: ${AccessKeyId}, created ${date(CreateDate)}.`;
};

const RECOMMENDATIONS = {
  Deactivate: { recommendation: 'Remediate', Status: 'Active' },
  Delete: { recommendation: 'Delete', Status: 'Inactive' },
  [NO_KEY]: { recommendation: 'NameKey' },
} as const;

const VIOLATION = new RegExp(
  `^\\S{1,128}: \\d+ (?:active )?access keys?(?:, \\d+ of them active)?, \\d+ allowed\\.(?:${PROBLEM_PATTERN})? (?<words>Deactivate|Delete|${NO_KEY}) (?<AccessKeyId>\\w{16,128})\\b(?<exposed>(?: or \\w{16,128})*: a key is ${EXPOSED})?`,
);

/** Parses an annotation that `describeViolation` has written. Returns undefined for any other text. */
export const parseAnnotation = (annotation: string): ParsedAnnotation | undefined => {
  const violation = VIOLATION.exec(annotation)?.groups as
    | {
        readonly words: keyof typeof RECOMMENDATIONS;
        readonly AccessKeyId: string;
        readonly exposed?: string;
      }
    | undefined;
  if (violation === undefined) return undefined;
  const { words, AccessKeyId, exposed } = violation;
  const quarantine = exposed === undefined ? {} : ({ isQuarantined: true } as const);
  return { ...RECOMMENDATIONS[words], AccessKeyId, ...quarantine };
};
