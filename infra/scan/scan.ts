import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import { connection } from '../../rule/aws/clients.ts';
import { isUsageError } from '../command-line.ts';
import { type Account, assumeRole, listAccounts } from './accounts.ts';
import { type CallOptions, createCallControl, createConnections } from './call-control.ts';
import { compareScans, readEarlierScan } from './compare.ts';
import { type Command, readCommand, USAGE } from './options.ts';
import { requireWritable, write } from './output.ts';
import { roleTemplate, scanPolicy } from './policy.ts';
import { createAccountProgress } from './progress.ts';
import type { Scan } from './result.ts';
import { type AccountScan, type ScanOptions, scanAccount, toScan } from './scan-account.ts';
import { scanAccounts } from './scan-accounts.ts';
import { type Access, createSources, SignInError, signIn } from './sources.ts';
import { plain } from './text.ts';

const SIGN_IN = `Sign in and scan again, for example with one of these:

  aws sso login --profile NAME && npm run scan -- --profile NAME
  export AWS_PROFILE=NAME
  export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_SESSION_TOKEN=…`;

/** The exit status of wrong usage and of missing credentials. */
const NOT_STARTED = 3;

/** The highest rate of IAM calls in each of several accounts. The account shares its rate with its own callers. */
const CALLS_PER_SECOND = 20;

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

/** The user ended the scan. */
class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Returns a signal that aborts at the first Ctrl-C. The second one ends the process. */
const createInterruption = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    clearProgress();
    console.error('Interrupted. Writing what was read so far. Press Ctrl-C again to end at once.');
    controller.abort(new InterruptedError('the scan was interrupted'));
  });
  return controller.signal;
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

/** Returns the exit status: 2 if not everything could be read, else 1 if violations count and there are any, else 0. */
const exitCodeOf = (
  { Failures, Results }: Scan,
  { failOnViolations }: Pick<Command, 'failOnViolations'>,
): 0 | 1 | 2 => {
  if (Failures.length > 0) return 2;
  const isViolation = Results.some(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');
  return failOnViolations && isViolation ? 1 : 0;
};

/** What all accounts have in common. */
type Shared = Pick<ScanOptions, 'settings' | 'at'> &
  Required<Pick<CallOptions, 'requestHandler' | 'signal'>> & { readonly access: Access };

const scanOwnAccount = (shared: Shared): Promise<AccountScan> => {
  const { AccountId, region } = shared.access;
  const options = { ...shared, account: { AccountId }, region, showProgress };
  return scanAccount(createSources(shared.access, shared), options);
};

/** Scans the accounts of an organization, or the given ones. The caller's own account is scanned with the caller's credentials. */
const scanOtherAccounts = async (
  given: NonNullable<Command['accounts']>,
  roleName: string,
  shared: Shared,
): Promise<readonly AccountScan[]> => {
  const { region, credentials, partition, AccountId: ownId } = shared.access;
  const { requestHandler } = shared;
  const config = { ...connection(), region, credentials, requestHandler };
  const [organizations, sts] = [new OrganizationsClient(config), new STSClient(config)];
  const control = createCallControl(shared);
  control(organizations);
  control(sts);
  const accounts: readonly Account[] =
    given === 'organization'
      ? await listAccounts(organizations)
      : given.map((AccountId) => ({ AccountId }));
  const calls = { ...shared, callsPerSecond: CALLS_PER_SECOND };
  const open = async ({ AccountId }: Account) => {
    if (AccountId === ownId) return createSources(shared.access, calls);
    const arn = `arn:${partition}:iam::${AccountId}:role/${roleName}`;
    return createSources({ region, credentials: await assumeRole(sts, arn) }, calls);
  };
  const [progress, begun] = [createAccountProgress(accounts.length), performance.now()];
  showProgress(`0 of ${accounts.length} accounts`);
  const onScanned = (scan: AccountScan) => showProgress(progress(scan, performance.now() - begun));
  return scanAccounts(accounts, { ...shared, region, open, onScanned });
};

const scan = async ({ settings, accounts, roleName }: Command): Promise<Scan> => {
  const signal = createInterruption();
  const at = new Date();
  const access = await signIn();
  const shared = { settings, at, access, signal, requestHandler: createConnections(signal) };
  const scanned = accounts
    ? await scanOtherAccounts(accounts, roleName, shared)
    : [await scanOwnAccount(shared)];
  return toScan(scanned, { settings, at });
};

const run = async (args: readonly string[]): Promise<number> => {
  const command = readCommand(args);
  const { only, output, compare } = command;
  if (only === 'help') console.log(USAGE);
  if (only === 'policy') console.log(JSON.stringify(scanPolicy(command), null, 2));
  if (only === 'role template') console.log(JSON.stringify(roleTemplate(command), null, 2));
  if (only !== undefined) return 0;
  const earlier = compare === undefined ? undefined : readEarlierScan(compare);
  if (output !== undefined) requireWritable(output);
  useEnvironment(command);
  const current = await scan(command);
  clearProgress();
  write(earlier === undefined ? current : compareScans(current, earlier), command);
  return exitCodeOf(current, command);
};

// A reader such as `head` may close the pipe. The exit status still tells what was found.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  clearProgress();
  const message = plain(error instanceof Error ? error.message : String(error));
  if (isUsageError(error)) console.error(`${message}\n\n${USAGE}`);
  else if (error instanceof SignInError) console.error(`${message}\n\n${SIGN_IN}`);
  else console.error(`The scan failed: ${message}`);
  process.exitCode = isUsageError(error) || error instanceof SignInError ? NOT_STARTED : 2;
}
