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

/** A published message. */
type Published = v.InferOutput<typeof Publish> & { readonly MessageId: string };

/** Creates SNS of one account and Region: topics without subscriptions, and their published messages. */
export const createSns = ({ accountId, region }: { accountId: string; region: string }) => {
  const topics = new Set<string>();
  const published: Published[] = [];

  return {
    operations: {
      Publish: operationWith('InvalidParameter')(Publish, (input) => {
        if (!topics.has(input.TopicArn))
          throw new ServiceError('NotFound', `Topic does not exist: ${input.TopicArn}`, 404);
        const MessageId = randomUUID();
        published.push({ ...input, MessageId });
        return { MessageId };
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
