import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';
import { letsSend } from '../sqs/queue-policy.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { type Published, unfoldMaps } from './message.ts';

const SNS = 'sns.amazonaws.com';

const Condition = v.union([
  v.string(),
  v.strictObject({ prefix: v.string() }),
  v.strictObject({ exists: v.boolean() }),
  v.strictObject({ 'anything-but': v.array(v.string()) }),
]);

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
const FilterPolicy = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(v.string(), v.pipe(v.array(Condition), v.minLength(1))),
);

const meets = (value: string | undefined, condition: v.InferOutput<typeof Condition>): boolean => {
  if (typeof condition === 'string') return value === condition;
  if ('exists' in condition) return (value !== undefined) === condition.exists;
  if (value === undefined) return false;
  return 'prefix' in condition
    ? value.startsWith(condition.prefix)
    : !condition['anything-but'].includes(value);
};

const accepts = (
  policy: v.InferOutput<typeof FilterPolicy>,
  { attributes }: Pick<Published, 'attributes'>,
): boolean =>
  Object.entries(policy).every(([name, conditions]) =>
    conditions.some((condition) => meets(attributes[name], condition)),
  );

const Attributes = v.pipe(
  v.array(v.strictObject({ key: v.string(), value: v.string() })),
  v.transform((entries) => Object.fromEntries(entries.map(({ key, value }) => [key, value]))),
  v.strictObject({
    FilterPolicy: v.optional(FilterPolicy, '{}'),
    RawMessageDelivery: v.optional(v.picklist(['true', 'false']), 'false'),
  }),
);

/**
 * The input of Subscribe, for queues.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export const Subscribe = v.pipe(
  v.unknown(),
  v.transform(unfoldMaps),
  v.strictObject({
    TopicArn: v.string(),
    Protocol: v.literal('sqs'),
    Endpoint: v.string(),
    Attributes: v.optional(Attributes, []),
    ReturnSubscriptionArn: v.optional(v.string()),
  }),
);

type Subscription = v.InferOutput<typeof Subscribe>;

const textOf = (message: Published): string => message.byProtocol['sqs'] ?? message.Message;

/** The notification in a queue without raw delivery. */
const toNotification = (message: Published, at: Date): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: message.MessageId,
    TopicArn: message.TopicArn,
    Subject: message.Subject,
    Message: textOf(message),
    Timestamp: at.toISOString(),
    MessageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, Value]) => [name, { Type: 'String', Value }]),
    ),
  });

type SubscriptionDeps = {
  readonly accountId: string;
  readonly now: () => Date;
  /** The queues to which SNS delivers. */
  readonly sqs: Pick<Sqs, 'withArn'>;
};

/** Creates the subscriptions of queues to topics. A queue gets a message if its policy lets the topic send. */
export const createSubscriptions = ({ accountId, now, sqs }: SubscriptionDeps) => {
  const subscriptions: Subscription[] = [];

  const deliver = (message: Published, { Endpoint, Attributes }: Subscription) => {
    const queue = sqs.withArn(Endpoint);
    const service = { Principal: SNS, SourceAccount: accountId, SourceArn: message.TopicArn };
    if (queue === undefined || !letsSend(queue.policy(), service, Endpoint)) return;
    const isRaw = Attributes.RawMessageDelivery === 'true';
    const MessageAttributes = Object.fromEntries(
      Object.entries(message.attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    );
    queue.send({
      SenderId: SNS,
      Body: isRaw ? textOf(message) : toNotification(message, now()),
      ...(isRaw && { MessageAttributes }),
    });
  };

  return {
    subscribe: (subscription: Subscription): string => {
      if (sqs.withArn(subscription.Endpoint) === undefined)
        throw new ServiceError('InvalidParameter', `no queue ${subscription.Endpoint}`);
      subscriptions.push(subscription);
      return `${subscription.TopicArn}:${randomUUID()}`;
    },
    /** Delivers a message to the subscriptions whose filter policy accepts it. */
    deliver: (message: Published): void => {
      for (const subscription of subscriptions)
        if (
          subscription.TopicArn === message.TopicArn &&
          accepts(subscription.Attributes.FilterPolicy, message)
        )
          deliver(message, subscription);
    },
  };
};
