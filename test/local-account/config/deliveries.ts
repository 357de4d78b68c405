import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import * as v from 'valibot';
import type { Work } from '../clock.ts';
import { operation, ServiceError } from '../dispatch.ts';
import type { Iam, UserChange } from '../iam/iam.ts';
import {
  changeNotification,
  configRuleEvent,
  type Notification,
  oversizedNotification,
  scheduledNotification,
} from './notifications.ts';
import { ConfigRuleNames, isTriggeredBy, type LocalRule, type Rules } from './rules.ts';

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
    /** Returns the rule and invocation time of a result token. Tokens do not expire. */
    issuedFor: (resultToken: string) => issued.get(resultToken),
    /** Evaluates the rule, as after its creation or the start of an evaluation. */
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

type StartDeps = {
  readonly now: () => Date;
  readonly rules: Rules;
  readonly deliveries: Deliveries;
  readonly work: Work;
};

const refuseTooEarly = (rule: LocalRule, at: Date) => {
  const sinceStart = at.getTime() - (rule.startedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (rule.evaluationsUnderWay === 0 && sinceStart >= 60_000) return;
  const name = rule.properties.ConfigRuleName;
  const message = `${name} is being evaluated, or was started less than a minute ago`;
  throw new ServiceError('LimitExceededException', message);
};

/**
 * StartConfigRulesEvaluation: evaluates each rule at most once a minute and not during an evaluation.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
export const startConfigRulesEvaluation = ({ now, rules, deliveries, work }: StartDeps) =>
  operation(
    v.strictObject({ ConfigRuleNames: v.pipe(ConfigRuleNames, v.minLength(1)) }),
    (input) => {
      const at = now();
      const chosen = [...new Set(input.ConfigRuleNames.map(rules.named))];
      for (const rule of chosen) refuseTooEarly(rule, at);
      for (const rule of chosen) {
        rule.startedAt = at;
        work.begin(() => deliveries.evaluate(rule));
      }
      return {};
    },
  );
