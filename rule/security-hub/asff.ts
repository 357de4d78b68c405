import type { Partition, Resource } from '@aws-sdk/client-securityhub';
import type { RecordedResult } from '../aws/config.ts';
import type { UserDetails } from '../aws/iam.ts';
import { type AccessKey, isActive } from '../keys/access-key.ts';
import type { FindingRule, Place } from './settings.ts';

/**
 * How much the AWS Security Finding Format holds: characters of texts, items of lists.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
export const LIMITS = {
  Title: 256,
  Description: 1024,
  RecommendationText: 512,
  ProductFieldValue: 2048,
  ResourceId: 512,
  Resources: 32,
  RelatedRequirements: 32,
} as const;

/** Cuts a text that is longer than its member may be, visibly. */
export const cut = (
  text: string,
  member: 'Title' | 'Description' | 'RecommendationText' | 'ProductFieldValue',
): string => (text.length <= LIMITS[member] ? text : `${text.slice(0, LIMITS[member] - 3)}...`);

/** The one finding on a user and a rule, whatever the user is called and however often it violates the rule. */
export const findingId = ({ arn }: Pick<FindingRule, 'arn'>, UserId: string): string =>
  `${arn}/user/${UserId}`;

/** The user that a finding is on, by the id of the finding. */
export const userIdOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** The product under which an account's own findings are imported. */
export const productArn = ({ partition, region, accountId }: Place): string =>
  `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`;

/** How the ARN of every Config rule of the place begins. */
export const rulesOf = ({ partition, region, accountId }: Place): string =>
  `arn:${partition}:config:${region}:${accountId}:config-rule/`;

/** A user with its keys, as both are now. */
export type UserWithKeys = UserDetails & { readonly keys: readonly AccessKey[] };

/** A user that violates a rule: what Config holds, and what IAM knows of it now. */
export type Violation = {
  readonly rule: FindingRule;
  readonly user: UserWithKeys;
  readonly held: RecordedResult;
};

/** The annotation that Config holds, or that it holds none. */
export const evidenceOf = ({ held }: Pick<Violation, 'held'>): string =>
  held.Annotation?.trim() || 'AWS Config holds NON_COMPLIANT without an annotation.';

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
