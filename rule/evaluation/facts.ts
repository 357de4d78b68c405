import type { AccessKey } from '../keys/access-key.ts';

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
