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
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { InferOutput } from 'valibot';
import * as v from 'valibot';
import {
  AccountSummary,
  ConfigurationRecorder,
  ConfigurationRecorderStatus,
  EventSelectors,
  Identity,
  Trail,
} from './answers.ts';
import type { Reading } from './findings.ts';

/** No answer came: no credentials, no connection, or nobody there. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** An error that a service answered, as the SDK marks it. */
const Answered = v.object({ $metadata: v.object({ httpStatusCode: v.number() }) });

const describe = (error: Error): string => {
  if (!(error instanceof v.ValiError)) return `${error.name}: ${error.message}`;
  const issue: v.BaseIssue<unknown> = error.issues[0];
  return `${v.getDotPath(issue) ?? 'the answer'}: expected ${issue.expected ?? issue.message}, got ${issue.received}`;
};

/**
 * Reads one thing; an answer that refuses it, or is none that the API promises, leaves it unread.
 *
 * @param action  the IAM action that allows it
 * @throws {UnreachableError} when no answer came
 */
export const read = async <Facts>(
  action: string,
  ask: () => Promise<Facts>,
): Promise<Reading<Facts>> => {
  try {
    return { facts: await ask() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (v.is(Answered, error) || error instanceof v.ValiError)
      return { unread: { action, reason: describe(error) } };
    throw new UnreachableError(`${action}: ${describe(error)}`, { cause: error });
  }
};

/** The configuration recorders of the Region, services' own included, and which of them are recording. */
export type RecorderFacts = {
  readonly recorders: Reading<readonly InferOutput<typeof ConfigurationRecorder>[]>;
  readonly statuses: Reading<readonly InferOutput<typeof ConfigurationRecorderStatus>[]>;
};

/** A trail that is seen from the Region. */
export type TrailFacts = {
  readonly trail: InferOutput<typeof Trail>;
  readonly isLogging: Reading<boolean>;
  readonly selectors: Reading<InferOutput<typeof EventSelectors>>;
};

/** Everything that was read of an account and Region; nothing is decided yet. */
export type AccountFacts = RecorderFacts & {
  readonly region: string;
  readonly identity: Reading<InferOutput<typeof Identity>>;
  readonly trails: Reading<readonly TrailFacts[]>;
  /** How many there are in the account. */
  readonly users: Reading<number>;
  readonly isSecurityHubOn: Reading<boolean>;
};

/** The partition of an ARN, `aws` or another. */
export const partitionOf = (arn: string): string => arn.split(':')[1] ?? '';

/** The clients of the services that are looked at, all of one Region. */
export type Clients = {
  readonly sts: STSClient;
  readonly config: ConfigServiceClient;
  readonly cloudTrail: CloudTrailClient;
  readonly iam: IAMClient;
  readonly securityHub: SecurityHubClient;
};

const readRecorders = async (client: ConfigServiceClient) => {
  const [recorders, statuses] = await Promise.all([
    read('config:DescribeConfigurationRecorders', async () => {
      const answer = await client.send(new DescribeConfigurationRecordersCommand());
      return v.parse(v.array(ConfigurationRecorder), answer.ConfigurationRecorders ?? []);
    }),
    read('config:DescribeConfigurationRecorderStatus', async () => {
      const answer = await client.send(new DescribeConfigurationRecorderStatusCommand());
      const statuses = answer.ConfigurationRecordersStatus ?? [];
      return v.parse(v.array(ConfigurationRecorderStatus), statuses);
    }),
  ]);
  return { recorders, statuses };
};

/** A trail of another Region or account is known by its ARN alone. */
const readTrail = async (
  client: CloudTrailClient,
  trail: v.InferOutput<typeof Trail>,
): Promise<TrailFacts> => {
  const [isLogging, selectors] = await Promise.all([
    read('cloudtrail:GetTrailStatus', async () => {
      const answer = await client.send(new GetTrailStatusCommand({ Name: trail.TrailARN }));
      return v.parse(v.object({ IsLogging: v.boolean() }), answer).IsLogging;
    }),
    read('cloudtrail:GetEventSelectors', async () => {
      const command = new GetEventSelectorsCommand({ TrailName: trail.TrailARN });
      return v.parse(EventSelectors, await client.send(command));
    }),
  ]);
  return { trail, isLogging, selectors };
};

const readTrails = async (client: CloudTrailClient): Promise<Reading<readonly TrailFacts[]>> => {
  const trails = await read('cloudtrail:DescribeTrails', async () => {
    const answer = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
    return v.parse(v.object({ trailList: v.array(Trail) }), answer).trailList;
  });
  if ('unread' in trails) return trails;
  return { facts: await Promise.all(trails.facts.map((trail) => readTrail(client, trail))) };
};

const readUsers = (client: IAMClient) =>
  read('iam:GetAccountSummary', async () => {
    const answer = await client.send(new GetAccountSummaryCommand());
    return v.parse(AccountSummary, answer).SummaryMap.Users;
  });

const readSecurityHub = (client: SecurityHubClient) =>
  read('securityhub:DescribeHub', async () => {
    try {
      await client.send(new DescribeHubCommand());
      return true;
    } catch (error) {
      // An account that has not turned it on is answered with one of these; a caller that may not ask, with AccessDenied.
      if (error instanceof InvalidAccessException || error instanceof ResourceNotFoundException)
        return false;
      throw error;
    }
  });

/**
 * Reads everything that preflight decides on; nothing is written.
 *
 * @throws {UnreachableError} when no answer came: no credentials, no connection, or nobody there
 */
export const readAccount = async (clients: Clients, region: string): Promise<AccountFacts> => {
  // First and alone: without credentials, or an answer, there is no account to ask the rest of.
  const identity = await read('sts:GetCallerIdentity', async () =>
    v.parse(Identity, await clients.sts.send(new GetCallerIdentityCommand())),
  );
  const [recorders, trails, users, isSecurityHubOn] = await Promise.all([
    readRecorders(clients.config),
    readTrails(clients.cloudTrail),
    readUsers(clients.iam),
    readSecurityHub(clients.securityHub),
  ]);
  return { region, identity, ...recorders, trails, users, isSecurityHubOn };
};
