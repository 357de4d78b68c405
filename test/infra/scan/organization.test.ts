import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scan } from '../../../infra/scan/result.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { seedUsers } from '../../local-account/seed.ts';
import { bundleScan, type ScanCommand } from '../../support/scan-command.ts';
import {
  type MemberAccount,
  OWN_ACCOUNT,
  type ServedOrganization,
  serveOrganization,
} from '../../support/served-organization.ts';

let command: ScanCommand;
beforeAll(async () => {
  command = await bundleScan();
});
afterAll(() => command.remove());

const [OTHER, THIRD] = ['222222222222', '333333333333'];
const LISTED = [
  { Id: OWN_ACCOUNT, Name: 'Management', State: 'ACTIVE' },
  { Id: OTHER, Name: 'Payments', State: 'ACTIVE' },
  { Id: THIRD, Name: 'Data lake', State: 'ACTIVE' },
];

type Given = Parameters<typeof serveOrganization>;

/** Runs a test with its own organization, because the tests are concurrent. */
const inOrganization = async (
  [listed, options]: Given,
  test: (organization: ServedOrganization) => Promise<void>,
) => {
  const organization = await serveOrganization(listed, options);
  try {
    await test(organization);
  } finally {
    await organization.close();
  }
};

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

const seedViolator = ({ iam }: MemberAccount, UserName = 'alice') => {
  const lastUsed = { LastUsedDate: daysAgo(0.01), ServiceName: 's3', Region: 'us-east-1' };
  iam.seedUser({
    UserName,
    keys: [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(200), lastUsed }],
  });
};

const scan = async (organization: ServedOrganization, ...args: string[]) => {
  const json = await command.scan(
    organization.environmentOf(OWN_ACCOUNT),
    ...['--format', 'json', ...args],
  );
  return { ...json, result: JSON.parse(json.stdout) as Scan };
};

const actionsOf = ({ dispatcher }: MemberAccount) =>
  [...new Set(dispatcher.calls.map(({ service, operation }) => `${service}:${operation}`))].sort();

describe.concurrent('--organization', () => {
  it('has the sum of single scans, with the names of the accounts', () =>
    inOrganization([LISTED], async (organization) => {
      for (const account of organization.accounts.values()) seedUsers(account.iam, new Date());
      seedViolator(organization.accountOf(OTHER));
      organization.accountOf(THIRD).iam.rootUser.accessKeys = 1;
      const { code, result } = await scan(organization, '--organization');
      const singles = await Promise.all(
        LISTED.map(async ({ Id }) => {
          const environment = organization.environmentOf(Id);
          const { stdout } = await command.scan(environment, '--format', 'json');
          return JSON.parse(stdout) as Scan;
        }),
      );

      expect(code).toBe(0);
      expect(result.Failures).toEqual([]);
      expect(result.Accounts).toEqual(
        singles.flatMap(({ Accounts }, index) =>
          Accounts.map((account) => ({ ...account, Name: LISTED[index]?.Name })),
        ),
      );
      // The reason of a plan can contain the instant of the scan.
      const withoutReason = ({ Results }: Pick<Scan, 'Results'>) =>
        Results.map(({ Recommendation: { Reason: _, ...planned }, ...rest }) =>
          JSON.stringify({ ...rest, planned }),
        ).sort();
      const Results = singles.flatMap((single) => single.Results);
      expect(Results).toHaveLength(8 * 2 * 3 + 2);
      expect(withoutReason(result)).toEqual(withoutReason({ Results }));
    }));

  it('lists every page of ListAccounts, and scans only active accounts, by State or by the older Status', () => {
    const listed = Array.from({ length: 45 }, (_, index) => ({
      Id: String(200_000_000_000 + index),
      ...[
        { State: 'ACTIVE', Status: 'SUSPENDED' },
        { Status: 'ACTIVE' },
        { State: 'SUSPENDED', Status: 'ACTIVE' },
        { Status: 'SUSPENDED' },
        { State: 'PENDING_ACTIVATION' },
      ][index % 5],
    }));
    return inOrganization([listed], async (organization) => {
      const { code, result } = await scan(organization, '--organization');

      expect(code).toBe(0);
      const active = listed.filter((_, index) => index % 5 < 2).map(({ Id }) => Id);
      expect(result.Accounts.map(({ AccountId }) => AccountId)).toEqual(active);
    });
  });

  it('refuses an account without a state, which it could not scan or leave out', () =>
    inOrganization([[{ Id: OTHER }]], async (organization) => {
      const { code, stderr } = await command.scan(
        organization.environmentOf(OWN_ACCOUNT),
        '--organization',
      );

      expect(code).toBe(2);
      expect(stderr).toMatch(/The scan failed: ListAccounts\.Accounts\.0: expected a State/);
    }));

  it('scans the own account with the own credentials, and assumes the role in the others', () =>
    inOrganization([LISTED], async (organization) => {
      for (const account of organization.accounts.values()) seedViolator(account);
      await scan(organization, '--organization');

      const assumed = organization.own.dispatcher.calls
        .filter(({ operation }) => operation === 'AssumeRole')
        .map(({ input }) => input);
      expect(assumed).toEqual(
        [OTHER, THIRD].map((id) => ({
          RoleArn: `arn:aws:iam::${id}:role/IamUserSingleAccessKeyScan`,
          RoleSessionName: 'iam-user-single-access-key-scan',
        })),
      );
    }));

  it('assumes a role again before its session expires', () =>
    inOrganization([LISTED, { sessionSeconds: 299 }], async (organization) => {
      seedViolator(organization.accountOf(OTHER));
      const { code, result } = await scan(organization, '--accounts', OTHER);

      expect({ code, Failures: result.Failures }).toEqual({ code: 0, Failures: [] });
      const { calls } = organization.own.dispatcher;
      const count = calls.filter(({ operation }) => operation === 'AssumeRole').length;
      expect(count).toBeGreaterThan(1);
    }));
});

describe.concurrent('a terminal', () => {
  it('shows the accounts done, the users, the violators and the time left', () =>
    inOrganization([LISTED], async (organization) => {
      for (const account of organization.accounts.values()) seedViolator(account);
      const environment = organization.environmentOf(OWN_ACCOUNT);
      const { stdout } = await command.scanInTerminal(environment, '--organization');

      expect(stdout).toMatch(/K1 of 3 accounts, 1 user, 1 violator, \d+ (s|min) left\r/);
      expect(stdout).toContain('\r\u001b[K3 of 3 accounts, 3 users, 3 violators, 0 s left\r');
    }));
});

describe.concurrent('--accounts', () => {
  it('scans the given accounts without a call of Organizations', () =>
    inOrganization([LISTED], async (organization) => {
      seedViolator(organization.accountOf(THIRD));
      const { code, result } = await scan(organization, '--accounts', `${THIRD},${OWN_ACCOUNT}`);

      expect(code).toBe(0);
      expect(result.Accounts.map(({ AccountId, Users }) => [AccountId, Users])).toEqual([
        [THIRD, 1],
        [OWN_ACCOUNT, 0],
      ]);
      expect(actionsOf(organization.own)).not.toContain('organizations:ListAccounts');
    }));

  it('assumes the role with the given name', () =>
    inOrganization([LISTED], async (organization) => {
      const given = ['--accounts', OTHER, '--role-name', 'audit'];
      const { code, result } = await scan(organization, ...given);

      expect(code).toBe(2);
      expect(result.Failures[0]?.Message).toContain(`arn:aws:iam::${OTHER}:role/audit`);
    }));
});

describe.concurrent('an account that refuses', () => {
  it('is listed with its reason in every format, and the others are scanned', () =>
    inOrganization([LISTED, { withoutRole: [OTHER] }], async (organization) => {
      for (const account of organization.accounts.values()) seedViolator(account);
      const { code, result, stderr } = await scan(organization, '--organization');
      const environment = organization.environmentOf(OWN_ACCOUNT);
      const csv = await command.scan(environment, '--organization', '--format', 'csv');
      const table = await command.scan(environment, '--organization');

      expect([code, csv.code, table.code]).toEqual([2, 2, 2]);
      const Message = expect.stringMatching(/^the account: AccessDenied: User: .* sts:AssumeRole/);
      expect(result.Failures).toEqual([{ AccountId: OTHER, Message }]);
      expect(result.Accounts).toMatchObject([
        { AccountId: OWN_ACCOUNT, Users: 1 },
        { AccountId: OTHER, Name: 'Payments' },
        { AccountId: THIRD, Users: 1 },
      ]);
      expect(result.Accounts[1]).not.toHaveProperty('Users');
      expect(new Set(result.Results.map(({ AccountId }) => AccountId))).toEqual(
        new Set([OWN_ACCOUNT, THIRD]),
      );
      expect(stderr).toContain(`? ${OTHER}: the account: AccessDenied`);
      expect(csv.stdout).toMatch(
        new RegExp(`^${OTHER},Payments,.*,the account: AccessDenied`, 'm'),
      );
      expect(table.stdout).toContain(`\n${OTHER} (Payments) could not be read: the account:`);
      expect(table.stdout).toContain('\n2 of 3 accounts read. 2 of 2 users NON_COMPLIANT:');
    }));
});

describe.concurrent('a scan that ends early', () => {
  const many = Array.from({ length: 45 }, (_, index) => ({
    Id: String(200_000_000_000 + index),
    State: 'ACTIVE',
  }));

  /** Expects that each account has its results or a failure, that some have results and that some have the failure. */
  const expectComplete = ({ Accounts, Results, Failures }: Scan, message: RegExp) => {
    expect(Accounts).toHaveLength(many.length);
    const read = new Set(Results.map(({ AccountId }) => AccountId));
    const failed = new Set(Failures.map(({ AccountId }) => AccountId));
    for (const { Id } of many) expect(read.has(Id) || failed.has(Id)).toBe(true);
    expect(read.size).toBeGreaterThan(0);
    expect(failed.size).toBeGreaterThan(0);
    for (const { Message } of Failures) expect(Message).toMatch(message);
  };

  it('because the credentials expired opens no further account, and lists those that are missing', () =>
    inOrganization([many], async (organization) => {
      for (const account of organization.accounts.values()) seedViolator(account);
      const error = new ServiceError('ExpiredToken', 'The security token has expired', 403);
      const fault = { service: 'sts', operation: 'AssumeRole', error } as const;
      organization.own.faults.fail({ ...fault, nth: 21, always: true });
      const { code, result } = await scan(organization, '--organization');

      expect(code).toBe(2);
      expectComplete(result, /^the account: ExpiredToken: The security token has expired$/);
      expect(result.Failures).toHaveLength(25);
      // Only the accounts that are opened at the same time find out.
      const { calls } = organization.own.dispatcher;
      const refused = calls.filter(({ errorCode }) => errorCode === 'ExpiredToken');
      expect(refused.length).toBeLessThanOrEqual(20);
    }));

  it('because of Ctrl-C writes what it has, and lists what is missing', () =>
    inOrganization([many], async (organization) => {
      for (const account of organization.accounts.values()) seedViolator(account);
      const [file = '', ...args] = [...[...command.command, '--organization', '--format', 'json']];
      const env = { PATH: process.env['PATH'], ...organization.environmentOf(OWN_ACCOUNT) };
      const { iam, dispatcher } = organization.accountOf(many[22]?.Id ?? '');
      const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      dispatcher.register('iam', {
        ListUsers: (input, principal) => {
          child.kill('SIGINT');
          return iam.operations['ListUsers']?.(input, principal);
        },
      });
      const output = Promise.all([text(child.stdout), text(child.stderr)]);
      const [code] = await once(child, 'close');
      const [stdout, stderr] = await output;

      expect(code).toBe(2);
      expect(stderr).toContain('Interrupted. Writing what was read so far.');
      expectComplete(JSON.parse(stdout) as Scan, /InterruptedError: the scan was interrupted$/);
    }));
});

describe.concurrent('the permissions of a scan of an organization', () => {
  it.each([
    { given: ['--organization'] },
    { given: ['--organization', '-c', 'exemptionTagKey=keys-until'] },
    { given: ['--accounts', `${OWN_ACCOUNT},${OTHER}`] },
  ])('permit exactly the calls, of the caller and of the role: %j', ({ given }) =>
    inOrganization([LISTED], async (organization) => {
      for (const { iam } of organization.accounts.values()) seedUsers(iam, new Date());
      await scan(organization, ...given);
      const policy = await command.scan({}, '--print-policy', ...given);
      const template = await command.scan({}, '--print-role-template', ...given);

      const { Statement } = JSON.parse(policy.stdout) as {
        readonly Statement: readonly { readonly Action: readonly string[] }[];
      };
      expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual(actionsOf(organization.own));
      const { Resources } = JSON.parse(template.stdout);
      const [{ PolicyDocument }] = Resources.ScanRole.Properties.Policies;
      expect(PolicyDocument.Statement).toHaveLength(1);
      expect(PolicyDocument.Statement[0].Action).toEqual(actionsOf(organization.accountOf(OTHER)));
    }),
  );
});
