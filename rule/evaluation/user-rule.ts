import type { AccessKey } from '../keys/access-key.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import type { Verdict } from './evaluation.ts';
import type { HeldResult } from './recorded-result.ts';

/** What is known of a user: its keys, and the value of its exemption tag where it has one and it was asked for. */
export type UserFacts = {
  readonly keys: readonly AccessKey[];
  readonly exemption?: string | undefined;
};

/** What has to be asked for beside a user's keys. */
export type Needs = {
  /** The key of a tag of the user, if its value has to be known. */
  readonly tag: (facts: UserFacts) => string | undefined;
  /** The keys whose last use has to be known. */
  readonly lastUse: (facts: UserFacts) => readonly AccessKey[];
};

/** Nothing but the keys. */
export const NO_NEEDS: Needs = { tag: () => undefined, lastUse: () => [] };

/** What is known beside the user itself: what Config holds of it, and the history of keys once it was read. */
export type Evidence = {
  readonly held: HeldResult | undefined;
  readonly history?: KeyHistory;
};

/** A rule on the access keys of a user, with its parameters, at the instant of a run. */
export type UserRule = {
  /** The instant of the evaluation, supplied by Config, never by the system clock. */
  readonly at: Date;
  readonly refreshDays: number;
  /** Without history there is no verdict on a key that is not active; else the history only adds a remark. */
  readonly decidesByHistory: boolean;
  /** What has to be asked for beside a user's keys. */
  readonly needs: (evidence: Evidence) => Needs;
  /** The verdict; nothing when the history of keys has to be read first. */
  readonly decide: (facts: UserFacts, evidence: Evidence) => Verdict | undefined;
};

/**
 * Makes the rule from its InputParameters, for one run.
 *
 * @throws {InvalidParameterError} when a parameter is not what it may be
 */
export type CreateRule = (inputParameters: string | undefined, at: Date) => UserRule;
