import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { loadSharedConfigFiles } from '@smithy/core/config';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { connection } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { createIam } from '../../rule/aws/iam.ts';
import { MAXIMUM_EVENTS } from '../../rule/inactive-access-key/rule.ts';
import { readIdentity, readSummary } from '../preflight/account-state.ts';
import { type CallOptions, createCallControl } from './call-control.ts';
import type { ScanSources } from './scan-account.ts';

/** There are no credentials, AWS does not accept them, or there is no such profile or no Region. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

/** An account, and what clients need to read it. */
export type Access = {
  readonly AccountId: string;
  readonly partition: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
};

/** The errors of the SDK's credential chain. */
const NO_CREDENTIALS = ['CredentialsProviderError', 'TokenProviderError'];

/** The codes with which AWS refuses credentials that have expired or no longer exist. */
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId'];

/** Tells whether a call failed because the credentials of the caller are no longer valid. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof Error && [...NO_CREDENTIALS, ...EXPIRED].includes(error.name);

/** Tells whether the chain finds no credentials, or AWS does not accept them: GetCallerIdentity requires no permission. */
const isRefusal = (error: Error): boolean =>
  NO_CREDENTIALS.includes(error.name) || ('$fault' in error && error.$fault === 'client');

/** Requires that the profile exists. Without it, the SDK would use any other credentials that it finds. */
const requireProfile = async (profile: string | undefined): Promise<void> => {
  if (!profile || profile === 'default') return;
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  if (!Object.hasOwn({ ...configFile, ...credentialsFile }, profile))
    throw new SignInError(`no profile ${profile} in the files of the AWS CLI`);
};

const regionOf = async (client: STSClient): Promise<string> => {
  try {
    return await client.config.region();
  } catch (cause) {
    const message = 'no Region: pass --region, or set AWS_REGION or the region of the profile';
    throw new SignInError(message, { cause });
  }
};

/**
 * Finds credentials with the SDK's default chain, and reads the account they belong to.
 *
 * This is tried only a few times, so that a missing connection shows at once.
 *
 * @throws {SignInError} if there are no valid credentials, no such profile or no Region
 */
export const signIn = async (): Promise<Access> => {
  await requireProfile(process.env['AWS_PROFILE']);
  const client = new STSClient({
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 15_000,
      throwOnRequestTimeout: true,
    },
  });
  const region = await regionOf(client);
  const { credentials } = client.config;
  try {
    const { Account: AccountId, Arn } = await readIdentity(client);
    const [, partition = ''] = Arn.split(':');
    return { AccountId, partition, region, credentials };
  } catch (cause) {
    if (!(cause instanceof Error && isRefusal(cause))) throw cause;
    throw new SignInError(`no valid AWS credentials: ${cause.message}`, { cause });
  }
};

/** Creates the sources of a scan. They retry at the rate that the service allows, as the functions do. */
export const createSources = (
  { region, credentials }: Pick<Access, 'region' | 'credentials'>,
  { requestHandler, signal, callsPerSecond }: CallOptions = {},
): ScanSources => {
  const connections = requestHandler && { requestHandler };
  const client = new IAMClient({ ...connection(), region, credentials, ...connections });
  createCallControl({ signal, callsPerSecond })(client);
  const history = { maximumEvents: MAXIMUM_EVENTS, credentials, ...connections };
  return {
    iam: createIam(client),
    readHistory: createEventHistory(region, createCallControl({ signal }), history),
    readSummary: () => readSummary(client),
  };
};
