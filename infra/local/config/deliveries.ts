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

/** What deliveries need: the clock, who can change, and the way to a Lambda function. */
type DeliveryDeps = {
  readonly now: () => Date;
  readonly accountId: string;
  readonly iam: Iam;
  readonly invokeFunction: (functionArn: string, event: unknown) => Promise<void>;
};

const recordsUsers = ({ properties }: LocalRule) =>
  properties.Scope?.ComplianceResourceTypes.includes('AWS::IAM::User') ?? true;

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

  /** AWS does not say what a rule with both triggers gets; here it is the schedule's notification. */
  const evaluate = async (rule: LocalRule) => {
    rule.evaluationsUnderWay += 1;
    try {
      if (isTriggeredBy(rule, 'ScheduledNotification'))
        return await deliver(rule, scheduledNotification(now(), accountId));
      const replay = (user: UserChange['user']) =>
        deliverChange(rule, { configurationItemStatus: 'OK', user });
      await pMap(iam.users.values(), replay, { concurrency: 4 });
    } finally {
      rule.evaluationsUnderWay -= 1;
    }
  };

  return {
    /** The rule that a result token stands for; a token stays valid. */
    issuedFor: (resultToken: string) => issued.get(resultToken),
    evaluate,
    deliverChange,
    deliverOversized: (rule: LocalRule, user: UserChange['user']) =>
      deliver(rule, oversizedNotification(user, now(), accountId)),
  };
};

export type Deliveries = ReturnType<typeof createDeliveries>;
