import * as v from 'valibot';
import type { Make } from './resources.ts';

const QueuePolicyProperties = v.strictObject({
  PolicyDocument: v.unknown(),
  Queues: v.pipe(v.array(v.string()), v.minLength(1)),
});

/** AWS::SQS::Queue */
export const makeQueue: Make = ({ account, generatedName, properties }) => {
  const { arn, properties: made } = account.sqs.create({ QueueName: generatedName, ...properties });
  const { QueueName } = made;
  const QueueUrl = account.sqs.urlOf(QueueName);
  return { Ref: QueueUrl, attributes: { Arn: arn, QueueName, QueueUrl } };
};

/** AWS::SQS::QueuePolicy */
export const makeQueuePolicy: Make = ({ account, generatedName, properties }) => {
  const { PolicyDocument, Queues } = v.parse(QueuePolicyProperties, properties);
  for (const url of Queues) account.sqs.setPolicy(url, PolicyDocument);
  return { Ref: generatedName, attributes: {} };
};

/** AWS::Events::Rule */
export const makeEventRule: Make = ({ account, generatedName, properties }) => {
  const { Name, Arn } = account.events.putRule({ Name: generatedName, ...properties });
  return { Ref: Name, attributes: { Arn } };
};

/** AWS::Lambda::EventSourceMapping */
export const makeEventSourceMapping: Make = ({ account, properties }) => {
  const { UUID, EventSourceMappingArn } = account.eventSourceMappings.create(properties);
  return { Ref: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
};
