import type { IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

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
