import { date } from './days.ts';

/** An access key as ListAccessKeys and GetAccessKeyLastUsed return it. */
export type AccessKey = {
  readonly AccessKeyId: string;
  readonly Status: string;
  readonly CreateDate: Date;
  /** Absent if the key was never used, or if its last use was not read. */
  readonly LastUsedDate?: Date | undefined;
};

/**
 * Tells whether the key can sign requests. `Inactive` and `Expired` keys cannot, nor can a key with an unknown status.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyMetadata.html
 */
export const isActive = (key: Pick<AccessKey, 'Status'>): boolean => key.Status === 'Active';

/** Tells whether the key has signed a request since IAM began to record this (2015-04-22). */
export const wasUsed = (key: AccessKey): boolean => key.LastUsedDate !== undefined;

/** Returns the instant since which the key is idle: its last use, or its creation if it was never used. */
export const idleSince = (key: AccessKey): Date => key.LastUsedDate ?? key.CreateDate;

/** Describes the use of a key: `last used 2026-01-31` or `never used, created 2026-01-31`. */
export const describeUse = (key: AccessKey): string =>
  `${wasUsed(key) ? 'last used' : 'never used, created'} ${date(idleSince(key))}`;

/** Compares two texts by their code units, to sort them the same way in every locale. */
export const compareText = (one: string, other: string): number =>
  Number(one > other) - Number(one < other);

/** Sorts keys by an instant, the earliest first; keys with the same instant by their ids. */
export const sortKeysBy = (
  keys: readonly AccessKey[],
  instantOf: (key: AccessKey) => Date,
): readonly AccessKey[] =>
  keys.toSorted(
    (one, other) =>
      instantOf(one).getTime() - instantOf(other).getTime() ||
      compareText(one.AccessKeyId, other.AccessKeyId),
  );
