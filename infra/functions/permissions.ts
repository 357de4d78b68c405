import { Stack, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Returns a service principal that may assume a role only on behalf of this account.
 *
 * @param conditions  condition operators in addition to the account
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export const serviceOfThisAccount = (
  scope: Construct,
  service: string,
  conditions: Record<string, Record<string, string>> = {},
): ServicePrincipal =>
  new ServicePrincipal(service, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account }, ...conditions },
  });

/** Returns the actions that read the keys of a user, and its tags if there is a tag to read. */
export const keyReadingActions = (tagKey: string | undefined): string[] => [
  'iam:ListAccessKeys',
  'iam:GetAccessKeyLastUsed',
  ...(tagKey === undefined ? [] : ['iam:ListUserTags']),
];

/** Allows a role to call actions on the IAM users of this account, with any path. */
export const allowOnUsers = (role: IRole, actions: readonly string[]): void => {
  const users = Stack.of(role).formatArn({
    service: 'iam',
    region: '',
    resource: 'user',
    resourceName: '*',
  });
  role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [users] }));
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:user/*]',
    reason: 'The rule applies to every IAM user of the account.',
  });
};

/**
 * Allows a role to call actions that do not support resource-level permissions.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export const allowWithoutResource = (role: IRole, actions: readonly string[]): void => {
  role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: ['*'] }));
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: `${actions.join(' and ')} do not support resource-level permissions.`,
  });
};

/** Allows a role to read the event history of CloudTrail in every Region. */
export const allowToReadHistory = (role: IRole): void =>
  allowWithoutResource(role, ['cloudtrail:LookupEvents']);

/** Allows a role to read what a plan depends on: users, keys, rule parameters and the event history. */
export const allowToPlan = (role: IRole, tagKey: string | undefined): void => {
  allowOnUsers(role, keyReadingActions(tagKey));
  allowWithoutResource(role, ['iam:ListUsers', 'config:DescribeConfigRules']);
  allowToReadHistory(role);
};
