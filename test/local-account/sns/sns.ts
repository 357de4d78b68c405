import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { operationWith, ServiceError } from '../dispatch.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { Publish, type Published } from './message.ts';
import { createSubscriptions, Subscribe } from './subscriptions.ts';

/** @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
const GetTopicAttributes = v.strictObject({ TopicArn: v.string() });

type SnsDeps = {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => Date;
  readonly sqs: Pick<Sqs, 'withArn'>;
};

/** Creates SNS of one account and Region: topics, their published messages, and subscriptions of queues. */
export const createSns = (deps: SnsDeps) => {
  const { accountId, region } = deps;
  const topics = new Set<string>();
  const published: Published[] = [];
  const subscriptions = createSubscriptions(deps);
  const operation = operationWith('InvalidParameter');
  const requireTopic = (arn: string) => {
    if (!topics.has(arn)) throw new ServiceError('NotFound', `Topic does not exist: ${arn}`, 404);
  };

  return {
    operations: {
      Publish: operation(Publish, (input) => {
        requireTopic(input.TopicArn);
        const message = { ...input, MessageId: randomUUID() };
        published.push(message);
        subscriptions.deliver(message);
        return { MessageId: message.MessageId };
      }),
      Subscribe: operation(Subscribe, (input) => {
        requireTopic(input.TopicArn);
        return { SubscriptionArn: subscriptions.subscribe(input) };
      }),
      GetTopicAttributes: operation(GetTopicAttributes, ({ TopicArn }) => {
        requireTopic(TopicArn);
        return { Attributes: new Map(Object.entries({ TopicArn, Owner: accountId })) };
      }),
    },
    /** Creates a topic and returns its ARN. */
    createTopic: (name: string): string => {
      const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
      topics.add(arn);
      return arn;
    },
    /** Every message, in the order of publication. */
    published: published as readonly Published[],
  };
};
