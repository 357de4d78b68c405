import type { UserChange } from '../iam/iam.ts';
import type { LocalRule } from './rules.ts';

/** A notification for a rule; `invokingEvent` is sent as JSON text. */
export type Notification = { readonly invokingEvent: object; readonly eventLeftScope: boolean };

/** Returns the members that a configuration item and its summary have in common. */
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

/** Returns the notification of a schedule or a started evaluation. */
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

/** Returns the configuration item of a user. A deleted user has no configuration and is out of scope. */
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

/** Returns the summary that replaces a configuration item that is too large; it does not have the user name. */
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
 * Returns the event that AWS Config invokes the function of a rule with.
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
