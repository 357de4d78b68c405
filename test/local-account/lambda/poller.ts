import * as v from 'valibot';
import type { Wait, Work } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import type { Queue } from '../sqs/queue.ts';
import type { Invocation } from './invocations.ts';

/** Schema of a message that ReceiveMessage returns with all its attributes. */
const ReceivedMessage = v.looseObject({
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
        StringValue: v.string(),
      }),
    ),
    {},
  ),
});
type ReceivedMessage = v.InferOutput<typeof ReceivedMessage>;

type EventSource = { readonly eventSourceARN: string; readonly awsRegion: string };

const toMessageAttribute = (attribute: ReceivedMessage['MessageAttributes'][string]) => ({
  stringValue: attribute.StringValue,
  stringListValues: [],
  binaryListValues: [],
  dataType: attribute.DataType,
});

/**
 * Builds the event that Lambda invokes a function with for a batch of messages.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
const sqsEvent = (messages: readonly ReceivedMessage[], source: EventSource) => ({
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

/** Lambda ignores unknown members. A function that returns nothing reports no failures. */
const PartialBatchResponse = v.nullable(
  v.looseObject({
    batchItemFailures: v.nullish(
      v.array(v.looseObject({ itemIdentifier: v.pipe(v.string(), v.minLength(1)) })),
    ),
  }),
);

/**
 * Returns the messages of a batch that the function has processed; the queue delivers the others again.
 *
 * With ReportBatchItemFailures these are all messages but the reported failures, or none when a reported failure is
 * not in the batch. Without it they are all or none.
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
  const retried = batch.filter(({ MessageId }) => failed.has(MessageId));
  return retried.length === failed.size ? batch.filter((one) => !failed.has(one.MessageId)) : [];
};

const MAX_MESSAGES_PER_RECEIVE = 10;

/** Batches at a time without a MaximumConcurrency; Lambda starts with five. */
const DEFAULT_CONCURRENCY = 5;
const MILLISECONDS_AFTER_REFUSAL = 1000;

/** The properties of an event source mapping that polling depends on. */
type PolledMapping = {
  readonly EventSourceArn: string;
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly ScalingConfig: { readonly MaximumConcurrency?: number | undefined };
  readonly FunctionResponseTypes: readonly string[];
};

/** A queue to poll and the function to invoke. */
type PollerOptions = {
  readonly mapping: PolledMapping;
  readonly queue: Queue;
  readonly queueUrl: string;
  readonly awsRegion: string;
  readonly wait: Wait;
  /** Ends the polling and abandons batches in progress. */
  readonly closed: AbortSignal;
  /** Calls SQS as the function's role. */
  readonly call: (operation: string, input: unknown) => Promise<unknown>;
  readonly invoke: (event: unknown) => Promise<Invocation>;
};

const Received = v.looseObject({ Messages: v.optional(v.array(ReceivedMessage), []) });

const receive = async ({ call, queueUrl }: PollerOptions, most: number) => {
  const output = await call('ReceiveMessage', {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(MAX_MESSAGES_PER_RECEIVE, most),
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

/** Gathers messages until the batch is full or its window is over. The window opens with the first message. */
const gatherBatch = async (options: PollerOptions): Promise<readonly ReceivedMessage[]> => {
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

/** Invokes the function with a batch and deletes the processed messages. */
const runBatch = async (
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

/** Ignores a refused call: the messages are still in the queue, so polling continues. */
const unlessRefused = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
};

/**
 * Polls a queue for a function until the account closes.
 *
 * Lambda polls an empty queue too. This poller calls SQS only when there is a message, so that the recorded calls stay
 * readable.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const poll = async (options: PollerOptions, work: Work): Promise<void> => {
  const { mapping, queue, wait, closed } = options;
  const most = mapping.ScalingConfig.MaximumConcurrency ?? DEFAULT_CONCURRENCY;
  const underWay = new Set<Promise<void>>();

  while (!closed.aborted) {
    await queue.untilVisible(closed);
    const batch = closed.aborted ? [] : await unlessRefused(() => gatherBatch(options));
    // The wait rejects when the account closes, which also ends the loop.
    if (batch === undefined) await wait(MILLISECONDS_AFTER_REFUSAL, closed).catch(() => {});
    if (batch === undefined || batch.length === 0 || closed.aborted) continue;
    const running = new Promise<void>((resolve) =>
      work.begin(async () => {
        await unlessRefused(() => runBatch(batch, options)).finally(resolve);
      }),
    ).then(() => void underWay.delete(running));
    underWay.add(running);
    if (underWay.size >= most) await Promise.race(underWay);
  }
};
