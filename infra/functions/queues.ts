import { Duration } from 'aws-cdk-lib';
import type { IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Keeps what could not be served for 14 days, the longest that SQS keeps anything; encrypted, over TLS only. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }
}

/** A target of a rule of EventBridge; what cannot be delivered to it for a day becomes a dead letter. */
export const targetOf = (arn: string, deadLetterQueue: IQueue): IRuleTarget => ({
  bind: () => ({ arn, deadLetterConfig: { arn: deadLetterQueue.queueArn } }),
});

/** Lets a rule, and no other one, send to queues. */
export const letSend = ({ ruleArn }: Rule, queues: readonly IQueue[]): void => {
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
