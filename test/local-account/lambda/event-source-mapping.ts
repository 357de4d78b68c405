import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { createWork, type Wait } from '../clock.ts';
import { type Dispatcher, ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import { type Queue, QueueArn } from '../sqs/queue.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { Roles } from '../sts/sts.ts';
import type { Lambda } from './lambda.ts';
import { poll } from './poller.ts';

/** A larger batch needs a window. */
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

type EventSourceMappingProperties = v.InferOutput<typeof EventSourceMapping>;

const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterValueException', message);

/**
 * Reads the resolved properties of an AWS::Lambda::EventSourceMapping of a queue.
 *
 * @throws {v.ValiError} for an unknown member or a value out of bounds
 * @throws {ServiceError} InvalidParameterValueException for a large batch without a window
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
const parseEventSourceMapping = (properties: unknown): EventSourceMappingProperties => {
  const parsed = v.parse(EventSourceMapping, properties);
  const { BatchSize, MaximumBatchingWindowInSeconds: window } = parsed;
  if (BatchSize <= MOST_WITHOUT_WINDOW || window > 0) return parsed;
  throw invalidParameter(
    `MaximumBatchingWindowInSeconds must be at least 1 for a BatchSize over ${MOST_WITHOUT_WINDOW}, got ${window}`,
  );
};

type EventSourceMappingDeps = {
  readonly accountId: string;
  readonly region: string;
  readonly wait: Wait;
  readonly closed: AbortSignal;
  readonly dispatcher: Dispatcher;
  readonly roles: Roles;
  readonly lambda: Pick<Lambda, 'functions' | 'invoke'>;
  readonly sqs: Sqs;
};

const queueOf = ({ EventSourceArn }: EventSourceMappingProperties, sqs: Sqs, Timeout: number) => {
  const queue = sqs.withArn(EventSourceArn);
  if (queue === undefined) throw invalidParameter(`The queue does not exist: ${EventSourceArn}`);
  const { VisibilityTimeout } = queue.properties;
  if (VisibilityTimeout >= Timeout) return queue;
  throw invalidParameter(
    `Queue visibility timeout: ${VisibilityTimeout} seconds is less than Function timeout: ${Timeout} seconds`,
  );
};

const newMapping = ({ accountId, region }: EventSourceMappingDeps) => {
  const UUID = randomUUID();
  const EventSourceMappingArn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${UUID}`;
  return { UUID, EventSourceMappingArn };
};

/** Creates the event source mappings of Lambda, which deliver messages of queues to functions. */
export const createEventSourceMappings = (deps: EventSourceMappingDeps) => {
  const { region, roles, lambda, sqs } = deps;
  const work = createWork('event source mappings');
  const polled = new Map<string, Queue>();

  const start = (mapping: EventSourceMappingProperties, queue: Queue) => {
    const { Role } = lambda.functions.named(mapping.FunctionName);
    const principal = roles.assumedBy('lambda.amazonaws.com', Role).RoleName;
    const options = {
      ...{ mapping, queue, wait: deps.wait, closed: deps.closed, awsRegion: region },
      queueUrl: sqs.urlOf(queue.properties.QueueName),
      call: (operation: string, input: unknown) =>
        deps.dispatcher.call({ service: 'sqs', operation, input, principal }),
      invoke: (event: unknown) =>
        lambda.invoke(mapping.FunctionName, event, 'lambda.amazonaws.com'),
    };
    poll(options, work).catch((error: unknown) => work.begin(() => Promise.reject(error)));
  };
  const isUnderWay = () =>
    work.isUnderWay() || [...polled.values()].some((queue) => queue.messages().length > 0);

  return {
    /**
     * Creates an AWS::Lambda::EventSourceMapping from its properties and starts to poll.
     *
     * @throws {ServiceError} ResourceNotFoundException, InvalidParameterValueException, ResourceConflictException
     */
    create: (properties: unknown) => {
      const mapping = parseEventSourceMapping(properties);
      const { FunctionName, Timeout } = lambda.functions.named(mapping.FunctionName);
      const queue = queueOf(mapping, sqs, Timeout);
      const pair = `${FunctionName} ${queue.arn}`;
      if (polled.has(pair))
        throw new ServiceError('ResourceConflictException', `${pair} are already mapped`, 409);
      if (mapping.Enabled) {
        polled.set(pair, queue);
        start(mapping, queue);
      }
      return newMapping(deps);
    },
    /** Whether a polled queue has messages, visible or not, or a function processes a batch. */
    isUnderWay,
    /** Resolves when no message is left, for which the clock must run or be advanced; throws failures. */
    settled: () => work.settled(isUnderWay),
  };
};
