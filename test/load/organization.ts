import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { runScript, UsageError } from '../../infra/command-line.ts';
import type { Scan } from '../../infra/scan/result.ts';
import { LATENCY_MILLISECONDS } from '../bench/account.ts';
import { showTable } from '../bench/show.ts';
import { type Call, ServiceError } from '../local-account/dispatch.ts';
import { bundleScan, type ScanCommand } from '../support/scan-command.ts';
import {
  OWN_ACCOUNT,
  type ServedOrganization,
  serveOrganization,
} from '../support/served-organization.ts';

const USAGE = `npm run load:organization -- [accounts]

Scans simulated accounts of 50 users that refuse more than 20 IAM calls a
second, 1,000 by default, and measures time, calls and memory.`;

/** Reads the number of accounts to scan. */
const readAccounts = (): number => {
  const [text = '1000'] = parseArgs({ allowPositionals: true }).positionals;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`the number of accounts must be above 0, got ${JSON.stringify(text)}`);
};

const USERS_PER_ACCOUNT = 50;

/** One of so many users has two active keys. The others have one active and one inactive key. */
const USERS_PER_VIOLATION = 10;

/** The accounts without the role are one of so many. */
const ACCOUNTS_PER_REFUSAL = 33;

/** The IAM calls that each account admits. */
const THROTTLE = { service: 'iam', perSecond: 20, burst: 20 } as const;

const idOf = (index: number) => String(Number(OWN_ACCOUNT) + index);
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const lastUsed = { LastUsedDate: daysAgo(1), ServiceName: 's3', Region: 'us-east-1' };

const seed = ({ accounts }: ServedOrganization) => {
  for (const { iam, faults } of accounts.values()) {
    faults.delay(LATENCY_MILLISECONDS);
    faults.throttle(THROTTLE);
    for (let index = 0; index < USERS_PER_ACCOUNT; index += 1) {
      const Status = index % USERS_PER_VIOLATION === 0 ? 'Active' : 'Inactive';
      const keys = [
        { CreateDate: daysAgo(400), Status },
        { CreateDate: daysAgo(100), lastUsed },
      ] as const;
      iam.seedUser({ UserName: `user-${index}`, keys });
    }
  }
};

/** Runs the scan, and returns its exit status, its duration and the peak of its resident set. */
const measure = async ({ command }: ScanCommand, environment: NodeJS.ProcessEnv, file: string) => {
  const [node = '', ...args] = [...command, '--organization', '--format', 'json', '--output', file];
  const begun = performance.now();
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(node, args, { env, stdio: ['ignore', 'inherit', 'pipe'] });
  const said = text(child.stderr);
  let peakMegabytes = 0;
  const poll = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakMegabytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
    } catch {
      // The process has just ended.
    }
  }, 100);
  const [code] = await once(child, 'close');
  clearInterval(poll);
  return { code, said: await said, peakMegabytes, seconds: (performance.now() - begun) / 1000 };
};

/** The most calls that an account received in any second. */
const highestRate = (calls: readonly Call[]): number => {
  const times = calls.filter(({ service }) => service === 'iam').map(({ at }) => at.getTime());
  let [first, highest] = [0, 0];
  for (const [last, time] of times.entries()) {
    while (time - (times[first] ?? time) >= 1000) first += 1;
    highest = Math.max(highest, last - first + 1);
  }
  return highest;
};

type Run = { readonly name: string; readonly accounts: number; readonly expiresAfter?: number };

const run = async (command: ScanCommand, { name, accounts, expiresAfter }: Run) => {
  const indexes = Array.from({ length: accounts }, (_, index) => index);
  const withoutRole = indexes.filter((index) => index % ACCOUNTS_PER_REFUSAL === 10).map(idOf);
  const organization = await serveOrganization(
    indexes.map((index) => ({ Id: idOf(index), Name: `account-${index}`, State: 'ACTIVE' })),
    { withoutRole },
  );
  seed(organization);
  if (expiresAfter !== undefined) {
    const error = new ServiceError('ExpiredToken', 'The security token has expired', 403);
    const fault = { service: 'sts', operation: 'AssumeRole', error } as const;
    organization.own.faults.fail({ ...fault, nth: expiresAfter, always: true });
  }
  const file = path.join(command.directory, 'scan.json');
  const measured = await measure(command, organization.environmentOf(OWN_ACCOUNT), file);
  const { Accounts, Results, Failures } = JSON.parse(readFileSync(file, 'utf8')) as Scan;
  const calls = [...organization.accounts.values()].map(({ dispatcher }) => dispatcher.calls);
  const refused = calls.flat().filter(({ errorCode }) => errorCode === 'Throttling').length;
  await organization.close();
  const violations = Results.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');
  return [
    ...[name, measured.seconds.toFixed(0), measured.peakMegabytes.toFixed(0)],
    ...[calls.flat().length, refused, Math.max(...calls.map(highestRate))].map(String),
    String(Accounts.filter(({ Users }) => Users !== undefined).length),
    ...[Results.length, violations.length, Failures.length, measured.code].map(String),
  ];
};

await runScript(USAGE, async () => {
  const accounts = readAccounts();
  const command = await bundleScan();
  const expiresAfter = Math.ceil(accounts / 2);
  const rows = [
    await run(command, { name: 'all', accounts }),
    await run(command, { name: 'credentials expire', accounts, expiresAfter }),
  ];
  command.remove();
  console.log(`${accounts} accounts of ${USERS_PER_ACCOUNT} users, Node ${process.version}`);
  const columns = ['seconds', 'peak MB', 'calls', 'refused', 'calls/s', 'read', 'results'];
  showTable([['', ...columns, 'violations', 'failures', 'exit'], ...rows]);
});
