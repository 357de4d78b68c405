import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE } from '../../../infra/functions/bundle.ts';
import { createLocalAccount, type LocalAccount } from '../../local-account/account.ts';
import { ServiceError } from '../../local-account/dispatch.ts';

const entry = fileURLToPath(new URL('../../../infra/preflight/preflight.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'preflight-'));
const inTree = 'infra/preflight/preflight.mjs';
/** Bundled once, because it starts twice as fast as with tsx. */
const bundle = join(directory, inTree);
/** Not bundled, because bundling the CDK would take longer than all tests here. */
const cdk = createRequire(import.meta.url).resolve('aws-cdk-lib/aws-logs');
beforeAll(async () => {
  const alias = { 'aws-cdk-lib/aws-logs': cdk };
  await build({ ...BUNDLE, entryPoints: [entry], outfile: bundle, alias, external: [cdk] });
  copyFileSync(new URL('../../../cdk.json', import.meta.url), join(directory, 'cdk.json'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** An environment without profile, metadata service and color. */
const EMPTY = {
  PATH: process.env['PATH'],
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

const run = async (command: readonly string[], environment: Record<string, string>) => {
  const child = spawn(process.execPath, command, {
    env: { ...EMPTY, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close');
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
};

/** Joins the lines of each finding, which are broken after 80 characters. */
const unbroken = (report: string): string => report.replaceAll(/\n {4}(?! )/g, ' ');

const preflight = (environment: Record<string, string>, ...given: string[]) =>
  run([bundle, ...given], environment);

/** Runs a test with its own account, because the tests are concurrent. */
const inAccount = async (test: (account: LocalAccount) => Promise<void>) => {
  const account = await createLocalAccount();
  try {
    await test(account);
  } finally {
    await account.close();
  }
};

describe.concurrent('npm run preflight', () => {
  it('finds nothing missing, only reads, and prints no color to a pipe', () =>
    inAccount(async (account) => {
      const { code, stdout, stderr } = await run(['--import', 'tsx', entry], account.environment);

      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toContain('✓ 123456789012, partition aws, Region us-east-1');
      for (const sign of ['✗', '?', '–', '\u001b[']) expect(stdout).not.toContain(sign);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe(
        'The account has everything that the rule needs.',
      );
      expect(account.calls.map(({ operation }) => operation).toSorted()).toEqual([
        'DescribeConfigurationRecorderStatus',
        'DescribeConfigurationRecorders',
        'DescribeHub',
        'DescribeTrails',
        'GetAccountSummary',
        'GetCallerIdentity',
        'GetEventSelectors',
        'GetTrailStatus',
      ]);
    }));

  it('checks the topics of the settings', () =>
    inAccount(async (account) => {
      const arn = account.sns.createTopic('keys');
      const { code, stdout } = await preflight(
        account.environment,
        ...['-c', `notificationTopicArn=${arn}`, '-c', `alarmTopicArn=${arn}2`],
        ...['-c', 'approvers=alice'],
        ...['-c', 'approvalTopicArn=arn:aws:sns:eu-west-1:123456789012:AutomationApprovals'],
      );

      expect(code).toBe(1);
      expect(stdout).toContain('✓ notificationTopicArn exists in us-east-1');
      expect(stdout).toContain(`✗ alarmTopicArn does not exist: ${arn}2`);
      expect(stdout).toContain('✗ approvalTopicArn is in eu-west-1 (aws)');
      const read = account.calls.filter(({ operation }) => operation === 'GetTopicAttributes');
      expect(read).toHaveLength(2);
    }));

  it('reports a topic that denies the read', () =>
    inAccount(async (account) => {
      const error = new ServiceError('AuthorizationError', 'no', 403);
      account.faults.fail({ service: 'sns', operation: 'GetTopicAttributes', error });
      const arn = 'arn:aws:sns:us-east-1:210987654321:keys';
      const { code, stdout } = await preflight(
        account.environment,
        ...['-c', `alarmTopicArn=${arn}`],
      );

      expect(code).toBe(2);
      expect(stdout).toContain('? could not read whether alarmTopicArn exists (AuthorizationError');
    }));

  it.each<[string, (account: LocalAccount) => void, string[]]>([
    [
      'no recorder and no trail',
      ({ config, cloudtrail }) => {
        config.recorder.put(undefined);
        cloudtrail.trails.put([]);
      },
      ['there is no configuration recorder', 'no trail covers us-east-1'],
    ],
    [
      'a stopped recorder and a stopped trail',
      ({ config: { recorder }, cloudtrail: { trails } }) => {
        recorder.put({ ...recorder.usual, recording: false });
        trails.put([{ ...trails.usual, isLogging: false }]);
      },
      ['the recorder default is not recording', 'no trail .*management-events: it is not logging'],
    ],
    [
      'a recorder without users and a trail of reads',
      ({ config: { recorder }, cloudtrail: { trails } }) => {
        recorder.put({ ...recorder.usual, recordingGroup: { allSupported: true } });
        trails.put([{ ...trails.usual, EventSelectors: [{ ReadWriteType: 'ReadOnly' }] }]);
      },
      [
        'the recorder default does not record AWS::IAM::User',
        'no trail .*its event selectors exclude write management events of IAM',
      ],
    ],
  ])('reports what is missing: %s', (_what, change, missing) =>
    inAccount(async (account) => {
      change(account);

      const { code, stdout } = await preflight(account.environment);

      expect(code).toBe(1);
      for (const words of missing)
        expect(unbroken(stdout)).toMatch(new RegExp(`^  ✗ ${words}`, 'm'));
      expect(stdout).toContain('✓ it is on');
      expect(stdout).toMatch(/^2 missing$/m);
    }),
  );

  it('reports a Region without key events, unless they are off', () =>
    inAccount(async (account) => {
      const environment = { ...account.environment, AWS_REGION: 'eu-central-1' };

      const on = await preflight(environment);
      const off = await preflight(environment, '-c', 'keyEvents=false');

      expect(on.code).toBe(1);
      expect(on.stdout).toContain("✗ eu-central-1 is not the Region of IAM's control plane");
      expect(off.code).toBe(0);
    }));

  it('reports 501 users as too many for a hybrid rule, and accepts the settings of cdk deploy', () =>
    inAccount(async (account) => {
      for (let count = 0; count < 501; count += 1)
        account.iam.seedUser({ UserName: `user-${count}` });

      const hybrid = await preflight(account.environment);
      const given = ['-c', 'triggers=schedule', '-c', 'maximumExecutionFrequency=One_Hour'];
      const schedule = await preflight(account.environment, ...given);

      expect(hybrid.code).toBe(1);
      expect(hybrid.stdout).toContain(
        '✗ 501 users: above 500 users, key events start no evaluation',
      );
      expect(hybrid.stdout).toMatch(/^ {6}deploy with -c triggers=schedule$/m);
      expect(schedule.code).toBe(0);
      expect(schedule.stdout).toContain('✓ 501 users: key events start evaluations');
    }));

  it('reads the settings in cdk.json, which those of the command line override', () =>
    inAccount(async (account) => {
      const other = join(directory, 'other');
      cpSync(bundle, join(other, inTree));
      const context = { keyEvents: false, triggers: 'schedule', '@aws-cdk/core:any': [] };
      writeFileSync(join(other, 'cdk.json'), JSON.stringify({ context }));

      const usual = await run([join(other, inTree)], account.environment);
      const given = await run([join(other, inTree), '-c', 'keyEvents=true'], account.environment);

      expect(usual.stdout).toContain('– key events are off (keyEvents=false)');
      expect(given.stdout).toContain('✓ the trail management-events logs key events');
    }));

  it('notes that Security Hub is off', () =>
    inAccount(async (account) => {
      account.securityHub.enabled = false;

      const { code, stdout } = await preflight(account.environment);

      expect(code).toBe(0);
      expect(stdout).toContain('– it is off');
    }));

  // A refused DescribeTrails or GetTrailStatus hides the reads after it.
  it.each([
    {
      refused: [
        ['sts', 'GetCallerIdentity'],
        ['config', 'DescribeConfigurationRecorders'],
        ['config', 'DescribeConfigurationRecorderStatus'],
        ['cloudtrail', 'GetTrailStatus'],
        ['iam', 'GetAccountSummary'],
        ['securityhub', 'DescribeHub'],
      ],
    },
    { refused: [['cloudtrail', 'DescribeTrails']] },
    { refused: [['cloudtrail', 'GetEventSelectors']] },
  ] as const)('reports refused reads with the missing permissions: %j', ({ refused }) =>
    inAccount(async (account) => {
      const error = new ServiceError('AccessDeniedException', 'not authorized', 403);
      for (const [service, operation] of refused)
        account.faults.fail({ service, operation, always: true, error });

      const { code, stdout } = await preflight(account.environment);

      expect(code).toBe(2);
      expect(
        unbroken(stdout).match(/could not read .* \(AccessDeniedException: not authorized\)/g),
      ).toHaveLength(refused.length);
      for (const [service, operation] of refused)
        expect(stdout).toContain(`requires the permission ${service}:${operation}`);
      expect(stdout).toContain(`${refused.length} could not be read`);
      expect(stdout).not.toContain('✗');
    }),
  );

  it('reports an unexpected response as unread', () =>
    inAccount(async (account) => {
      const statuses = [{ name: 'default', recording: 'yes' }];
      account.register('config', {
        DescribeConfigurationRecorderStatus: () => ({ ConfigurationRecordersStatus: statuses }),
      });

      const { code, stdout } = await preflight(account.environment);

      expect(code).toBe(2);
      expect(stdout).toContain('could not read whether the recorder is recording');
    }));
});

describe.concurrent('npm run preflight without an account', () => {
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

  it.each<[string, Record<string, string>, string[], RegExp]>([
    ['no credentials', { AWS_REGION: 'us-east-1' }, [], /credentials/i],
    ['no Region', credentials, [], /Region is missing/],
    ['no server at the endpoint', { ...credentials, AWS_REGION: 'us-east-1' }, [], /ECONNREFUSED/],
    ['a wrong value', credentials, ['-c', 'keyEvents=no'], /keyEvents must be .*, got "no"/],
    ['an unknown flag', credentials, ['--fix'], /--fix/],
  ])('fails with a message: %s', async (_what, environment, given, words) => {
    const { code, stdout, stderr } = await preflight(environment, ...given);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr).toContain('npm run preflight --');
  });
});
