import { createWork } from '../clock.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Schedules } from '../schedules.ts';
import { letsSend } from '../sqs/queue-policy.ts';
import type { Sqs } from '../sqs/sqs.ts';
import {
  type BridgedEvent,
  bridgedEvent,
  createEventRules,
  type EventRule,
  type EventTarget,
} from './rules.ts';

const EVENTS = 'events.amazonaws.com';

/** The reason why an event does not reach its target. */
type Reason = 'NO_RESOURCE' | 'NO_PERMISSIONS';

/** The services that rules send to. */
type TargetDeps = {
  readonly accountId: string;
  readonly sqs: Sqs;
  readonly lambda: Pick<Lambda, 'functions' | 'invokeEvent'>;
};

/** A delivery to a target, or the reason why there is none. */
type Delivery = { readonly reason: Reason } | { readonly send: () => Promise<void> | void };

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Creates the deliveries to queues and functions. Their resource policies must allow the rule. */
const createTargets = ({ accountId, sqs, lambda }: TargetDeps) => {
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

/** An event that reached neither its target nor a dead-letter queue. */
type DroppedEvent = {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly event: BridgedEvent;
  readonly reason: Reason;
};

type EventBridgeDeps = TargetDeps & { readonly region: string; readonly schedules: Schedules };

/**
 * Creates the default event bus of one account and Region. Its rules send events and schedules to queues and functions.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export const createEventBridge = (deps: EventBridgeDeps) => {
  const rules = createEventRules(deps);
  const targets = createTargets(deps);
  const work = createWork('EventBridge');
  const dropped: DroppedEvent[] = [];

  const deliver = (event: BridgedEvent, rule: EventRule, target: EventTarget) => {
    const delivery = targets.deliveryTo(target.Arn, rule, event);
    if ('send' in delivery) return work.begin(async () => delivery.send());
    const lost = { event, targetArn: target.Arn, reason: delivery.reason };
    const { Arn: queueArn } = target.DeadLetterConfig;
    const deadLetter = queueArn && targets.deadLetterTo(queueArn, rule, lost);
    if (deadLetter && 'send' in deadLetter) return void deadLetter.send();
    return void dropped.push({ ruleArn: rule.Arn, ...lost });
  };

  const send = (event: BridgedEvent, rule: EventRule) =>
    Promise.all(rule.Targets.map((target) => deliver(event, rule, target)));

  /** Starts the schedule of a rule in place of the former one of a rule with the same name. */
  const startSchedule = (rule: EventRule) => {
    const { Arn, State, nextAfter } = rule;
    const own = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };
    const act = (due: Date) => send(bridgedEvent({ ...own, resources: [Arn] }, deps, due), rule);
    const isOn = nextAfter !== undefined && State === 'ENABLED';
    deps.schedules.put(Arn, isOn ? { nextAfter, act } : undefined);
  };

  return {
    /** Creates an AWS::Events::Rule from its properties and starts its schedule. */
    putRule: (properties: unknown) => {
      const rule = rules.put(properties);
      startSchedule(rule);
      return rule;
    },
    /** The events that reached neither their target nor a dead-letter queue. */
    dropped: dropped as readonly DroppedEvent[],
    /** Sends an event to the targets of every enabled rule that matches it. */
    put: (event: BridgedEvent) => {
      for (const rule of rules.all())
        if (rule.State === 'ENABLED' && rule.matches(event)) void send(event, rule);
    },
    /** Whether a function is being invoked. */
    isUnderWay: work.isUnderWay,
    /** Resolves when no function is being invoked; schedules continue. */
    settled: work.ended,
  };
};

export type EventBridge = ReturnType<typeof createEventBridge>;
