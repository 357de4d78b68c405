import { type Clock, createWork } from '../clock.ts';
import {
  type BridgedEvent,
  createEventRules,
  type EventRule,
  type EventTarget,
  repeat,
  scheduledEvent,
} from './rules.ts';
import { createTargets, type Reason, type TargetDeps } from './targets.ts';

/** An event that reached neither its target nor a dead-letter queue. */
type DroppedEvent = {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly event: BridgedEvent;
  readonly reason: Reason;
};

type EventBridgeDeps = TargetDeps &
  Clock & { readonly region: string; readonly closed: AbortSignal };

/** Starts the schedule of a rule and stops the former schedule of a rule with the same name. */
const createSchedules = (
  deps: EventBridgeDeps,
  send: (event: BridgedEvent, rule: EventRule) => void,
) => {
  const started = new Map<string, AbortController>();
  return (rule: EventRule): void => {
    started.get(rule.Name)?.abort();
    if (rule.period === undefined || rule.State !== 'ENABLED') return;
    const controller = new AbortController();
    started.set(rule.Name, controller);
    const signal = AbortSignal.any([deps.closed, controller.signal]);
    const act = () => send(scheduledEvent(rule.Arn, deps, deps.now()), rule);
    void repeat(rule.period, act, { wait: deps.wait, signal });
  };
};

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

  const send = (event: BridgedEvent, rule: EventRule) => {
    for (const target of rule.Targets) deliver(event, rule, target);
  };

  const startSchedule = createSchedules(deps, send);

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
        if (rule.State === 'ENABLED' && rule.matches(event)) send(event, rule);
    },
    /** Whether a function is being invoked. */
    isUnderWay: work.isUnderWay,
    /** Resolves when no function is being invoked; schedules continue. */
    settled: work.ended,
  };
};

export type EventBridge = ReturnType<typeof createEventBridge>;
