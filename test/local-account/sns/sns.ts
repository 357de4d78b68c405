import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { operationWith, ServiceError } from '../dispatch.ts';

const MOST_BYTES = 256 * 1024;

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const Publish = v.strictObject({
  TopicArn: v.string(),
  Message: v.pipe(
    v.string(),
    v.minLength(1),
    v.check(
      (text) => Buffer.byteLength(text) <= MOST_BYTES,
      `expected at most ${MOST_BYTES} bytes of UTF-8`,
    ),
  ),
  Subject: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\x21-\x7e][\x20-\x7e]{0,99}$/, 'expected 1 to 100 ASCII characters in one line'),
    ),
  ),
});

/** @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
const GetTopicAttributes = v.strictObject({ TopicArn: v.string() });

/** A published message. */
type Published = v.InferOutput<typeof Publish> & { readonly MessageId: string };

/** Creates SNS of one account and Region: topics without subscriptions, and their published messages. */
export const createSns = ({ accountId, region }: { accountId: string; region: string }) => {
  const topics = new Set<string>();
  const published: Published[] = [];
  const operation = operationWith('InvalidParameter');
  const requireTopic = (arn: string) => {
    if (!topics.has(arn)) throw new ServiceError('NotFound', `Topic does not exist: ${arn}`, 404);
  };

  return {
    operations: {
      Publish: operation(Publish, (input) => {
        requireTopic(input.TopicArn);
        const MessageId = randomUUID();
        published.push({ ...input, MessageId });
        return { MessageId };
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
