import type { Partition, Resource } from '@aws-sdk/client-securityhub';
import { type AccessKey, isActive } from '../keys/access-key.ts';
import { LIMITS } from './limits.ts';
import type { Place } from './settings.ts';
import type { UserWithKeys } from './violation.ts';

const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn', 'aws-us-gov'];

/** The statuses that ASFF has a word for. */
const STATUSES = ['Active', 'Inactive'] as const;

const placed = ({ partition, region }: Place) => ({
  Partition: PARTITIONS.find((known) => known === partition),
  Region: region,
});

const keyResource = (
  key: AccessKey,
  { UserId, UserName }: UserWithKeys,
  place: Place,
): Resource => {
  const { AccessKeyId, Status } = key;
  const known = STATUSES.find((status) => status === Status);
  return {
    Type: 'AwsIamAccessKey',
    // As the findings of GuardDuty name a key, which has no ARN.
    Id: `AWS::IAM::AccessKey:${AccessKeyId}`,
    ...placed(place),
    Details: {
      AwsIamAccessKey: {
        AccessKeyId,
        Status: known,
        CreatedAt: key.CreateDate.toISOString(),
        PrincipalId: UserId,
        PrincipalType: 'IAMUser',
        PrincipalName: UserName,
        AccountId: place.accountId,
      },
      ...(known === undefined && { Other: { Status } }),
    },
  };
};

/** The user, then its keys: active ones first, 31 at most. */
export const toResources = (user: UserWithKeys, place: Place): Resource[] => {
  const { Arn, UserId, UserName, Path, CreateDate } = user;
  const keys = user.keys.toSorted(
    (one, other) =>
      Number(isActive(other)) - Number(isActive(one)) ||
      one.CreateDate.getTime() - other.CreateDate.getTime(),
  );
  return [
    {
      Type: 'AwsIamUser',
      // A cut ARN would name another user, or none.
      Id: Arn.length > LIMITS.ResourceId ? UserId : Arn,
      ...placed(place),
      Details: {
        AwsIamUser: { UserId, UserName, Path, CreateDate: CreateDate.toISOString() },
      },
    },
    ...keys.slice(0, LIMITS.Resources - 1).map((key) => keyResource(key, user, place)),
  ];
};
