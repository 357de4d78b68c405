import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { Iam, UserChange } from '../iam/iam.ts';
import {
  changeNotification,
  configRuleEvent,
  type Notification,
  oversizedNotification,
  scheduledNotification,
} from './events.ts';
import { isTriggeredBy, type LocalRule } from './rules.ts';

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
