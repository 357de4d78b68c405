import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { connection, createCallCounts } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { createIam } from '../../rule/aws/iam.ts';
import { MAXIMUM_EVENTS } from '../../rule/inactive-access-key/rule.ts';
import { readIdentity, readSummary } from '../preflight/account-state.ts';
import type { ScanSources } from './scan-account.ts';

/** The sources of a scan, its account and its Region. */
export type OpenedAccount = ScanSources & { readonly AccountId: string; readonly region: string };

/**
 * Creates the sources from the default credential chain, and reads which account they belong to.
 *
 * The account comes first and is tried only a few times, so that missing credentials or a missing connection show at once. The
 * other calls are retried for minutes at the rate that the service allows, as in the functions.
 */
export const openAccount = async (): Promise<OpenedAccount> => {
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: 15_000 };
  const sts = new STSClient({ requestHandler: { ...requestHandler, throwOnRequestTimeout: true } });
  const region = await sts.config.region();
  const { Account: AccountId } = await readIdentity(sts);
  const client = new IAMClient({ ...connection(), region });
  const { countCalls } = createCallCounts();
  const readHistory = createEventHistory(region, countCalls, { maximumEvents: MAXIMUM_EVENTS });
  const iam = createIam(client);
  return { AccountId, region, iam, readHistory, readSummary: () => readSummary(client) };
};
