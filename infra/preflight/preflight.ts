import { parseArgs } from 'node:util';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { STSClient } from '@aws-sdk/client-sts';
import { exitCodeOf } from './finding.ts';
import { findingsOf } from './findings.ts';
import { readAccount } from './read-account.ts';
import { readOptions } from './read-options.ts';
import { showFindings } from './show.ts';

const USAGE = `npm run preflight -- [-c name=value ...]

Takes the settings that cdk deploy takes, and those in cdk.json; what the account needs depends on
keyEvents and triggers.

Reads the account and Region that the environment names, as for the AWS CLI: AWS_PROFILE or access
keys, AWS_REGION, AWS_ENDPOINT_URL. Writes nothing.`;

// The SDK would tell Node 20 once a process that its time comes; not in the middle of a report.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const preflight = async (): Promise<void> => {
  const { context = [] } = parseArgs({
    options: { context: { type: 'string', short: 'c', multiple: true } },
  }).values;
  const options = readOptions(context);

  // Without bounds an endpoint that accepts and stays silent would hold the report back for ever.
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

  const facts = await readAccount({ sts, config, cloudTrail, iam, securityHub }, region);
  const findings = findingsOf(facts, options);
  showFindings(findings);
  process.exitCode = exitCodeOf(findings);
};

try {
  await preflight();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 2;
}
