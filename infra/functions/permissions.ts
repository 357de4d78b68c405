import { Stack, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * A service that may assume a role only on behalf of this account.
 *
 * @param conditions  further operators, beside the account
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

/** The actions that read what is known of a user's keys; tags only where one exempts. */
export const keyReadingActions = (exemptionTagKey: string | undefined): string[] => [
  'iam:ListAccessKeys',
  'iam:GetAccessKeyLastUsed',
  ...(exemptionTagKey === undefined ? [] : ['iam:ListUserTags']),
];

/** Allows actions on the IAM users of this account, whatever their path, and on nothing else. */
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
    reason: 'The rule is about every IAM user of the account, and users come and go.',
  });
};

/**
 * Allows actions that know no resource: IAM grants these on every resource or not at all.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export const allowWithoutResource = (role: IRole, actions: readonly string[]): void => {
  role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: ['*'] }));
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: `No resource type is defined for ${actions.join(' and ')}.`,
  });
};

/** Allows to read since when a key is inactive: CloudTrail's event history, in whatever Region it lies. */
export const allowToReadHistory = (role: IRole): void =>
  allowWithoutResource(role, ['cloudtrail:LookupEvents']);

/** Lets Lambda poll a queue for a function, as the function's role. */
export const allowToPoll = (role: IRole, { queueArn }: IQueue): void => {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [queueArn] }));
};
