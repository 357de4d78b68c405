import {
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
  BatchImportFindingsCommand,
  DescribeHubCommand,
  GetFindingsCommand,
  paginateGetFindings,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { beforeEach, describe, expect, it } from 'vitest';
import { toFinding } from '../../../rule/security-hub/finding.ts';
import { at } from '../../support/build.ts';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';
import { findingSettings, violation } from '../../support/findings.ts';
import type { StoredFinding } from './import-findings.ts';

let account: ClockedAccount;
let client: SecurityHubClient;
const open = async (pageSize?: number) => {
  account = await createClockedAccount({ pageSize });
  client = new SecurityHubClient(account.clientConfig);
};
beforeEach(() => open());

const finding = (given: Partial<AwsSecurityFinding> = {}): AwsSecurityFinding => ({
  ...toFinding(violation(), findingSettings, { stored: undefined, at }),
  ...given,
});
const load = (...Findings: AwsSecurityFinding[]) =>
  client.send(new BatchImportFindingsCommand({ Findings }));
const find = async (Filters: AwsSecurityFindingFilters = {}) => {
  const { Findings = [] } = await client.send(new GetFindingsCommand({ Filters }));
  return Findings;
};
const ids = async (Filters: AwsSecurityFindingFilters) =>
  (await find(Filters)).map(({ Id }) => Id).toSorted();
const plus = (minutes: number) => new Date(at.getTime() + minutes * 60_000).toISOString();
const equals = (Value: string) => [{ Value, Comparison: 'EQUALS' as const }];
const startsWith = (Value: string) => [{ Value, Comparison: 'PREFIX' as const }];
const stored = (): StoredFinding => [...account.securityHub.findings.values()][0] as StoredFinding;

const RULE = 'iam-user-single-access-key';
const CONTAINS = 'CONTAINS' as const;
const CONFIG_PRODUCT = 'arn:aws:securityhub:us-east-1::product/aws/config';
const NO_SEVERITY = { Severity: undefined, FindingProviderFields: undefined };
const fields = (count: number, value = 'x') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field-${index}`, value]));
const LARGE_RESOURCES = Array.from({ length: 32 }, (_, index) => ({
  ...{ Type: 'Other', Id: `${index}`, Details: { Other: fields(50, 'x'.repeat(1000)) } },
}));

describe('BatchImportFindings', () => {
  it('stores a finding with the members that Security Hub adds', async () => {
    expect(await load(finding())).toMatchObject({ FailedCount: 0, SuccessCount: 1 });
    expect(await find()).toEqual([
      {
        ...JSON.parse(JSON.stringify(finding())),
        CompanyName: 'Personal',
        ProductFields: {
          ...finding().ProductFields,
          'aws/securityhub/FindingId': `${finding().ProductArn}/${finding().Id}`,
          'aws/securityhub/CompanyName': 'Personal',
          'aws/securityhub/ProductName': finding().ProductName,
        },
        Region: 'us-east-1',
        ProcessedAt: expect.any(String),
        Workflow: { Status: 'NEW' },
      },
    ]);
  });

  it.each([
    [-1, 'one'],
    [0, 'one'],
    [1, 'two'],
  ])(
    'with UpdatedAt %d minutes after the stored finding leaves the title %s',
    async (minutes, title) => {
      await load(finding({ Title: 'one' }));
      const again = await load(finding({ Title: 'two', UpdatedAt: plus(minutes) }));
      expect(again).toMatchObject({ FailedCount: 0, SuccessCount: 1 });
      expect(stored().Title).toBe(title);
    },
  );

  it('accepts 100 findings and refuses 0 and 101', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => finding({ Id: `finding-${index}` }));
    expect(await load(...many(100))).toMatchObject({ SuccessCount: 100 });
    for (const count of [0, 101])
      await expect(load(...many(count))).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  it.each([
    ['of another account', { AwsAccountId: '210987654321' }, 'AwsAccountId: expected 123456789012'],
    ['of another product', { ProductArn: CONFIG_PRODUCT }, 'ProductArn'],
    ['without a title', { Title: undefined }, 'Title'],
    ['with a long title', { Title: 'x'.repeat(257) }, 'Title'],
    ['with a blank description', { Description: ' ' }, 'Description: expected a text that is not'],
    ['without a resource', { Resources: [] }, 'Resources'],
    ['without a severity', NO_SEVERITY, 'expected a Severity'],
    ['of another type', { Types: ['Bad Habits/Keys'] }, 'namespace/category/classifier'],
    ['without a timestamp', { UpdatedAt: 'yesterday' }, 'expected an ISO 8601 timestamp'],
    ['with a reserved field', { ProductFields: { 'aws/x': 'x' } }, 'reserved prefix aws/'],
    ['with 51 fields', { ProductFields: fields(51) }, 'expected at most 50 members'],
    ['that is too large', { Resources: LARGE_RESOURCES }, 'expected at most 245760 bytes'],
    ['with an unknown member', { Evidence: 'x' } as object, 'Evidence'],
  ])('refuses a finding %s and accepts the other one', async (_, given, message) => {
    const { operations } = account.securityHub;
    const refused = JSON.parse(JSON.stringify({ ...finding({ Id: 'refused' }), ...given }));
    const answer = operations.BatchImportFindings(
      { Findings: [refused, JSON.parse(JSON.stringify(finding()))] },
      'operator',
    );
    expect(answer).toMatchObject({
      FailedCount: 1,
      SuccessCount: 1,
      FailedFindings: [
        {
          Id: 'refused',
          ErrorCode: 'InvalidInput',
          ErrorMessage: expect.stringContaining(message),
        },
      ],
    });
    expect(stored().Id).toBe(finding().Id);
  });

  it('preserves the workflow and severity of the customer', async () => {
    await load(finding());
    const key = `${finding().ProductArn} ${finding().Id}`;
    const changed = { Workflow: { Status: 'SUPPRESSED' }, Severity: { Label: 'LOW' } } as const;
    account.securityHub.findings.set(key, { ...stored(), ...changed });

    await load(finding({ UpdatedAt: plus(1) }));

    expect(stored()).toMatchObject({ ...changed, UpdatedAt: plus(1) });
  });

  it('accepts another severity of the provider if the customer has set none', async () => {
    await load(finding());
    const Severity = { Label: 'CRITICAL' } as const;
    const FindingProviderFields = { ...finding().FindingProviderFields, Severity };

    await load(finding({ Severity, FindingProviderFields, UpdatedAt: plus(1) }));
    expect(stored().Severity).toEqual(Severity);

    await load(
      finding({ Severity: { Label: 'LOW' }, FindingProviderFields: undefined, UpdatedAt: plus(2) }),
    );
    expect(stored()).toMatchObject({
      Severity: { Label: 'LOW' },
      FindingProviderFields: { Severity: { Label: 'LOW' } },
    });
  });

  it.each([
    ['RESOLVED', 'NEW'],
    ['NOTIFIED', 'NEW'],
    ['SUPPRESSED', 'SUPPRESSED'],
  ] as const)('of a returned violation changes the workflow %s to %s', async (before, after) => {
    await load(finding({ RecordState: 'ARCHIVED', Compliance: { Status: 'PASSED' } }));
    const key = `${finding().ProductArn} ${finding().Id}`;
    account.securityHub.findings.set(key, { ...stored(), Workflow: { Status: before } });

    await load(finding({ UpdatedAt: plus(1) }));

    expect(stored().Workflow).toEqual({ Status: after });
  });
});

describe('GetFindings', () => {
  const seed = () =>
    load(
      finding({ Id: 'rule-1/a' }),
      finding({ Id: 'rule-1/b', RecordState: 'ARCHIVED', Compliance: { Status: 'PASSED' } }),
      finding({ Id: 'rule-2/a', GeneratorId: 'rule-2', Title: 'another title' }),
    );

  it.each<[AwsSecurityFindingFilters, string[]]>([
    [{}, ['rule-1/a', 'rule-1/b', 'rule-2/a']],
    [{ Id: equals('rule-1/a') }, ['rule-1/a']],
    [{ Id: [...equals('rule-1/a'), ...equals('rule-2/a')] }, ['rule-1/a', 'rule-2/a']],
    [{ Id: startsWith('rule-1') }, ['rule-1/a', 'rule-1/b']],
    [{ GeneratorId: equals('rule-2') }, ['rule-2/a']],
    [{ RecordState: equals('ACTIVE'), Id: startsWith('rule-1') }, ['rule-1/a']],
    [{ AwsAccountId: equals('210987654321') }, []],
    [{ ProductName: equals(RULE), RecordState: equals('ARCHIVED') }, ['rule-1/b']],
    [{ ProductArn: equals(CONFIG_PRODUCT) }, []],
  ])('with %j returns %j', async (filters, expected) => {
    await seed();
    expect(await ids(filters)).toEqual(expected);
  });

  it('returns every finding once, in pages', async () => {
    await open(2);
    const many = Array.from({ length: 7 }, (_, index) => finding({ Id: `finding-${index}` }));
    await load(...many);
    const pages: string[][] = [];
    for await (const { Findings = [] } of paginateGetFindings({ client }, {}))
      pages.push(Findings.map(({ Id }) => String(Id)));
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 2, 1]);
    expect(new Set(pages.flat()).size).toBe(7);
  });

  it.each([
    ['an unknown filter', { Filters: { Keyword: [{ Value: 'key' }] } }],
    ['an unknown comparison', { Filters: { Id: [{ Value: 'x', Comparison: CONTAINS }] } }],
    ['21 values', { Filters: { Id: Array.from({ length: 21 }, () => equals('x')).flat() } }],
    ['an empty list of values', { Filters: { Id: [] } }],
    ['a page size of 101', { MaxResults: 101 }],
    ['the token of another listing', { NextToken: 'x' }],
  ])('refuses %s', async (_, input) => {
    const found = client.send(new GetFindingsCommand(input));
    await expect(found).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

describe('DescribeHub', () => {
  const HubArn = 'arn:aws:securityhub:us-east-1:123456789012:hub/default';
  const describeHub = (given?: string) => client.send(new DescribeHubCommand({ HubArn: given }));

  it('returns the hub', async () => {
    expect(await describeHub()).toMatchObject({ HubArn });
    expect(await describeHub(HubArn)).toMatchObject({ HubArn });
  });

  it('refuses an unknown hub', async () => {
    const unknown = describeHub(`${HubArn}2`);
    await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(describeHub(' ')).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

describe('Security Hub that is turned off', () => {
  it('refuses every operation', async () => {
    account.securityHub.enabled = false;
    const refusal = { name: 'InvalidAccessException' };
    await expect(load(finding())).rejects.toMatchObject(refusal);
    await expect(find()).rejects.toMatchObject(refusal);
    await expect(client.send(new DescribeHubCommand())).rejects.toMatchObject(refusal);
  });
});

describe('REST-JSON on the wire', () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=ANYBODY/20260131/us-east-1/securityhub/aws4_request';

  it.each([
    ['a body that is not JSON', 'POST /findings', '{', 400, 'InvalidInputException'],
    ['another method', 'POST /accounts', '{}', 404, 'UnknownOperationException'],
    ['no signature', 'GET /accounts', undefined, 403, 'MissingAuthenticationToken'],
  ])('refuses %s', async (_, route, body, status, type) => {
    const [method = '', path] = route.split(' ');
    const init = body === undefined ? { method } : { method, body, headers: { authorization } };
    const answer = await fetch(account.endpoint + path, init);

    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, type]);
    expect(account.calls).toEqual([]);
  });
});
