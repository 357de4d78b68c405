import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  type ConfigServiceClient,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
} from '@aws-sdk/client-config-service';
import { GetAccountSummaryCommand, type IAMClient } from '@aws-sdk/client-iam';
import {
  DescribeHubCommand,
  InvalidAccessException,
  ResourceNotFoundException,
  type SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { GetTopicAttributesCommand, NotFoundException, type SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import type { Topic } from '../settings/topics.ts';
import type { Unread } from './report.ts';
import {
  AccountSummary,
  type EventSelectors,
  Identity,
  type Recorder,
  RecorderStatuses,
  Recorders,
  Selectors,
  type Trail,
  TrailStatus,
  Trails,
} from './responses.ts';

/** The error for a service that could not be reached, for example without credentials or connection. */
class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** The result of a read: its value, or why it failed. */
type Reading<Value> = { readonly value: Value } | { readonly unread: Unread };

/** A trail that applies to the Region. */
export type TrailState = {
  readonly trail: Trail;
  readonly isLogging: Reading<boolean>;
  readonly selectors: Reading<EventSelectors>;
};

/** A topic of the deployment, and whether it exists, which is read only in the Region of the deployment. */
export type TopicState = Topic & { readonly exists?: Reading<boolean> };

/** Reads the account and the principal of the credentials. */
export const readIdentity = async (client: STSClient): Promise<v.InferOutput<typeof Identity>> =>
  v.parse(Identity, await client.send(new GetCallerIdentityCommand()));

/** Reads the counts of the account: its users, and whether its root user has access keys. */
export const readSummary = async (
  client: IAMClient,
): Promise<v.InferOutput<typeof AccountSummary>['SummaryMap']> =>
  v.parse(AccountSummary, await client.send(new GetAccountSummaryCommand())).SummaryMap;

/** What preflight reads of an account and Region. */
export type AccountState = {
  readonly region: string;
  readonly identity: Reading<v.InferOutput<typeof Identity>>;
  /** The configuration recorders, including those of AWS services. */
  readonly recorders: Reading<readonly Recorder[]>;
  readonly statuses: Reading<v.InferOutput<typeof RecorderStatuses>>;
  readonly trails: Reading<readonly TrailState[]>;
  /** The number of IAM users. */
  readonly users: Reading<number>;
  readonly isSecurityHubOn: Reading<boolean>;
  readonly topics: readonly TopicState[];
};

/** Clients of one Region. */
type Clients = {
  readonly sts: STSClient;
  readonly config: ConfigServiceClient;
  readonly cloudTrail: CloudTrailClient;
  readonly iam: IAMClient;
  readonly securityHub: SecurityHubClient;
  readonly sns: SNSClient;
};

/** An error response of a service. */
const ErrorResponse = v.object({ $metadata: v.object({ httpStatusCode: v.number() }) });

/** Describes the error of a read in one line: its name and message, or the member of a response that is not as documented. */
export const describe = (error: Error): string => {
  if (!(error instanceof v.ValiError)) return `${error.name}: ${error.message}`;
  const issue: v.BaseIssue<unknown> = error.issues[0];
  return `${v.getDotPath(issue) ?? 'response'}: expected ${issue.expected ?? issue.message}, got ${issue.received}`;
};

/**
 * Makes one read. If the service responds with an error or not as documented, the result says why it is unread.
 *
 * @param action  the IAM action that permits the read
 * @throws {UnreachableError} when no response came
 */
export const read = async <Value>(
  action: string,
  request: () => Promise<Value>,
): Promise<Reading<Value>> => {
  try {
    return { value: await request() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (v.is(ErrorResponse, error) || error instanceof v.ValiError)
      return { unread: { action, reason: describe(error) } };
    throw new UnreachableError(`${action}: ${describe(error)}`, { cause: error });
  }
};

const readTrails = async (client: CloudTrailClient): Promise<Reading<readonly TrailState[]>> => {
  const trails = await read('cloudtrail:DescribeTrails', async () => {
    const command = new DescribeTrailsCommand({ includeShadowTrails: true });
    return v.parse(Trails, await client.send(command)).trailList;
  });
  if ('unread' in trails) return trails;
  return { value: await Promise.all(trails.value.map((trail) => readTrail(client, trail))) };
};

/** Reads a trail by its ARN, which also works for a trail of another Region or account. */
const readTrail = async (client: CloudTrailClient, trail: Trail): Promise<TrailState> => {
  const [isLogging, selectors] = await Promise.all([
    read('cloudtrail:GetTrailStatus', async () => {
      const command = new GetTrailStatusCommand({ Name: trail.TrailARN });
      return v.parse(TrailStatus, await client.send(command)).IsLogging;
    }),
    read('cloudtrail:GetEventSelectors', async () => {
      const command = new GetEventSelectorsCommand({ TrailName: trail.TrailARN });
      return v.parse(Selectors, await client.send(command));
    }),
  ]);
  return { trail, isLogging, selectors };
};

const readSecurityHub = (client: SecurityHubClient) =>
  read('securityhub:DescribeHub', async () => {
    try {
      await client.send(new DescribeHubCommand());
      return true;
    } catch (error) {
      // Security Hub returns these errors when it is off. A missing permission is an AccessDeniedException.
      if (error instanceof InvalidAccessException || error instanceof ResourceNotFoundException)
        return false;
      throw error;
    }
  });

const readTopic = async (client: SNSClient, topic: Topic, region: string): Promise<TopicState> => {
  if (topic.region !== region) return topic;
  const exists = await read('sns:GetTopicAttributes', async () => {
    try {
      await client.send(new GetTopicAttributesCommand({ TopicArn: topic.arn }));
      return true;
    } catch (error) {
      if (error instanceof NotFoundException) return false;
      throw error;
    }
  });
  return { ...topic, exists };
};

/**
 * Reads the state of an account and Region, and of the topics of the deployment.
 *
 * @throws {UnreachableError} when a service could not be reached
 */
export const readAccount = async (
  { sts, config, cloudTrail, iam, securityHub, sns }: Clients,
  region: string,
  topics: readonly Topic[],
): Promise<AccountState> => {
  // The identity comes first: without credentials the other reads are pointless.
  const identity = await read('sts:GetCallerIdentity', () => readIdentity(sts));
  const [recorders, statuses, trails, users, isSecurityHubOn, topicStates] = await Promise.all([
    read('config:DescribeConfigurationRecorders', async () => {
      const response = await config.send(new DescribeConfigurationRecordersCommand());
      return v.parse(Recorders, response.ConfigurationRecorders ?? []);
    }),
    read('config:DescribeConfigurationRecorderStatus', async () => {
      const response = await config.send(new DescribeConfigurationRecorderStatusCommand());
      return v.parse(RecorderStatuses, response.ConfigurationRecordersStatus ?? []);
    }),
    readTrails(cloudTrail),
    read('iam:GetAccountSummary', async () => (await readSummary(iam)).Users),
    readSecurityHub(securityHub),
    Promise.all(topics.map((topic) => readTopic(sns, topic, region))),
  ]);
  const others = { recorders, statuses, trails, users, isSecurityHubOn, topics: topicStates };
  return { region, identity, ...others };
};
