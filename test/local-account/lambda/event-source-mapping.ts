import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ServiceError } from '../call.ts';
import type { Wait } from '../clock.ts';
import type { Dispatcher } from '../dispatch.ts';
import type { Roles } from '../roles.ts';
import type { Queue } from '../sqs/queue.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { createWork } from '../work.ts';
import {
  type EventSourceMappingProperties,
  invalidParameter,
  parseEventSourceMapping,
} from './event-source-mapping-properties.ts';
import type { Lambda } from './lambda.ts';
import { poll } from './poller.ts';

/** What polling needs of its account. */
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

/** Lambda's event source mappings: queues whose messages it takes to functions. */
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
     * Takes the properties of an AWS::Lambda::EventSourceMapping, and begins to poll.
     *
     * @throws {ServiceError} ResourceNotFoundException, InvalidParameterValueException, ResourceConflictException
     */
    create: (properties: unknown) => {
      const mapping = parseEventSourceMapping(properties);
      const { FunctionName, Timeout } = lambda.functions.named(mapping.FunctionName);
      const queue = queueOf(mapping, sqs, Timeout);
      const pair = `${FunctionName} ${queue.arn}`;
      if (polled.has(pair))
        throw new ServiceError('ResourceConflictException', `${pair} are mapped already`, 409);
      if (mapping.Enabled) {
        polled.set(pair, queue);
        start(mapping, queue);
      }
      return newMapping(deps);
    },
    /** Messages are in a queue that is polled, whether visible or not, or a batch is with its function. */
    isUnderWay,
    /** Resolves when nothing is under way, which needs a clock that runs; throws what failed meanwhile. */
    settled: async () => {
      await work.ended();
      while (isUnderWay()) {
        await setTimeout(5);
        await work.ended();
      }
    },
  };
};

export type EventSourceMappings = ReturnType<typeof createEventSourceMappings>;
