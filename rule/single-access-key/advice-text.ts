import { describeUse } from '../evaluation/annotation.ts';
import { type AccessKey, idleSince, wasUsed } from '../keys/access-key.ts';
import { date } from '../keys/days.ts';
import { type Advice, type AdvicePolicy, isDeletion } from './advice.ts';
import type { RankingPolicy, Refusal } from './ranking.ts';

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
