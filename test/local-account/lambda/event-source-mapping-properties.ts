import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { QueueArn } from '../sqs/queue-properties.ts';
import { wholeNumber } from '../whole-number.ts';

/** A batch of more messages than one call receives needs a window. */
const MOST_WITHOUT_WINDOW = 10;

const EventSourceMapping = v.strictObject({
  EventSourceArn: QueueArn,
  FunctionName: v.string(),
  BatchSize: v.optional(wholeNumber(1, 10_000), 10),
  MaximumBatchingWindowInSeconds: v.optional(wholeNumber(0, 300), 0),
  ScalingConfig: v.optional(
    v.strictObject({ MaximumConcurrency: v.optional(wholeNumber(2, 1000)) }),
    {},
  ),
  FunctionResponseTypes: v.optional(
    v.pipe(v.array(v.literal('ReportBatchItemFailures')), v.maxLength(1)),
    [],
  ),
  Enabled: v.optional(v.boolean(), true),
  Tags: v.optional(v.unknown()),
});

/** How Lambda polls a queue for a function. */
export type EventSourceMappingProperties = v.InferOutput<typeof EventSourceMapping>;

/** How Lambda refuses a mapping. */
export const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterValueException', message);

/**
 * Reads the resolved properties of an AWS::Lambda::EventSourceMapping of a queue.
 *
 * @throws {v.ValiError} for a member that is unknown here or out of bounds
 * @throws {ServiceError} InvalidParameterValueException for a large batch without a window
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export const parseEventSourceMapping = (properties: unknown): EventSourceMappingProperties => {
  const parsed = v.parse(EventSourceMapping, properties);
  const { BatchSize, MaximumBatchingWindowInSeconds: window } = parsed;
  if (BatchSize <= MOST_WITHOUT_WINDOW || window > 0) return parsed;
  throw invalidParameter(
    `MaximumBatchingWindowInSeconds must be at least 1 for a BatchSize over ${MOST_WITHOUT_WINDOW}, got ${window}`,
  );
};
