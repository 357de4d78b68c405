import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { KEY_EVENT_NAMES } from '../../rule/key-events/event-names.ts';
import { DeadLetterQueue } from '../functions/dead-letter-queue.ts';
import { letSend, targetOf } from '../functions/event-target.ts';
import { allowToPoll } from '../functions/permissions.ts';
import { requireIamRegion } from './iam-region.ts';
import { KeyEventFunction, type KeyEventFunctionProps, TIMEOUT } from './key-event-function.ts';

/** How long key events gather before they start one evaluation, unless a batch is full before. */
const BATCHING_WINDOW = Duration.seconds(60);

/** Messages of a batch; at some 3 KB each they fit the 6 MB of an invocation. */
const BATCH_SIZE = 1_000;

/**
 * After this a message that was not served comes again: 90 s after the window, as Config starts an evaluation
 * once a minute. Lambda asks for the window and six times the function's timeout, which is the same.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_TIMEOUT = Duration.seconds(BATCHING_WINDOW.toSeconds() + 6 * TIMEOUT.toSeconds());

/** Times that a message comes before it is a dead letter: 50 minutes, where an evaluation takes 15 at most. */
const MAXIMUM_RECEIVES = 20;

/** Invocations at a time: the fewest that Lambda offers for a queue. */
const MAXIMUM_CONCURRENCY = 2;

/**
 * Has rules evaluated again within minutes of a change of a key or a user.
 *
 * CloudTrail → EventBridge → queue → function → StartConfigRulesEvaluation; needs a trail that logs management
 * events. What cannot be delivered or served ends in the dead-letter queue.
 *
 * @throws {WrongRegionError} outside the Region of IAM, where its events do not arrive
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class KeyEventTrigger extends Construct {
  /** Keeps the events that could not be served. */
  readonly deadLetterQueue: DeadLetterQueue;
  /** Where events gather for a minute. */
  readonly queue: Queue;
  /** Starts one evaluation for all that gathered. */
  readonly starter: KeyEventFunction;

  constructor(scope: Construct, id: string, props: KeyEventFunctionProps) {
    super(scope, id);
    requireIamRegion(this);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY_TIMEOUT,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAXIMUM_RECEIVES },
    });
    this.starter = new KeyEventFunction(this, 'Starter', props);
    this.deliver();
    this.readQueue();
  }

  /** Key events that succeeded go to the queue, and to its dead letters when they cannot be delivered for a day. */
  private deliver(): void {
    const rule = new Rule(this, 'Rule', {
      description: 'Calls after which an IAM user may have another number of active access keys',
      eventPattern: {
        source: ['aws.iam'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['iam.amazonaws.com'],
          eventName: [...KEY_EVENT_NAMES],
          errorCode: [{ exists: false }],
        },
      },
    });
    rule.addTarget(targetOf(this.queue.queueArn, this.deadLetterQueue));
    letSend(rule, [this.queue, this.deadLetterQueue]);
  }

  private readQueue(): void {
    allowToPoll(this.starter.role, this.queue);
    new EventSourceMapping(this, 'Messages', {
      target: this.starter.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: BATCHING_WINDOW,
      maxConcurrency: MAXIMUM_CONCURRENCY,
      reportBatchItemFailures: true,
    });
  }
}
