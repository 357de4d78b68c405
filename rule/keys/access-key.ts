/** An access key as ListAccessKeys and GetAccessKeyLastUsed tell of it, in their own words. */
export type AccessKey = {
  readonly AccessKeyId: string;
  readonly Status: string;
  readonly CreateDate: Date;
  /** Absent when the key was never used. */
  readonly LastUsedDate?: Date | undefined;
};

/**
 * The key signs requests. `Inactive` and `Expired` keys do not, nor would a status yet to come.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyMetadata.html
 */
export const isActive = (key: Pick<AccessKey, 'Status'>): boolean => key.Status === 'Active';

/** The key has signed a request since IAM keeps track of it (2015-04-22). */
export const wasUsed = (key: AccessKey): boolean => key.LastUsedDate !== undefined;

/** The instant from which on the key has done nothing: its last use, else its creation. */
export const idleSince = (key: AccessKey): Date => key.LastUsedDate ?? key.CreateDate;
