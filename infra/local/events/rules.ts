import * as v from 'valibot';
import { QueueArn } from '../sqs/queue-properties.ts';
import { wholeNumber } from '../whole-number.ts';
import { parseEventPattern } from './pattern.ts';

const Target = v.strictObject({
  Arn: QueueArn,
  Id: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  DeadLetterConfig: v.optional(v.strictObject({ Arn: v.optional(QueueArn) }), {}),
  // Queues of the account are there or not: nothing changes from one attempt to the next.
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
  EventPattern: v.unknown(),
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
};

/** The rules of one account's default event bus. */
export const createEventRules = ({ accountId, region }: { accountId: string; region: string }) => {
  const byName = new Map<string, EventRule>();

  return {
    all: () => [...byName.values()],
    /**
     * Takes the properties of an AWS::Events::Rule.
     *
     * @throws {v.ValiError} for a member that is unknown here, or a target that is no queue
     * @throws {ServiceError} InvalidEventPatternException
     * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
     */
    put: (properties: unknown): EventRule => {
      const { Name, State, Targets, EventPattern } = v.parse(EventRule, properties);
      const Arn = `arn:aws:events:${region}:${accountId}:rule/${Name}`;
      const rule = { Name, Arn, State, Targets, matches: parseEventPattern(EventPattern) };
      byName.set(Name, rule);
      return rule;
    },
  };
};
