import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { ServiceError } from '../dispatch.ts';
import type { Iam, UserChange } from '../iam/iam.ts';
import { policyName } from '../iam/policies.ts';
import { isTriggeredBy, type LocalRule } from './rules.ts';

/** A notification for a rule; `invokingEvent` is sent as JSON text. */
type Notification = { readonly invokingEvent: object; readonly eventLeftScope: boolean };

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
const scheduledNotification = (at: Date, awsAccountId: string): Notification => ({
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
  attachedManagedPolicies: [...user.attachedPolicies].map((policyArn) => ({
    policyName: policyName(policyArn),
    policyArn,
  })),
  permissionsBoundary: null,
  tags: [...user.tags.values()].map(({ Key: key, Value: value }) => ({ key, value })),
});

/** A change of a user; a deleted user has left the scope of the rule, and so may another one. */
type Change = UserChange & { readonly eventLeftScope?: boolean };

/** Returns the configuration item of a user. A deleted user has no configuration. */
const changeNotification = (change: Change, at: Date, accountId: string) => {
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
    eventLeftScope: change.eventLeftScope ?? isDeleted,
  } satisfies Notification;
};

/** Returns the summary that replaces a configuration item that is too large; it does not have the user name. */
const oversizedNotification = (user: UserChange['user'], at: Date, accountId: string) =>
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
const configRuleEvent = (
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

/**
 * What the start of an evaluation sends to a rule with both triggers. AWS does not document it.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
export type EvaluationStart = 'schedule' | 'changes' | 'both';

type DeliveryDeps = {
  readonly now: () => Date;
  readonly accountId: string;
  readonly iam: Iam;
  readonly invokeFunction: (functionArn: string, event: unknown) => Promise<void>;
  /** @default 'schedule' */
  readonly evaluationStart?: EvaluationStart | undefined;
};

const recordsUsers = ({ properties }: LocalRule) =>
  properties.Scope?.ComplianceResourceTypes.includes('AWS::IAM::User') ?? true;

const isHybrid = (rule: LocalRule) =>
  isTriggeredBy(rule, 'ScheduledNotification') &&
  isTriggeredBy(rule, 'ConfigurationItemChangeNotification');

/** Creates the deliveries of notifications to the functions of rules, each with its own result token. */
export const createDeliveries = (deps: DeliveryDeps) => {
  const { now, accountId, iam } = deps;
  const issued = new Map<string, { rule: LocalRule; invokedAt: Date }>();

  const deliver = async (rule: LocalRule, notification: Notification) => {
    const resultToken = randomUUID();
    const invokedAt = now();
    issued.set(resultToken, { rule, invokedAt });
    const event = configRuleEvent(rule, notification, { resultToken, accountId });
    rule.invocations.FirstEvaluationStarted = true;
    try {
      await deps.invokeFunction(rule.properties.Source.SourceIdentifier, event);
      rule.invocations.LastSuccessfulInvocationTime = invokedAt;
    } catch (error) {
      if (error instanceof ServiceError)
        Object.assign(rule.invocations, {
          LastFailedInvocationTime: invokedAt,
          LastErrorCode: error.code,
          LastErrorMessage: error.message,
        });
      throw error;
    }
  };

  const deliverChange = async (rule: LocalRule, change: Change) => {
    if (isTriggeredBy(rule, 'ConfigurationItemChangeNotification') && recordsUsers(rule))
      await deliver(rule, changeNotification(change, now(), accountId));
  };

  const deliverSchedule = async (rule: LocalRule, at = now()) => {
    if (isTriggeredBy(rule, 'ScheduledNotification'))
      await deliver(rule, scheduledNotification(at, accountId));
  };
  const replayUsers = async (rule: LocalRule) => {
    const replay = (user: UserChange['user']) =>
      deliverChange(rule, { configurationItemStatus: 'OK', user });
    await pMap(iam.users.values(), replay, { concurrency: 4 });
  };
  const sends = (rule: LocalRule, kind: EvaluationStart) =>
    !isHybrid(rule) || ['both', kind].includes(deps.evaluationStart ?? 'schedule');
  const evaluating = async (rule: LocalRule, work: () => Promise<void>) => {
    rule.evaluationsUnderWay += 1;
    try {
      await work();
    } finally {
      rule.evaluationsUnderWay -= 1;
    }
  };

  return {
    /** Returns the rule and invocation time of a result token. Tokens do not expire. */
    issuedFor: (resultToken: string) => issued.get(resultToken),
    /** Evaluates the rule, as after its creation or the start of an evaluation. */
    evaluate: (rule: LocalRule) =>
      evaluating(rule, async () => {
        if (sends(rule, 'schedule')) await deliverSchedule(rule);
        if (sends(rule, 'changes')) await replayUsers(rule);
      }),
    deliverSchedule: (rule: LocalRule, at?: Date) =>
      evaluating(rule, () => deliverSchedule(rule, at)),
    deliverChange,
    deliverOversized: (rule: LocalRule, user: UserChange['user']) =>
      deliver(rule, oversizedNotification(user, now(), accountId)),
  };
};
