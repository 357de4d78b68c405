import * as v from 'valibot';
import type { Wait } from '../clock.ts';
import type { Queue } from '../sqs/queue.ts';
import { doneWith } from './batch-response.ts';
import type { EventSourceMappingProperties } from './event-source-mapping-properties.ts';
import type { Invocation } from './invocations.ts';
import { ReceivedMessage, sqsEvent } from './sqs-event.ts';

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
