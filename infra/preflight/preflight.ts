import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { STSClient } from '@aws-sdk/client-sts';
import { createColors } from 'picocolors';
import * as v from 'valibot';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { exitCodeOf, type Finding, findingsOf, GROUPS } from './findings.ts';
import { readAccount } from './read-account.ts';

/** A text that sets nothing. */
export class InvalidOptionError extends Error {
  override readonly name = 'InvalidOptionError';
}

/** What the deployment to come wants of the account: the settings that decide what it needs. */
export type Options = Pick<Settings, 'keyEvents' | 'triggers'> &
  Partial<Pick<Settings, 'securityHubFindings'>>;

const split = (text: string): readonly [string, string] => {
  const end = text.indexOf('=');
  if (end > 0) return [text.slice(0, end), text.slice(end + 1)];
  throw new InvalidOptionError(
    `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(text)}`,
  );
};

/**
 * Splits `name=value` texts, as `cdk deploy -c` does; of one name the last counts.
 *
 * @throws {InvalidOptionError} names the first that is none
 */
export const splitOptions = (texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(texts.map(split));

const CDK_JSON = new URL('../../cdk.json', import.meta.url);
const CdkJson = v.object({ context: v.record(v.string(), v.unknown()) });

/**
 * Reads the settings as `cdk deploy` would: the context of cdk.json, and over it the texts of `-c`.
 *
 * @throws {InvalidOptionError} when a text is not `name=value`
 * @throws {InvalidParameterError} names the first old or unknown setting, every value that is not allowed, or every
 * contradiction
 */
export const readOptions = (texts: readonly string[]): Options => {
  const given = splitOptions(texts);
  const { context } = v.parse(CdkJson, JSON.parse(readFileSync(CDK_JSON, 'utf8')));
  return readSettings({ ...context, ...given });
};

const isTerminal = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
const color = createColors(isTerminal);

const SIGNS = {
  fine: color.green('✓'),
  missing: color.red('✗'),
  note: color.dim('–'),
  unread: color.yellow('?'),
} as const satisfies Record<Finding['state'], string>;

const showFinding = ({ state, what, why, mends = [] }: Finding): void => {
  console.log(`  ${SIGNS[state]} ${what}`);
  if (why !== undefined) console.log(`      ${color.dim(why)}`);
  // Never cut into lines: a command is there to be copied.
  for (const mend of mends) console.log(`      ${color.cyan(mend)}`);
};

const summarize = (findings: readonly Finding[]): string => {
  const count = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).length;
  const [missing, unread] = [count('missing'), count('unread')];
  if (missing === 0 && unread === 0) return color.green('Nothing that the rule needs is missing.');
  const said = [
    missing > 0 ? color.red(`${missing} missing`) : undefined,
    unread > 0 ? color.yellow(`${unread} could not be read`) : undefined,
  ];
  return said.filter((part) => part !== undefined).join(', ');
};

/** Prints the findings under the part of the account that they are about, and what they come to. */
export const showFindings = (findings: readonly Finding[]): void => {
  for (const group of GROUPS) {
    console.log(color.bold(group));
    for (const finding of findings.filter((candidate) => candidate.group === group))
      showFinding(finding);
  }
  console.log(`\n${summarize(findings)}`);
};

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
