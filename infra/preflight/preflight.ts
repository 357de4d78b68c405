import { parseArgs } from 'node:util';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { runScript, UsageError } from '../command-line.ts';
import { topicsOf } from '../settings/topics.ts';
import { readAccount } from './account-state.ts';
import { findingsOf } from './findings.ts';
import { readOptions } from './options.ts';
import { exitCodeOf, printFindings } from './report.ts';

const USAGE = `npm run preflight -- [-c name=value ...]

Reports what the account lacks before the stack is deployed. Reads only.

Takes the settings of cdk deploy, and those in cdk.json. The settings keyEvents,
triggers, securityHubFindings, approvalTopicArn, alarmTopicArn and
notificationTopicArn decide what the account needs. The environment names the
account and Region, as for the AWS CLI: AWS_PROFILE or access keys, AWS_REGION,
AWS_ENDPOINT_URL. The exit code is 0 if nothing is missing, 1 if something is
missing, and 2 if something could not be read.`;

// On Node 20 the SDK would print its notice on supported versions in the middle of the report.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const preflight = async (): Promise<void> => {
  const { context = [] } = parseArgs({
    options: { context: { type: 'string', short: 'c', multiple: true } },
  }).values;
  const options = readOptions(context);

  // Without timeouts, an endpoint that accepts connections and never responds would block the report.
  const requestHandler = {
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    throwOnRequestTimeout: true,
  };
  const sts = new STSClient({ requestHandler });
  const region = await sts.config.region();
  const config = new ConfigServiceClient({ requestHandler, region });
  const cloudTrail = new CloudTrailClient({ requestHandler, region });
  const iam = new IAMClient({ requestHandler, region });
  const securityHub = new SecurityHubClient({ requestHandler, region });
  const sns = new SNSClient({ requestHandler, region });

  const clients = { sts, config, cloudTrail, iam, securityHub, sns };
  const account = await readAccount(clients, region, topicsOf(options));
  const findings = findingsOf(account, options);
  printFindings(findings);
  process.exitCode = exitCodeOf(findings);
};

await runScript(USAGE, async () => {
  try {
    await preflight();
  } catch (cause) {
    // The environment is part of the command: no Region, no credentials, no answer.
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
});
