import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Wait } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { wholeNumber } from '../request.ts';
import { QueueArn } from '../sqs/queue.ts';
import { letsSend } from '../sqs/queue-policy.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { BridgedEvent } from './event-bridge.ts';
import { parseEventPattern } from './pattern.ts';

const MILLISECONDS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Unit = keyof typeof MILLISECONDS;
const RATE = /^rate\((?:1 (minute|hour|day)|([1-9]\d*) (minute|hour|day)s)\)$/;

/**
 * Reads a rate expression as its period, in milliseconds; 1 takes the singular.
 *
 * @throws {ServiceError} ValidationException for another text, and for cron
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const parseSchedule = (expression: string): number => {
  const [match, one, count, many] = RATE.exec(expression) ?? [];
  if (match === undefined || count === '1') {
    const got = JSON.stringify(expression);
    throw new ServiceError(
      'ValidationException',
      `ScheduleExpression: expected a rate, got ${got}`,
    );
  }
  return Number(count ?? 1) * MILLISECONDS[(one ?? many) as Unit];
};

/** What a rule's schedule sends. */
export const scheduledEvent = (
  ruleArn: string,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  at: Date,
): BridgedEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: `${at.toISOString().slice(0, 19)}Z`,
  region,
  resources: [ruleArn],
  detail: {},
});

/** Acts once a period of the account's time until the signal aborts; nobody has to wait for it. */
export const repeat = async (
  period: number,
  act: () => void,
  { wait, signal }: { readonly wait: Wait; readonly signal: AbortSignal },
): Promise<void> => {
  for (;;) {
    try {
      await wait(period, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    act();
  }
};

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

const FunctionArn = v.pipe(
  v.string(),
  v.regex(/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}$/),
);

const Target = v.strictObject({
  Arn: v.union([QueueArn, FunctionArn], 'expected the ARN of a queue or a function'),
  Id: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  DeadLetterConfig: v.optional(v.strictObject({ Arn: v.optional(QueueArn) }), {}),
  // Queues and functions of the account are there or not: nothing changes from one attempt to the next.
  RetryPolicy: v.optional(
    v.strictObject({
      MaximumRetryAttempts: v.optional(wholeNumber(0, 185)),
      MaximumEventAgeInSeconds: v.optional(wholeNumber(60, 86_400)),
    }),
  ),
});

const EventRule = v.strictObject({
  Name: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  Description: v.optional(v.pipe(v.string(), v.maxLength(512))),
  EventBusName: v.optional(v.literal('default')),
  EventPattern: v.optional(v.unknown()),
  ScheduleExpression: v.optional(v.string()),
  State: v.optional(v.picklist(['ENABLED', 'DISABLED']), 'ENABLED'),
  Targets: v.optional(v.pipe(v.array(Target), v.maxLength(5)), []),
  Tags: v.optional(v.unknown()),
});

/** Where a rule sends what matches. */
export type EventTarget = v.InferOutput<typeof Target>;

/** A rule of the default event bus. */
export type EventRule = {
  readonly Name: string;
  readonly Arn: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly Targets: readonly EventTarget[];
  readonly matches: (event: unknown) => boolean;
  /** Milliseconds between two of its own events, where it has a schedule. */
  readonly period: number | undefined;
};

/** The rules of one account's default event bus. */
export const createEventRules = ({ accountId, region }: { accountId: string; region: string }) => {
  const byName = new Map<string, EventRule>();

  return {
    all: () => [...byName.values()],
    /**
     * Takes the properties of an AWS::Events::Rule.
     *
     * @throws {v.ValiError} for a member that is unknown here, or a target that is neither queue nor function
     * @throws {ServiceError} InvalidEventPatternException, ValidationException
     * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
     */
    put: (properties: unknown): EventRule => {
      const { Name, State, Targets, EventPattern, ScheduleExpression } = v.parse(
        EventRule,
        properties,
      );
      const Arn = `arn:aws:events:${region}:${accountId}:rule/${Name}`;
      const period =
        ScheduleExpression === undefined ? undefined : parseSchedule(ScheduleExpression);
      const isScheduleOnly = period !== undefined && EventPattern === undefined;
      const matches = isScheduleOnly ? () => false : parseEventPattern(EventPattern);
      const rule = { Name, Arn, State, Targets, matches, period };
      byName.set(Name, rule);
      return rule;
    },
  };
};
