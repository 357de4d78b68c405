import type { Partition, Resource } from '@aws-sdk/client-securityhub';
import type { RecordedResult } from '../aws/config.ts';
import type { UserDetails } from '../aws/iam.ts';
import { type AccessKey, isActive } from '../keys/access-key.ts';
import type { FindingRule, Place } from './settings.ts';

/** Returns the id of the only finding for a rule and a user. It stays the same if the user is renamed. */
export const findingId = ({ arn }: Pick<FindingRule, 'arn'>, UserId: string): string =>
  `${arn}/user/${UserId}`;

/** Returns the user id in a finding id. */
export const userIdOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** Returns the ARN of the product under which an account imports its own findings. */
export const productArn = ({ partition, region, accountId }: Place): string =>
  `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`;

/** Returns the prefix of the ARNs of all Config rules in an account and Region. */
export const ruleArnPrefix = ({ partition, region, accountId }: Place): string =>
  `arn:${partition}:config:${region}:${accountId}:config-rule/`;

/** A user with its current access keys. */
export type UserWithKeys = UserDetails & { readonly keys: readonly AccessKey[] };

/** A user that violates a rule according to the result that AWS Config recorded. */
export type Violation = {
  readonly rule: FindingRule;
  readonly user: UserWithKeys;
  readonly recorded: RecordedResult;
};

/** Returns the recorded annotation, or a sentence that states that there is none. */
export const annotationOf = ({ recorded }: Pick<Violation, 'recorded'>): string =>
  recorded.Annotation?.trim() || 'AWS Config recorded NON_COMPLIANT without an annotation.';

/** The partitions that ASFF knows. */
const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn', 'aws-us-gov'];

/** The access key statuses that ASFF knows. */
const STATUSES = ['Active', 'Inactive'] as const;

/**
 * The maximum length of a resource id in characters, and the maximum number of resources of a finding.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
 */
const LONGEST_RESOURCE_ID = 512;
const MAXIMUM_RESOURCES = 32;

const placeMembers = ({ partition, region }: Place) => ({
  Partition: PARTITIONS.find((known) => known === partition),
  Region: region,
});

const keyResource = (
  { AccessKeyId, Status, CreateDate }: AccessKey,
  { UserId, UserName }: UserWithKeys,
  place: Place,
): Resource => {
  const known = STATUSES.find((status) => status === Status);
  return {
    Type: 'AwsIamAccessKey',
    // An access key has no ARN. GuardDuty findings identify it in the same way.
    Id: `AWS::IAM::AccessKey:${AccessKeyId}`,
    ...placeMembers(place),
    Details: {
      AwsIamAccessKey: {
        AccessKeyId,
        Status: known,
        CreatedAt: CreateDate.toISOString(),
        PrincipalId: UserId,
        PrincipalType: 'IAMUser',
        PrincipalName: UserName,
        AccountId: place.accountId,
      },
      ...(known === undefined && { Other: { Status } }),
    },
  };
};

/** Returns the user and its keys, at most 32 resources: active keys come first, then older ones. */
export const toResources = (user: UserWithKeys, place: Place): Resource[] => {
  const { Arn, UserId, UserName, Path, CreateDate } = user;
  const keys = user.keys.toSorted(
    (one, other) =>
      Number(isActive(other)) - Number(isActive(one)) ||
      one.CreateDate.getTime() - other.CreateDate.getTime(),
  );
  const userResource: Resource = {
    Type: 'AwsIamUser',
    // A truncated ARN would identify another user, or none.
    Id: Arn.length > LONGEST_RESOURCE_ID ? UserId : Arn,
    ...placeMembers(place),
    Details: { AwsIamUser: { UserId, UserName, Path, CreateDate: CreateDate.toISOString() } },
  };
  return [userResource, ...keys.map((key) => keyResource(key, user, place))].slice(
    0,
    MAXIMUM_RESOURCES,
  );
};
