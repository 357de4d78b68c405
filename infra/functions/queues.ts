import { Duration, Stack } from 'aws-cdk-lib';
import { type EventPattern, type IRuleTarget, Rule, type Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';
import type { NodeFunction } from './node-function.ts';

const SECURE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** A queue that retains failed events for 14 days, the maximum of SQS. */
class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { ...SECURE, retentionPeriod: Duration.days(14) });
  }
}

/** Returns the dead-letter queue of a stack. All functions of the stack share it, so that one alarm covers every failure. */
export const deadLetterQueueOf = (scope: IConstruct): Queue => {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild('DeadLetterQueue');
  return existing instanceof DeadLetterQueue
    ? existing
    : new DeadLetterQueue(stack, 'DeadLetterQueue');
};

/** Creates the target of an EventBridge rule. Events that cannot be delivered within a day go to the dead-letter queue. */
export const targetOf = (arn: string, deadLetterQueue: IQueue): IRuleTarget => ({
  bind: () => ({ arn, deadLetterConfig: { arn: deadLetterQueue.queueArn } }),
});

/** Allows one EventBridge rule to send to queues. */
export const allowToSend = ({ ruleArn }: Rule, queues: readonly IQueue[]): void => {
  for (const queue of queues)
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      }),
    );
};

/** When a function is invoked. */
type ScheduleProps = {
  /** The description of the EventBridge rule. */
  readonly description: string;
  readonly schedule: Schedule;
  readonly target: NodeFunction;
};

/** Invokes a function on a schedule. Events that cannot be delivered go to the dead-letter queue. */
export const invokeOnSchedule = (scope: Construct, id: string, props: ScheduleProps): void => {
  const { description, schedule, target } = props;
  const deadLetterQueue = deadLetterQueueOf(scope);
  const rule = new Rule(scope, id, { description, schedule });
  const { functionArn } = target.function;
  rule.addTarget(targetOf(functionArn, deadLetterQueue));
  new CfnPermission(scope, `${id}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.ruleArn,
  });
  allowToSend(rule, [deadLetterQueue]);
};

/** The events of a queue and how its function receives them. */
type EventQueueProps = {
  /** The description of the EventBridge rule. */
  readonly description: string;
  /** The events of this account to receive. */
  readonly eventPattern: Omit<EventPattern, 'account'>;
  readonly target: NodeFunction;
  /** Messages per invocation. */
  readonly batchSize: number;
  /** The time in which messages are collected for one invocation. */
  readonly batchingWindow: Duration;
  /** The time after which a failed message becomes visible again. */
  readonly visibilityTimeout: Duration;
  /** Attempts before a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
};

/** Concurrent invocations: the minimum of Lambda. */
const MAXIMUM_CONCURRENCY = 2;

/**
 * A queue that receives events of this account from EventBridge and invokes a function with batches of them.
 *
 * The event pattern names the account, because other accounts can send their events to the default event bus.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 */
export class EventQueue extends Queue {
  constructor(scope: Construct, id: string, props: EventQueueProps) {
    const { maxReceiveCount, visibilityTimeout } = props;
    const deadLetterQueue = deadLetterQueueOf(scope);
    super(scope, id, {
      ...SECURE,
      visibilityTimeout,
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount },
    });
    const { description } = props;
    const eventPattern = { ...props.eventPattern, account: [Stack.of(this).account] };
    const rule = new Rule(this, 'Rule', { description, eventPattern });
    rule.addTarget(targetOf(this.queueArn, deadLetterQueue));
    allowToSend(rule, [this, deadLetterQueue]);

    const { target, batchSize, batchingWindow: maxBatchingWindow } = props;
    target.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queueArn],
      }),
    );
    new EventSourceMapping(this, 'Messages', {
      target: target.function,
      eventSourceArn: this.queueArn,
      batchSize,
      maxBatchingWindow,
      maxConcurrency: MAXIMUM_CONCURRENCY,
      reportBatchItemFailures: true,
    });
  }
}
