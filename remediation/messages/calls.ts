import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetAutomationExecutionCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type CountCalls, connection } from '../../rule/aws/clients.ts';
import type { Iam } from '../../rule/aws/iam.ts';
import { type Message, ownerFrom, toPublishInput } from './message.ts';

/** Creates the call that publishes a message to a topic. */
export const createPublish = (countCalls: CountCalls) => {
  const client = new SNSClient(connection());
  countCalls(client);
  return async (TopicArn: string, message: Message, owner?: string): Promise<void> => {
    await client.send(new PublishCommand(toPublishInput(message, { TopicArn, owner })));
  };
};

/** Publishes a message. `owner` is the value of the owner tag of its user. */
export type Publish = ReturnType<typeof createPublish>;

/** Creates the call that reads an execution of Systems Manager. */
export const createReadExecution = (countCalls: CountCalls) => {
  const client = new SSMClient(connection());
  countCalls(client);
  return async (AutomationExecutionId: string): Promise<unknown> => {
    const command = new GetAutomationExecutionCommand({ AutomationExecutionId });
    return (await client.send(command)).AutomationExecution;
  };
};

/** Reads the owner tag of the user with this name. Returns undefined without a tag key, such a user or a value. */
export const readOwner = async (
  iam: Pick<Iam, 'getTag'>,
  UserName: string,
  ownerTagKey: string | undefined,
): Promise<string | undefined> => {
  if (ownerTagKey === undefined) return undefined;
  return ownerFrom((await iam.getTag(UserName, ownerTagKey))?.value);
};
