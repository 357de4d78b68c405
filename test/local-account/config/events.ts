import type { UserChange } from '../iam/iam.ts';
import type { LocalRule } from './rules.ts';

/** What a rule is told: `invokingEvent` becomes JSON in text. */
export type Notification = { readonly invokingEvent: object; readonly eventLeftScope: boolean };

/** The members that a configuration item and its summary share, for a user at an instant. */
const itemOf = ({ configurationItemStatus, user }: UserChange, at: Date, awsAccountId: string) => ({
  configurationItemCaptureTime: at.toISOString(),
  awsAccountId,
  configurationItemStatus,
  configurationItemVersion: '1.3',
  resourceType: 'AWS::IAM::User',
  resourceId: user.UserId,
  ARN: user.Arn,
  awsRegion: 'global',
  availabilityZone: 'Not Applicable',
  configurationStateMd5Hash: '',
  resourceCreationTime: user.CreateDate.toISOString(),
});

/** As the schedule of a rule, or a call for its evaluation, tells it. */
export const scheduledNotification = (at: Date, awsAccountId: string): Notification => ({
  invokingEvent: {
    awsAccountId,
    notificationCreationTime: at.toISOString(),
    messageType: 'ScheduledNotification',
    recordVersion: '1.0',
  },
  eventLeftScope: false,
});

const configurationOf = (user: UserChange['user']) => ({
  path: user.Path,
  userName: user.UserName,
  userId: user.UserId,
  arn: user.Arn,
  createDate: user.CreateDate.toISOString(),
  userPolicyList: [],
  groupList: [],
  attachedManagedPolicies: [],
  permissionsBoundary: null,
  tags: [...user.tags.values()].map(({ Key: key, Value: value }) => ({ key, value })),
});

/** The configuration item of a user: without a configuration, and out of scope, once it is deleted. */
export const changeNotification = (change: UserChange, at: Date, accountId: string) => {
  const isDeleted = change.configurationItemStatus === 'ResourceDeleted';
  return {
    invokingEvent: {
      configurationItemDiff: null,
      configurationItem: {
        ...itemOf(change, at, accountId),
        resourceName: change.user.UserName,
        configuration: isDeleted ? null : configurationOf(change.user),
        supplementaryConfiguration: {},
        relatedEvents: [],
        relationships: [],
        tags: Object.fromEntries(
          [...change.user.tags.values()].map(({ Key, Value }) => [Key, Value]),
        ),
        configurationStateId: at.getTime(),
      },
      notificationCreationTime: at.toISOString(),
      messageType: 'ConfigurationItemChangeNotification',
      recordVersion: '1.3',
    },
    eventLeftScope: isDeleted,
  } satisfies Notification;
};

/** What comes instead of a configuration item that is too large: a summary, here without the name. */
export const oversizedNotification = (user: UserChange['user'], at: Date, accountId: string) =>
  ({
    invokingEvent: {
      configurationItemSummary: {
        ...itemOf({ configurationItemStatus: 'OK', user }, at, accountId),
        changeType: 'UPDATE',
        configurationStateId: 0,
        resourceName: null,
      },
      messageType: 'OversizedConfigurationItemChangeNotification',
    },
    eventLeftScope: false,
  }) satisfies Notification;

/**
 * What AWS Config invokes the Lambda function of a rule with.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
 */
export const configRuleEvent = (
  { properties, ConfigRuleArn, ConfigRuleId }: LocalRule,
  { invokingEvent, eventLeftScope }: Notification,
  { resultToken, accountId }: { resultToken: string; accountId: string },
) => ({
  version: '1.0',
  invokingEvent: JSON.stringify(invokingEvent),
  ruleParameters: properties.InputParameters ?? '{}',
  resultToken,
  eventLeftScope,
  executionRoleArn: `arn:aws:iam::${accountId}:role/config-role`,
  configRuleArn: ConfigRuleArn,
  configRuleName: properties.ConfigRuleName,
  configRuleId: ConfigRuleId,
  accountId,
});
