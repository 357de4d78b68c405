import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { Iam, UserChange } from '../iam/iam.ts';
import { isTriggeredBy, type LocalRule } from './rules.ts';

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

/**
 * What the start of an evaluation sends to a rule with both triggers; AWS does not say which.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
export type EvaluationStart = 'schedule' | 'changes' | 'both';

/** What deliveries need: the clock, who can change, and the way to a Lambda function. */
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

/** Delivers notifications to the functions of rules, each with a result token of its own. */
export const createDeliveries = (deps: DeliveryDeps) => {
  const { now, accountId, iam } = deps;
  const issued = new Map<string, { rule: LocalRule; invokedAt: Date }>();

  const deliver = async (rule: LocalRule, notification: Notification) => {
    const resultToken = randomUUID();
    issued.set(resultToken, { rule, invokedAt: now() });
    const event = configRuleEvent(rule, notification, { resultToken, accountId });
    await deps.invokeFunction(rule.properties.Source.SourceIdentifier, event);
  };

  const deliverChange = async (rule: LocalRule, change: UserChange) => {
    if (isTriggeredBy(rule, 'ConfigurationItemChangeNotification') && recordsUsers(rule))
      await deliver(rule, changeNotification(change, now(), accountId));
  };

  const deliverSchedule = async (rule: LocalRule) => {
    if (isTriggeredBy(rule, 'ScheduledNotification'))
      await deliver(rule, scheduledNotification(now(), accountId));
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
    /** The rule that a result token stands for; a token stays valid. */
    issuedFor: (resultToken: string) => issued.get(resultToken),
    /** Evaluates the rule as when it is new, or its evaluation is started. */
    evaluate: (rule: LocalRule) =>
      evaluating(rule, async () => {
        if (sends(rule, 'schedule')) await deliverSchedule(rule);
        if (sends(rule, 'changes')) await replayUsers(rule);
      }),
    deliverSchedule: (rule: LocalRule) => evaluating(rule, () => deliverSchedule(rule)),
    deliverChange,
    deliverOversized: (rule: LocalRule, user: UserChange['user']) =>
      deliver(rule, oversizedNotification(user, now(), accountId)),
  };
};

export type Deliveries = ReturnType<typeof createDeliveries>;
