import { ServiceError } from '../call.ts';
import type { Clock } from '../clock.ts';
import { createQueue, type Queue } from './queue.ts';
import { parseQueuePolicy } from './queue-policy.ts';
import { parseQueueProperties } from './queue-properties.ts';

/** Where the queues are, and in which time. */
export type QueuesDeps = Clock & {
  readonly accountId: string;
  readonly region: string;
  /** Where the account listens: an SDK sends to a queue's URL. */
  readonly endpoint: string;
};

/** The queues of one account and Region. */
export const createQueues = ({ accountId, region, endpoint, ...clock }: QueuesDeps) => {
  const byArn = new Map<string, Queue>();
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const urlOf = (name: string) => `${endpoint}/${accountId}/${name}`;

  const deadLetterQueueOf = (targetArn: string) => {
    const target = byArn.get(targetArn);
    if (target !== undefined) return target;
    const message = `RedrivePolicy: the dead-letter target does not exist: ${targetArn}`;
    throw new ServiceError('InvalidParameterValue', message);
  };

  const withUrl = (url: string) => {
    const queue = byArn.get(arnOf(url.split('/').at(-1) ?? ''));
    if (queue !== undefined && url === urlOf(queue.properties.QueueName)) return queue;
    const message = `The specified queue does not exist: ${JSON.stringify(url)}`;
    throw new ServiceError('QueueDoesNotExist', message);
  };

  return {
    urlOf,
    withUrl,
    /** `undefined` when there is none. */
    withArn: (arn: string) => byArn.get(arn),
    all: () => [...byArn.values()],
    /**
     * Takes the properties of an AWS::SQS::Queue.
     *
     * @throws {ServiceError} InvalidParameterValue when its dead-letter queue does not exist
     */
    create: (given: unknown): Queue => {
      const properties = parseQueueProperties(given);
      const arn = arnOf(properties.QueueName);
      const { RedrivePolicy } = properties;
      const target = RedrivePolicy && deadLetterQueueOf(RedrivePolicy.deadLetterTargetArn);
      const onDeadLetter: Parameters<typeof createQueue>[0]['onDeadLetter'] = (message) =>
        target?.put({ ...message, deadLetterSourceArn: arn });
      const queue = createQueue({ clock, arn, properties, onDeadLetter });
      byArn.set(arn, queue);
      return queue;
    },
    /** Takes the document of an AWS::SQS::QueuePolicy, over the one that the queue had. */
    setPolicy: (url: string, document: unknown) =>
      withUrl(url).setPolicy(parseQueuePolicy(document)),
  };
};

export type Queues = ReturnType<typeof createQueues>;
