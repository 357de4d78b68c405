import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import type { Scan } from '../../../infra/scan/result.ts';
import { createLocalAccount, type LocalAccount } from '../../local-account/account.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { seedUsers } from '../../local-account/seed.ts';
import { bundleScan, type ScanCommand } from '../../support/scan-command.ts';

let command: ScanCommand;
beforeAll(async () => {
  command = await bundleScan();
});
afterAll(() => command.remove());

/** Runs a test with its own account, because the tests are concurrent. */
const inAccount = async (test: (account: LocalAccount) => Promise<void>) => {
  const account = await createLocalAccount();
  try {
    await test(account);
  } finally {
    await account.close();
  }
};

const seed = ({ iam }: LocalAccount) => seedUsers(iam, new Date());
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

/** Adds a user with an abandoned key, and returns the id of this key. */
const seedViolator = ({ iam }: LocalAccount, UserName = 'alice'): string => {
  const LastUsedDate = daysAgo(0.01);
  const lastUsed = { LastUsedDate, ServiceName: 's3', Region: 'us-east-1' };
  const keys = [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(200), lastUsed }];
  return iam.seedUser({ UserName, keys }).keys[0]?.AccessKeyId ?? '';
};

const deny = (account: LocalAccount, service: 'iam' | 'cloudtrail', operation: string) => {
  const error = new ServiceError('AccessDenied', 'not authorized\u009b2J', 403);
  account.faults.fail({ service, operation, error, always: true });
};

/** The actions of the calls that the account received. */
const actionsOf = ({ calls }: LocalAccount) =>
  [...new Set(calls.map(({ service, operation }) => `${service}:${operation}`))].sort();

const parse = (json: string): Scan => JSON.parse(json) as Scan;

describe.concurrent('npm run scan', () => {
  it('shows violators first, then the others, with keys, results and commands, in 80 columns', () =>
    inAccount(async (account) => {
      seed(account);
      const { code, stdout, stderr } = await command.scan(account.environment);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n');
      expect(lines[0]).toMatch(/^Account 123456789012: 8 IAM users, 20/);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(lines.filter((line) => /^[✗✓?] /.test(line))).toEqual([
        ...['billing-export', 'ci-deploy', 'legacy-sync', 'mobile-backend', 'reporting'].map(
          (name) => `✗ ${name}`,
        ),
        '✓ break-glass  no access key',
        '✓ ci-deploy-staging',
        '✓ dora.lindqvist@example.com',
      ]);
      const [id] = account.iam.users.get('billing-export')?.keys ?? [];
      expect(stdout).toContain(
        `aws iam update-access-key \\\n  --user-name=billing-export \\\n  --access-key-id=${id?.AccessKeyId} \\\n  --status=Inactive\n`,
      );
      expect(stdout).toMatch(
        /AKIA\w{16} {2}Active {4}1130 d {2}20\d\d-\d\d-\d\d s3 eu-central-1\n/,
      );
      expect(stdout).toMatch(/AKIA\w{16} {2}Active {5}605 d {2}never used\n/);
      expect(lines.slice(-3).join('')).toBe(
        '5 of 8 users NON_COMPLIANT: iam-user-single-access-key 4,  iam-user-inactive-access-key 1.',
      );
      expect(stdout).not.toContain('\u001b');
    }));

  it('reads each list and each last use once, however many rules need it', () =>
    inAccount(async (account) => {
      seed(account);
      await command.scan(account.environment);

      const once = account.calls.map(({ operation, input }) => operation + JSON.stringify(input));
      expect(new Set(once).size).toBe(once.length);
    }));

  it('does not read the event history if no result and no plan depends on it', () =>
    inAccount(async (account) => {
      account.iam.seedUser({ UserName: 'alice', keys: [{}] });
      await command.scan(account.environment);

      expect(actionsOf(account)).not.toContain('cloudtrail:LookupEvents');
    }));

  it('says that the root user has access keys', () =>
    inAccount(async (account) => {
      account.iam.rootUser.accessKeys = 1;
      const table = await command.scan(account.environment);
      const json = await command.scan(account.environment, '--format', 'json');

      expect(table.stdout).toContain('\nThe root user has access keys. Delete them.\n');
      expect(parse(json.stdout).Accounts).toEqual([
        { AccountId: '123456789012', Users: 0, RootUserHasAccessKeys: true },
      ]);
    }));

  it('takes the settings of the deployment', () =>
    inAccount(async (account) => {
      seedViolator(account);
      const { stdout } = await command.scan(
        account.environment,
        ...['--format', 'json', '-c', 'maxActiveAccessKeys=2', '-c', 'configRuleName=keys'],
        ...['--context', 'exemptionTagKey=keys-until', '-c', 'triggers=schedule'],
      );

      const { Results, Parameters } = parse(stdout);
      expect(Parameters['keys']).toMatchObject({ maxActiveAccessKeys: 2 });
      expect(Results.map(({ Rule, ComplianceType }) => [Rule, ComplianceType])).toEqual([
        ['iam-user-inactive-access-key', 'COMPLIANT'],
        ['keys', 'COMPLIANT'],
      ]);
    }));

  it('prints JSON with one entry for each user and rule', () =>
    inAccount(async (account) => {
      const AccessKeyId = seedViolator(account);
      const UserId = account.iam.users.get('alice')?.UserId;
      const { stdout } = await command.scan(account.environment, '--format', 'json');

      const { Results, Failures } = parse(stdout);
      expect(Failures).toEqual([]);
      expect(Results).toMatchObject([
        {
          ...{ AccountId: '123456789012', UserName: 'alice', UserId },
          ...{ Rule: 'iam-user-single-access-key', ComplianceType: 'NON_COMPLIANT' },
          Annotation: expect.stringContaining(`Deactivate ${AccessKeyId} (never used`),
          AccessKeys: [
            { AccessKeyId, Status: 'Active', CreateDate: expect.stringMatching(/T.*Z$/) },
            { LastUsedDate: expect.stringMatching(/Z$/), ServiceName: 's3', Region: 'us-east-1' },
          ],
          Recommendation: {
            ...{ Action: 'Deactivate', AccessKeyId },
            Reason: expect.stringContaining(`deactivate ${AccessKeyId} (never used`),
            Command: `aws iam update-access-key --user-name=alice --access-key-id=${AccessKeyId} --status=Inactive`,
          },
        },
        { Rule: 'iam-user-inactive-access-key', ComplianceType: 'COMPLIANT', Annotation: '' },
      ]);
    }));

  it('writes CSV to a file, and neutralises a user name that a spreadsheet takes for a formula', () =>
    inAccount(async (account) => {
      seedViolator(account, '=cmd');
      const file = path.join(command.directory, 'users.csv');
      const given = ['--format', 'csv', '--output', file];
      const { code, stdout, stderr } = await command.scan(account.environment, ...given);

      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
      const rows = readFileSync(file, 'utf8').split('\r\n');
      expect(rows[0]).toBe(
        'AccountId,AccountName,UserName,UserId,Rule,ComplianceType,Change,Annotation,AccessKeys,Action,AccessKeyId,Reason,Command,Failure',
      );
      expect(rows[1]).toMatch(/^123456789012,,'=cmd,AIDA/);
      expect(rows).toHaveLength(4);
    }));

  it('stays quiet if the reader of its output goes away', () =>
    inAccount(async (account) => {
      for (let count = 0; count < 300; count += 1) seedViolator(account, `user-${count}`);
      const [file = '', ...args] = command.command;
      const env = { PATH: process.env['PATH'], ...account.environment };
      const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.destroy();
      const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);

      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    }));
});

describe.concurrent('the terminal', () => {
  it.each([
    { environment: {}, isColored: true },
    { environment: { NO_COLOR: '' }, isColored: true },
    { environment: { NO_COLOR: '1' }, isColored: false },
  ])('shows progress, and color: %j', ({ environment, isColored }) =>
    inAccount(async (account) => {
      seedViolator(account);
      const given = { ...account.environment, ...environment };
      const { code, stdout } = await command.scanInTerminal(given);

      expect(code).toBe(0);
      expect(stdout).toContain('\r\u001b[K1 of 1 users');
      expect(stdout.includes('\u001b[31m')).toBe(isColored);
    }),
  );

  it('shows neither in a file', () =>
    inAccount(async (account) => {
      seedViolator(account);
      const file = path.join(command.directory, 'table.txt');
      await command.scanInTerminal(account.environment, '--output', file);

      expect(readFileSync(file, 'utf8')).not.toContain('\u001b');
    }));
});

describe.concurrent('the exit status', () => {
  const FAIL = '--fail-on-violations';

  it.each([
    { violates: false, given: [FAIL], code: 0 },
    { violates: true, given: [], code: 0 },
    { violates: true, given: [FAIL], code: 1 },
    { violates: true, denied: 'GetAccountSummary', given: [], code: 2 },
    { violates: true, denied: 'GetAccountSummary', given: [FAIL], code: 2 },
  ])('is %j', ({ violates, denied, given, code }) =>
    inAccount(async (account) => {
      if (violates) seedViolator(account);
      if (denied !== undefined) deny(account, 'iam', denied);

      expect(await command.scan(account.environment, ...given)).toMatchObject({ code });
    }),
  );

  it.each([
    [['--fix'], /--fix/],
    [['alice'], /alice/],
    [['--format', 'xml'], /--format must be one of table, json, csv.*, got "xml"/],
    [['--output', ''], /--output must have a value/],
    [['--compare', ''], /--compare must have a value/],
    [
      ['--organization', '--accounts', '111111111111'],
      /--organization and --accounts cannot be combined/,
    ],
    [
      ['--accounts', '11111111111'],
      /--accounts must be distinct .* 12 digits.*, got "11111111111"/,
    ],
    [['--accounts', '111111111111,'], /--accounts must be distinct account ids/],
    [['--accounts', '111111111111,111111111111'], /--accounts must be distinct account ids/],
    [
      ['--role-name', 'a/b', '--organization'],
      /--role-name must be the name of a role.*, got "a\/b"/,
    ],
    [['--role-name', 'audit'], /--role-name needs --organization or --accounts/],
    [['--output', '/nowhere/scan.json'], /--output must be a file that can be written: ENOENT/],
    [['-c', 'maxActiveAccessKeys'], /a setting must be name=value/],
    [['-c', 'maxActiveAccessKeys=0'], /maxActiveAccessKeys must be a whole number/],
    [['-c', 'approvalTopicArn=x'], /approvalTopicArn must be/],
    [['-c', 'ruleName=x'], /ruleName is now called configRuleName/],
  ])('is 3 for wrong usage: %j', (given, words) =>
    inAccount(async (account) => {
      const { code, stdout, stderr } = await command.scan(account.environment, ...given);

      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(words);
      expect(stderr).toContain('npm run scan --');
      expect(account.calls).toEqual([]);
    }),
  );

  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

  it.each([
    ['no credentials', { AWS_REGION: 'us-east-1' }, /no valid AWS credentials: Could not load/],
    [
      'an unknown profile',
      { AWS_REGION: 'us-east-1', AWS_PROFILE: 'x' },
      /no profile x in the files/,
    ],
    ['no Region', keys, /no Region: pass --region/],
  ])('is 3 for %s, with how to sign in', async (_what, environment, words) => {
    const { code, stdout, stderr } = await command.scan(environment);

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).toContain('aws sso login --profile');
    expect(stderr).toContain('AWS_PROFILE');
  });

  it('is 3 for credentials that AWS does not accept', () =>
    inAccount(async (account) => {
      const error = new ServiceError('ExpiredToken', 'The token has expired', 403);
      account.faults.fail({ service: 'sts', operation: 'GetCallerIdentity', error });
      const { code, stderr } = await command.scan(account.environment);

      expect(code).toBe(3);
      expect(stderr).toContain('no valid AWS credentials: The token has expired\n');
    }));

  it('is 2 if AWS cannot be reached', async () => {
    const { code, stdout, stderr } = await command.scan({ ...keys, AWS_REGION: 'us-east-1' });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^The scan failed: .*ECONNREFUSED/);
  });

  it.each(['-h', '--help'])('is 0 for %s, without an account', async (given) => {
    const { code, stdout, stderr } = await command.scan({}, given);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--profile', '--format', '--fail-on-violations', '--organization'])
      expect(stdout).toContain(option);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe.concurrent('the policy', () => {
  it.each([{ given: [] }, { given: ['-c', 'exemptionTagKey=keys-until'] }])(
    'permits exactly the calls of a scan: %j',
    ({ given }) =>
      inAccount(async (account) => {
        seed(account);
        await command.scan(account.environment, ...given);
        const { code, stdout } = await command.scan({}, '--print-policy', ...given);

        expect(code).toBe(0);
        const { Statement } = JSON.parse(stdout) as { Statement: { Action: string[] }[] };
        expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual(actionsOf(account));
      }),
  );

  it('is in docs/scan.md', async () => {
    const { stdout } = await command.scan({}, '--print-policy');

    expect(readFileSync(`${REPOSITORY}docs/scan.md`, 'utf8')).toContain(stdout);
  });
});

describe.concurrent('a profile of the AWS CLI', () => {
  const writeProfiles = ({ endpoint, environment }: LocalAccount, name: string) => {
    const file = (kind: string) => path.join(command.directory, `${name}-${kind}`);
    const id = environment.AWS_ACCESS_KEY_ID;
    writeFileSync(
      file('config'),
      [
        ...['[profile audit]', 'region = us-east-1', `endpoint_url = ${endpoint}`],
        ...['[profile process]', 'region = us-east-1', `endpoint_url = ${endpoint}`],
        `credential_process = echo '{"Version":1,"AccessKeyId":"${id}","SecretAccessKey":"x"}'`,
      ].join('\n'),
    );
    const credentials = ['[audit]', `aws_access_key_id = ${id}`, 'aws_secret_access_key = x'];
    writeFileSync(file('credentials'), credentials.join('\n'));
    return {
      AWS_ENDPOINT_URL: undefined,
      AWS_CONFIG_FILE: file('config'),
      AWS_SHARED_CREDENTIALS_FILE: file('credentials'),
    };
  };

  it.each([
    { given: ['--profile', 'audit'], environment: {}, region: 'us-east-1' },
    { given: ['--profile', 'process'], environment: {}, region: 'us-east-1' },
    { given: [], environment: { AWS_PROFILE: 'audit' }, region: 'us-east-1' },
    { given: ['--profile', 'audit'], environment: { AWS_PROFILE: 'x' }, region: 'us-east-1' },
    {
      given: ['--profile', 'audit', '--region', 'eu-west-1'],
      environment: { AWS_REGION: 'eu-north-1' },
      region: 'eu-west-1',
    },
    {
      given: ['--profile', 'audit'],
      environment: { AWS_DEFAULT_REGION: 'eu-north-1' },
      region: 'eu-north-1',
    },
  ])('gives credentials, Region and endpoint: %j', ({ given, environment, region }) =>
    inAccount(async (account) => {
      seedViolator(account);
      const name = [...given, ...Object.values(environment)].join('');
      const profiles = writeProfiles(account, name);
      const { code, stderr } = await command.scan({ ...profiles, ...environment }, ...given);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const regionOf = (service: string) =>
        account.calls.find((call) => call.service === service)?.region;
      // The history of IAM is always in the Region of IAM's control plane.
      expect([regionOf('sts'), regionOf('cloudtrail')]).toEqual([region, 'us-east-1']);
    }),
  );
});

describe.concurrent('what cannot be read', () => {
  it.each([
    ['iam', 'GetAccountSummary', ['123456789012: whether the root user has access keys']],
    ['iam', 'ListUsers', ['123456789012: the users']],
    ['iam', 'ListAccessKeys', ['123456789012 alice: its keys']],
    [
      ...(['iam', 'GetAccessKeyLastUsed'] as const),
      [
        '123456789012 alice: the last use of its keys',
        '123456789012 alice: the result of iam-user-single-access-key',
      ],
    ],
    [
      ...(['iam', 'ListAttachedUserPolicies'] as const),
      ['123456789012 alice: the result of iam-user-single-access-key'],
    ],
    [
      ...(['cloudtrail', 'LookupEvents'] as const),
      ['123456789012 alice: the recommendation of iam-user-single-access-key'],
    ],
  ] as const)('is listed: %s:%s', (service, operation, expected) =>
    inAccount(async (account) => {
      seedViolator(account);
      deny(account, service, operation);
      const table = await command.scan(account.environment);
      const csv = await command.scan(account.environment, '--format', 'csv');
      const json = await command.scan(account.environment, '--format', 'json');

      for (const { code } of [table, csv, json]) expect(code).toBe(2);
      const cause = ': AccessDenied: not authorized';
      for (const what of expected) {
        const words = (what + cause).split(' ').join('\\s+');
        expect(table.stdout).toMatch(new RegExp(`\\? ${words}`));
        expect(csv.stderr).toMatch(new RegExp(`\\? ${words}`));
      }
      const listed = parse(json.stdout).Failures.map(({ AccountId, UserName, Message }) =>
        [AccountId, UserName].filter(Boolean).join(' ').concat(`: ${Message}`),
      );
      expect(listed).toEqual(expected.map((what) => `${what}${cause}\u009b2J`));
      for (const { stdout, stderr } of [table, csv, json])
        expect(stdout + stderr).not.toContain('\u009b');
    }),
  );

  it('leaves the results of the other users and the other rule', () =>
    inAccount(async (account) => {
      seedViolator(account);
      account.iam.seedUser({ UserName: 'bob', keys: [{ Status: 'Inactive' }] });
      deny(account, 'cloudtrail', 'LookupEvents');
      const json = await command.scan(account.environment, '--format', 'json');
      const table = await command.scan(account.environment);

      const { Results } = parse(json.stdout);
      expect(Results.map(({ UserName, Rule }) => `${UserName} ${Rule}`)).toEqual([
        'alice iam-user-single-access-key',
        'alice iam-user-inactive-access-key',
        'bob iam-user-single-access-key',
      ]);
      expect(Results[0]?.Recommendation).toEqual({
        Action: 'None',
        Reason: 'The plan could not be made: see the failures.',
      });
      expect(table.stdout).toContain('\n✗ alice\n');
      expect(table.stdout).toContain('\n? bob\n');
      expect(table.stdout).toContain('2 failures: not everything could be read.');
    }));

  it('is not shown as a key that was never used', () =>
    inAccount(async (account) => {
      account.iam.seedUser({ UserName: 'bob', keys: [{}] });
      deny(account, 'iam', 'GetAccessKeyLastUsed');
      const table = await command.scan(account.environment);
      const json = await command.scan(account.environment, '--format', 'json');
      const csv = await command.scan(account.environment, '--format', 'csv');

      expect(table.stdout).toMatch(/0 d {2}unknown: see below\n/);
      expect(csv.stdout).toContain(' last use unknown,');
      const { Results } = parse(json.stdout);
      expect(Results).toHaveLength(2);
      for (const { ComplianceType, AccessKeys } of Results) {
        expect(ComplianceType).toBe('COMPLIANT');
        expect(AccessKeys).toMatchObject([{ IsLastUseUnread: true }]);
      }
    }));

  it('is shortened in a table, and complete as JSON', () =>
    inAccount(async (account) => {
      for (let count = 0; count < 51; count += 1)
        account.iam.seedUser({ UserName: `user-${count}` });
      deny(account, 'iam', 'ListAccessKeys');
      const table = await command.scan(account.environment);
      const json = await command.scan(account.environment, '--format', 'json');

      expect(table.stdout.match(/ {2}\? /g)).toHaveLength(50);
      expect(table.stdout).toContain('  and 1 more: --format json lists all of them\n');
      expect(parse(json.stdout).Failures).toHaveLength(51);
    }));
});
