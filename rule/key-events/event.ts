import * as v from 'valibot';
import { Instant, Json, type Parsed, parse, tryParse } from '../input/parse.ts';
import { QueueBatch } from '../input/queue-batch.ts';

/** The IAM calls after which a verdict may be another: EventBridge lets these through, and the function takes no others. */
export const KEY_EVENT_NAMES = [
  'CreateAccessKey',
  'UpdateAccessKey',
  'DeleteAccessKey',
  'CreateUser',
  'DeleteUser',
  'UpdateUser',
  'TagUser',
  'UntagUser',
] as const;

/** The function was invoked with something that is no batch of messages. */
export class InvalidBatchError extends Error {
  override readonly name = 'InvalidBatchError';
}

/** Longer than any name of IAM's API, a text was not sent by CloudTrail, and does not fit a log line. */
const UserName = v.pipe(v.string(), v.maxLength(128, 'at most 128 characters'));
const WithUserName = v.nullish(v.object({ userName: v.nullish(UserName) }));

/** What CloudTrail recorded of a call, as EventBridge passes it on; all but the name and the time may be absent. */
const Event = v.object({
  source: v.literal('aws.iam'),
  detail: v.object({
    eventName: v.picklist(KEY_EVENT_NAMES),
    eventTime: Instant,
    userIdentity: v.nullish(
      v.object({ type: v.nullish(v.string()), ...WithUserName.wrapped.entries }),
    ),
    requestParameters: WithUserName,
    responseElements: v.nullish(v.object({ accessKey: WithUserName })),
  }),
});

/** A change of a user or its keys, as far as the trigger asks. */
export type KeyEvent = {
  readonly eventName: (typeof KEY_EVENT_NAMES)[number];
  readonly eventTime: Date;
  /** Absent when the event does not tell whose keys they are. */
  readonly userName: string | undefined;
};

/**
 * Reads a key event, the body of a message of the queue, or says why it is none.
 *
 * Whose event it is stands in the request, else in the new key, else it is the caller's own: who acts on its
 * own keys may leave its name out.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const readKeyEvent = (body: string): Parsed<KeyEvent> => {
  const read = tryParse(v.pipe(Json, Event), body, 'key event');
  if (read.problem !== undefined) return read;
  const { eventName, eventTime, requestParameters, responseElements, userIdentity } =
    read.output.detail;
  const own = userIdentity?.type === 'IAMUser' ? userIdentity.userName : undefined;
  const userName = requestParameters?.userName ?? responseElements?.accessKey?.userName ?? own;
  return { output: { eventName, eventTime, userName: userName ?? undefined } };
};

/** The messages of one batch, those that are key events apart from those that are not. */
export type KeyEventBatch = {
  readonly read: readonly { readonly messageId: string; readonly keyEvent: KeyEvent }[];
  readonly poisoned: readonly { readonly messageId: string; readonly problem: string }[];
};

/**
 * Reads a batch of the queue; a message that is no key event does not keep the others from being served.
 *
 * @throws {InvalidBatchError} when it is no batch of SQS at all
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const parseBatch = (event: unknown): KeyEventBatch => {
  const error = (message: string) => new InvalidBatchError(message);
  const { Records } = parse(QueueBatch, event, { what: 'event', error });
  const messages = Records.map(({ messageId, body }) => ({ messageId, ...readKeyEvent(body) }));
  return {
    read: messages.flatMap(({ messageId, ...parsed }) =>
      parsed.problem === undefined ? [{ messageId, keyEvent: parsed.output }] : [],
    ),
    poisoned: messages.flatMap(({ messageId, problem }) =>
      problem === undefined ? [] : [{ messageId, problem }],
    ),
  };
};
