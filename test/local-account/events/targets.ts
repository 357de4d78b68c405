import type { Lambda } from '../lambda/lambda.ts';
import { letsSend } from '../sqs/queue-policy.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { BridgedEvent, EventRule } from './rules.ts';

const EVENTS = 'events.amazonaws.com';

/** The reason why an event does not reach its target. */
export type Reason = 'NO_RESOURCE' | 'NO_PERMISSIONS';

/** The services that rules send to. */
export type TargetDeps = {
  readonly accountId: string;
  readonly sqs: Sqs;
  readonly lambda: Pick<Lambda, 'functions' | 'invokeEvent'>;
};

/** A delivery to a target, or the reason why there is none. */
type Delivery = { readonly reason: Reason } | { readonly send: () => Promise<void> | void };

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Creates the deliveries to queues and functions. Their resource policies must allow the rule. */
export const createTargets = ({ accountId, sqs, lambda }: TargetDeps) => {
  const serviceOf = ({ Arn: SourceArn }: EventRule) => ({
    Principal: EVENTS,
    SourceAccount: accountId,
    SourceArn,
  });

  const toQueue = (
    queueArn: string,
    rule: EventRule,
    message: Omit<Parameters<ReturnType<Sqs['create']>['send']>[0], 'SenderId'>,
  ): Delivery => {
    const queue = sqs.withArn(queueArn);
    if (queue === undefined) return { reason: 'NO_RESOURCE' };
    if (!letsSend(queue.policy(), serviceOf(rule), queueArn)) return { reason: 'NO_PERMISSIONS' };
    return { send: () => void queue.send({ ...message, SenderId: EVENTS }) };
  };

  const toFunction = (functionArn: string, rule: EventRule, event: BridgedEvent): Delivery => {
    if (!lambda.functions.exists(functionArn)) return { reason: 'NO_RESOURCE' };
    const service = serviceOf(rule);
    if (!lambda.functions.isInvocableBy(functionArn, service)) return { reason: 'NO_PERMISSIONS' };
    return { send: () => lambda.invokeEvent(functionArn, event, service) };
  };

  return {
    /** Returns the delivery of an event to a target. */
    deliveryTo: (arn: string, rule: EventRule, event: BridgedEvent): Delivery =>
      arn.includes(':lambda:')
        ? toFunction(arn, rule, event)
        : toQueue(arn, rule, { Body: JSON.stringify(event) }),
    /** Returns the delivery to the dead-letter queue of a target, with EventBridge's message attributes. */
    deadLetterTo: (
      queueArn: string,
      rule: EventRule,
      { event, targetArn, reason }: { event: BridgedEvent; targetArn: string; reason: Reason },
    ): Delivery =>
      toQueue(queueArn, rule, {
        Body: JSON.stringify(event),
        MessageAttributes: {
          RULE_ARN: text(rule.Arn),
          TARGET_ARN: text(targetArn),
          ERROR_CODE: text(reason),
          ERROR_MESSAGE: text(`expected a target whose policy lets ${EVENTS} in for ${rule.Arn}`),
        },
      }),
  };
};
