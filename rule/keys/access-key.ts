import { date } from './days.ts';

/** An access key as ListAccessKeys and GetAccessKeyLastUsed return it. */
export type AccessKey = {
  readonly AccessKeyId: string;
  readonly Status: string;
  readonly CreateDate: Date;
  /** Absent if the key was never used, or if its last use was not read. */
  readonly LastUsedDate?: Date | undefined;
  /** The service of the last use, such as `s3`, if it is known. */
  readonly ServiceName?: string | undefined;
  /** The Region of the last use, if it is known. */
  readonly Region?: string | undefined;
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

/** Describes when a key was used: `last used 2026-01-31` or `never used, created 2026-01-31`. */
export const describeUseDate = (key: AccessKey): string =>
  `${wasUsed(key) ? 'last used' : 'never used, created'} ${date(idleSince(key))}`;

/** Describes the use of a key, with the service and the Region if they are known: `last used 2026-01-31, s3, us-east-1`. */
export const describeUse = (key: AccessKey): string =>
  [describeUseDate(key), key.ServiceName, key.Region]
    .filter((part) => part !== undefined)
    .join(', ');

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
