import type { FindingRule, Place } from './settings.ts';

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
