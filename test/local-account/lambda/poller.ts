import * as v from 'valibot';
import type { Wait } from '../clock.ts';
import type { Queue } from '../sqs/queue.ts';
import type { EventSourceMappingProperties } from './event-source-mapping.ts';
import type { Invocation } from './invocations.ts';

/** Members that Lambda does not know are no mistake; a function that returns nothing has failed none. */
const PartialBatchResponse = v.nullable(
  v.looseObject({
    batchItemFailures: v.nullish(
      v.array(v.looseObject({ itemIdentifier: v.pipe(v.string(), v.minLength(1)) })),
    ),
  }),
);

/**
 * The messages of a batch that a function is done with; the others come again.
 *
 * With ReportBatchItemFailures these are all but the failures that it reports, or none when it reports one that
 * is not of the batch; without, all or none.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const doneWith = (
  batch: readonly ReceivedMessage[],
  { FunctionError, Payload }: Invocation['result'],
  reportsItemFailures: boolean,
): readonly ReceivedMessage[] => {
  if (FunctionError !== undefined) return [];
  if (!reportsItemFailures) return batch;
  const parsed = v.safeParse(PartialBatchResponse, JSON.parse(Payload));
  if (!parsed.success) return [];
  const failures = parsed.output?.batchItemFailures ?? [];
  const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const kept = batch.filter(({ MessageId }) => failed.has(MessageId));
  return kept.length === failed.size ? batch.filter((one) => !failed.has(one.MessageId)) : [];
};

/** A message as ReceiveMessage answers it, with all its attributes. */
export const ReceivedMessage = v.looseObject({
  MessageId: v.string(),
  ReceiptHandle: v.string(),
  Body: v.string(),
  MD5OfBody: v.string(),
  Attributes: v.record(v.string(), v.string()),
  MessageAttributes: v.optional(
    v.record(
      v.string(),
      v.object({
        DataType: v.string(),
        StringValue: v.optional(v.string()),
        BinaryValue: v.optional(v.string()),
      }),
    ),
    {},
  ),
});
export type ReceivedMessage = v.InferOutput<typeof ReceivedMessage>;

/** Where the messages of a batch come from. */
type EventSource = { readonly eventSourceARN: string; readonly awsRegion: string };

const toMessageAttribute = (attribute: ReceivedMessage['MessageAttributes'][string]) => ({
  stringValue: attribute.StringValue,
  binaryValue: attribute.BinaryValue,
  stringListValues: [],
  binaryListValues: [],
  dataType: attribute.DataType,
});

/**
 * What a function is invoked with for a batch of messages.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const sqsEvent = (messages: readonly ReceivedMessage[], source: EventSource) => ({
  Records: messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, attribute]) => [
        name,
        toMessageAttribute(attribute),
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    ...source,
  })),
});

const MOST_PER_RECEIVE = 10;

/** What a poller works with: the queue, the function, and the rights of the function's role. */
export type PollerOptions = {
  readonly mapping: EventSourceMappingProperties;
  readonly queue: Queue;
  readonly queueUrl: string;
  readonly awsRegion: string;
  readonly wait: Wait;
  /** Ends the polling; what is under way then is given up. */
  readonly closed: AbortSignal;
  /** Calls SQS as the function's role. */
  readonly call: (operation: string, input: unknown) => Promise<unknown>;
  readonly invoke: (event: unknown) => Promise<Invocation>;
};

const Received = v.looseObject({ Messages: v.optional(v.array(ReceivedMessage), []) });

const receive = async ({ call, queueUrl }: PollerOptions, most: number) => {
  const output = await call('ReceiveMessage', {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(MOST_PER_RECEIVE, most),
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  return v.parse(Received, output).Messages;
};

/** Fills the batch until it is full or the signal aborts. */
const fill = async (batch: ReceivedMessage[], options: PollerOptions, over: AbortSignal) => {
  const { mapping, queue } = options;
  while (batch.length < mapping.BatchSize) {
    await queue.untilVisible(over);
    if (over.aborted) return;
    batch.push(...(await receive(options, mapping.BatchSize - batch.length)));
  }
};

/** Gathers messages until the batch is full or its window, which opens with the first of them, is over. */
export const gatherBatch = async (options: PollerOptions): Promise<readonly ReceivedMessage[]> => {
  const { mapping, queueUrl, wait, closed, call } = options;
  await call('GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames: ['All'] });
  const batch = await receive(options, mapping.BatchSize);
  const windowMilliseconds = mapping.MaximumBatchingWindowInSeconds * 1000;
  if (batch.length === 0 || windowMilliseconds === 0) return batch;

  const over = new AbortController();
  const full = new AbortController();
  const end = () => over.abort();
  const window = wait(windowMilliseconds, AbortSignal.any([closed, full.signal])).then(end, end);
  try {
    await fill(batch, options, over.signal);
  } finally {
    full.abort();
    await window;
  }
  return batch;
};

/** Invokes the function with a batch, and deletes what it is done with; the rest comes again by itself. */
export const runBatch = async (
  batch: readonly ReceivedMessage[],
  options: PollerOptions,
): Promise<void> => {
  const { mapping, awsRegion, queueUrl, closed, call } = options;
  const source = { eventSourceARN: mapping.EventSourceArn, awsRegion };
  const { result } = await options.invoke(sqsEvent(batch, source));
  if (closed.aborted) return;
  const reportsItemFailures = mapping.FunctionResponseTypes.includes('ReportBatchItemFailures');
  for (const { ReceiptHandle } of doneWith(batch, result, reportsItemFailures))
    await call('DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle });
};
