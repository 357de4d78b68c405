import { closeSync, openSync, writeFileSync } from 'node:fs';
import { UsageError } from '../command-line.ts';
import { toCsv, toJson } from './formats.ts';
import { type Command, type Format, isUsageError, readCommand, USAGE } from './options.ts';
import { scanPolicy } from './policy.ts';
import type { Scan } from './result.ts';
import { type AccountScan, scanAccount, toScan } from './scan-account.ts';
import { createSources, SignInError, signIn } from './sources.ts';
import { failureLines, toTable } from './table.ts';
import { plain } from './text.ts';

const SIGN_IN = `Sign in and scan again, for example with one of these:

  aws sso login --profile NAME && npm run scan -- --profile NAME
  export AWS_PROFILE=NAME
  export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_SESSION_TOKEN=…`;

/** The exit status of wrong usage and of missing credentials. */
const NOT_STARTED = 3;

// On Node 20 the SDK would print its notice on supported versions in the middle of the progress.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const CLEAR_LINE = '\r\u001b[K';

/** Shows what the scan is doing in one line of a terminal. */
const showProgress = (progress: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`${CLEAR_LINE}${plain(progress)}`);
};

const clearProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
};

/** Sets what the SDK reads from the environment. Only the environment selects the endpoint of a profile, too. */
const useEnvironment = ({ profile, region }: Command): void => {
  const { AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const set = {
    AWS_PROFILE: profile ?? AWS_PROFILE,
    AWS_REGION: region ?? AWS_REGION ?? AWS_DEFAULT_REGION,
  };
  for (const [name, value] of Object.entries(set))
    if (value !== undefined) process.env[name] = value;
};

/** Requires that the file can be written, before a scan of minutes. */
const requireWritable = (file: string): void => {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new UsageError(`--output must be a file that can be written: ${why}`);
  }
};

const TO_TEXT: Readonly<Record<Format, (scan: Scan, output?: string) => string>> = {
  json: toJson,
  csv: toCsv,
  table: (scan, output) => {
    const isTerminal = output === undefined && process.stdout.isTTY === true;
    return toTable(scan, { isColored: isTerminal && !process.env['NO_COLOR'] });
  },
};

/** Writes a scan. Lists the failures on stderr, unless stdout shows them to a person. */
const write = (scan: Scan, { format, output }: Command): void => {
  const text = TO_TEXT[format](scan, output);
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
  if (output !== undefined || format !== 'table')
    for (const line of failureLines(scan.Failures)) console.error(line);
};

/** Returns the exit status: 2 if not everything could be read, else 1 if violations count and there are any, else 0. */
const exitCodeOf = (
  { Failures, Results }: Scan,
  { failOnViolations }: Pick<Command, 'failOnViolations'>,
): 0 | 1 | 2 => {
  if (Failures.length > 0) return 2;
  const isViolation = Results.some(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');
  return failOnViolations && isViolation ? 1 : 0;
};

const scanOwnAccount = async ({ settings }: Command, at: Date): Promise<AccountScan> => {
  const { AccountId, ...access } = await signIn();
  const options = { account: { AccountId }, settings, region: access.region, at, showProgress };
  return scanAccount(createSources(access), options);
};

const run = async (args: readonly string[]): Promise<number> => {
  const command = readCommand(args);
  const { only, settings, output } = command;
  if (only === 'help') console.log(USAGE);
  if (only === 'policy') console.log(JSON.stringify(scanPolicy(settings), null, 2));
  if (only !== undefined) return 0;
  if (output !== undefined) requireWritable(output);
  useEnvironment(command);
  const at = new Date();
  const scan = toScan([await scanOwnAccount(command, at)], { settings, at });
  clearProgress();
  write(scan, command);
  return exitCodeOf(scan, command);
};

// A reader such as `head` may close the pipe. The exit status still tells what was found.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  clearProgress();
  const message = error instanceof Error ? error.message : String(error);
  if (isUsageError(error)) console.error(`${message}\n\n${USAGE}`);
  else if (error instanceof SignInError) console.error(`${plain(message)}\n\n${SIGN_IN}`);
  else console.error(`The scan failed: ${plain(message)}`);
  process.exitCode = isUsageError(error) || error instanceof SignInError ? NOT_STARTED : 2;
}
