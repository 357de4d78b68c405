import { letsSend } from '../sqs/queue-policy.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { createEventRules, type EventRule, type EventTarget } from './rules.ts';

const EVENTS = 'events.amazonaws.com';

/** An event as EventBridge delivers it. */
export type BridgedEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, in whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

/** An event that reached neither its target nor a dead-letter queue. */
type DroppedEvent = {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly event: BridgedEvent;
  readonly reason: Reason;
};

type Reason = 'NO_RESOURCE' | 'NO_PERMISSIONS';
type EventBridgeDeps = { readonly accountId: string; readonly region: string; readonly sqs: Sqs };

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** What a dead letter says beside the event. */
const attributesOf = (rule: EventRule, target: EventTarget, reason: Reason) => ({
  RULE_ARN: text(rule.Arn),
  TARGET_ARN: text(target.Arn),
  ERROR_CODE: text(reason),
  ERROR_MESSAGE: text(`expected a queue whose policy lets ${EVENTS} send for ${rule.Arn}`),
});

/**
 * The default event bus of one account and Region: its rules send to queues.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export const createEventBridge = ({ accountId, region, sqs }: EventBridgeDeps) => {
  const rules = createEventRules({ accountId, region });
  const dropped: DroppedEvent[] = [];

  /** Why EventBridge cannot send to a queue for a rule; `undefined` when it can. */
  const obstacle = (queueArn: string, { Arn: SourceArn }: EventRule): Reason | undefined => {
    const queue = sqs.withArn(queueArn);
    if (queue === undefined) return 'NO_RESOURCE';
    const service = { Principal: EVENTS, SourceAccount: accountId, SourceArn };
    return letsSend(queue.policy(), service, queueArn) ? undefined : 'NO_PERMISSIONS';
  };

  const deliver = (event: BridgedEvent, rule: EventRule, target: EventTarget) => {
    const message = { Body: JSON.stringify(event), SenderId: EVENTS };
    const reason = obstacle(target.Arn, rule);
    if (reason === undefined) return void sqs.withArn(target.Arn)?.send(message);
    const { Arn: deadLetterArn } = target.DeadLetterConfig;
    if (deadLetterArn === undefined || obstacle(deadLetterArn, rule) !== undefined)
      return void dropped.push({ ruleArn: rule.Arn, targetArn: target.Arn, event, reason });
    const MessageAttributes = attributesOf(rule, target, reason);
    return void sqs.withArn(deadLetterArn)?.send({ ...message, MessageAttributes });
  };

  return {
    /** Takes the properties of an AWS::Events::Rule. */
    putRule: rules.put,
    /** The events that reached nobody. */
    dropped: dropped as readonly DroppedEvent[],
    /** Sends an event to the targets of the enabled rules that it matches. */
    put: (event: BridgedEvent) => {
      for (const rule of rules.all())
        if (rule.State === 'ENABLED' && rule.matches(event))
          for (const target of rule.Targets) deliver(event, rule, target);
    },
  };
};

export type EventBridge = ReturnType<typeof createEventBridge>;
