import { type Clock, createWork } from '../clock.ts';
import {
  createEventRules,
  createTargets,
  type EventRule,
  type EventTarget,
  type Reason,
  repeat,
  scheduledEvent,
  type TargetDeps,
} from './rules.ts';

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

type EventBridgeDeps = TargetDeps &
  Clock & { readonly region: string; readonly closed: AbortSignal };

/** Begins the schedule of a rule, in the place of the one that the rule of that name had. */
const createSchedules = (
  deps: EventBridgeDeps,
  send: (event: BridgedEvent, rule: EventRule) => void,
) => {
  const begun = new Map<string, AbortController>();
  return (rule: EventRule): void => {
    begun.get(rule.Name)?.abort();
    if (rule.period === undefined || rule.State !== 'ENABLED') return;
    const controller = new AbortController();
    begun.set(rule.Name, controller);
    const signal = AbortSignal.any([deps.closed, controller.signal]);
    const act = () => send(scheduledEvent(rule.Arn, deps, deps.now()), rule);
    void repeat(rule.period, act, { wait: deps.wait, signal });
  };
};

/**
 * The default event bus of one account and Region: its rules send to queues and functions, on events and on schedules.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export const createEventBridge = (deps: EventBridgeDeps) => {
  const rules = createEventRules(deps);
  const targets = createTargets(deps);
  const work = createWork('EventBridge');
  const dropped: DroppedEvent[] = [];

  const deliver = (event: BridgedEvent, rule: EventRule, target: EventTarget) => {
    const way = targets.wayTo(target.Arn, rule, event);
    if ('send' in way) return work.begin(async () => way.send());
    const { reason } = way;
    const { Arn: deadLetterArn } = target.DeadLetterConfig;
    const lost = { event, targetArn: target.Arn, reason };
    const toDeadLetters = deadLetterArn && targets.wayToDeadLetters(deadLetterArn, rule, lost);
    if (toDeadLetters && 'send' in toDeadLetters) return void toDeadLetters.send();
    return void dropped.push({ ruleArn: rule.Arn, ...lost });
  };

  const send = (event: BridgedEvent, rule: EventRule) => {
    for (const target of rule.Targets) deliver(event, rule, target);
  };

  const begin = createSchedules(deps, send);

  return {
    /** Takes the properties of an AWS::Events::Rule; its schedule begins now. */
    putRule: (properties: unknown) => {
      const rule = rules.put(properties);
      begin(rule);
      return rule;
    },
    /** The events that reached nobody. */
    dropped: dropped as readonly DroppedEvent[],
    /** Sends an event to the targets of the enabled rules that it matches. */
    put: (event: BridgedEvent) => {
      for (const rule of rules.all())
        if (rule.State === 'ENABLED' && rule.matches(event)) send(event, rule);
    },
    /** A function is being invoked. */
    isUnderWay: work.isUnderWay,
    /** Resolves when no function is being invoked; schedules go on. */
    settled: work.ended,
  };
};

export type EventBridge = ReturnType<typeof createEventBridge>;
