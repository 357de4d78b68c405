import type { RecordedResult } from '../aws/config.ts';
import type { IamUser } from '../aws/iam.ts';
import type { AccessKey } from '../keys/access-key.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import type { Result } from './result.ts';

/** An IAM user with its access keys. */
export type UserKeys = IamUser & {
  readonly keys: readonly AccessKey[];
  /** The value of the exemption tag, if it was read and the user has the tag. */
  readonly exemption?: string | undefined;
  /** The name of the attached AWS managed policy that quarantines the user, if it was read and the user has one. */
  readonly quarantinePolicy?: string | undefined;
};

/** What is known about a user besides its keys. */
export type Background = {
  readonly recorded?: RecordedResult | undefined;
  readonly history?: KeyHistory | undefined;
};

/** The reads, besides the keys, on which the result of a user depends. */
export type RequiredReads = {
  /** Returns the key of the tag to read, if any. */
  readonly tag: (user: UserKeys) => string | undefined;
  /** Tells whether to read the policy that quarantines the user; called after the tag was read. */
  readonly quarantine: (user: UserKeys) => boolean;
  /** Returns the keys whose last use to read; called after the tag was read. */
  readonly lastUse: (user: UserKeys) => readonly AccessKey[];
};

/** The required reads of a rule that needs only the keys of a user. */
export const NO_READS: RequiredReads = {
  tag: () => undefined,
  quarantine: () => false,
  lastUse: () => [],
};

/** A rule for the access keys of IAM users, with its parameters and the instant of the evaluation. */
export type UserRule = {
  /** The instant of the evaluation. AWS Config supplies it; the system clock is never read. */
  readonly at: Date;
  readonly refreshDays: number;
  /**
   * The unchanged results that a sweep reports again after `refreshDays`.
   *
   * The rule on active keys refreshes its violations, because people act on their evidence. Its other results depend on
   * nothing that ages: they are reported when they change. The rule on inactive keys refreshes all results. Their instant
   * is the last day on which a key was seen active, and from it the rule concludes how long a key has been inactive.
   */
  readonly refreshes: 'violations' | 'all';
  /** Tells whether the result of this user depends on CloudTrail's event history and on its recorded result. */
  readonly requiresHistory: (user: UserKeys) => boolean;
  readonly requiredReads: (background: Background) => RequiredReads;
  /** Returns the result of a user for which all required reads were made. */
  readonly evaluate: (user: UserKeys, background: Background) => Result;
};

/**
 * Creates the rule of one invocation from the InputParameters of the Config rule.
 *
 * @throws {InvalidParameterError} if a parameter is unknown or out of bounds
 */
export type CreateRule = (inputParameters: string | undefined, at: Date) => UserRule;
