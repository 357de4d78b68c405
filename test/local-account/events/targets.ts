import type { Lambda } from '../lambda/lambda.ts';
import { letsSend } from '../sqs/queue-policy.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { BridgedEvent } from './event-bridge.ts';
import type { EventRule } from './rules.ts';

const EVENTS = 'events.amazonaws.com';

/** Why an event does not reach its target. */
export type Reason = 'NO_RESOURCE' | 'NO_PERMISSIONS';

/** What rules send to, and whose they are. */
export type TargetDeps = {
  readonly accountId: string;
  readonly sqs: Sqs;
  readonly lambda: Pick<Lambda, 'functions' | 'invokeEvent'>;
};

/** A way to a target: open, or why it is not. */
type Way = { readonly reason: Reason } | { readonly send: () => Promise<void> | void };

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** The ways to the queues and functions of an account, each only for rules that it lets in. */
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
  ): Way => {
    const queue = sqs.withArn(queueArn);
    if (queue === undefined) return { reason: 'NO_RESOURCE' };
    if (!letsSend(queue.policy(), serviceOf(rule), queueArn)) return { reason: 'NO_PERMISSIONS' };
    return { send: () => void queue.send({ ...message, SenderId: EVENTS }) };
  };

  const toFunction = (functionArn: string, rule: EventRule, event: BridgedEvent): Way => {
    if (!lambda.functions.exists(functionArn)) return { reason: 'NO_RESOURCE' };
    const service = serviceOf(rule);
    if (!lambda.functions.isInvocableBy(functionArn, service)) return { reason: 'NO_PERMISSIONS' };
    return { send: () => lambda.invokeEvent(functionArn, event, service) };
  };

  return {
    /** The way of an event to a target. */
    wayTo: (arn: string, rule: EventRule, event: BridgedEvent): Way =>
      arn.includes(':lambda:')
        ? toFunction(arn, rule, event)
        : toQueue(arn, rule, { Body: JSON.stringify(event) }),
    /** The way to the dead letters of a target, with what EventBridge says beside the event. */
    wayToDeadLetters: (
      queueArn: string,
      rule: EventRule,
      { event, targetArn, reason }: { event: BridgedEvent; targetArn: string; reason: Reason },
    ): Way =>
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
