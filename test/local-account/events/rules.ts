import * as v from 'valibot';
import { QueueArn } from '../sqs/queue-properties.ts';
import { wholeNumber } from '../whole-number.ts';
import { parseEventPattern } from './pattern.ts';
import { parseSchedule } from './schedule.ts';

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
