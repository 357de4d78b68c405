import type { SecurityHubClient } from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createSecurityHub,
  FindingsPage,
  isOurs,
  StoredFinding,
} from '../../../rule/security-hub/security-hub.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { batchOf } from '../../support/build.ts';
import { change, idOf, openFindingAccount, SCHEDULE } from '../../support/finding-account.ts';
import { findingSettings } from '../../support/findings.ts';

/** An account with users that all violate the rule. */
const openWithViolations = async (count: number, pageSize?: number) => {
  const account = await openFindingAccount({ pageSize });
  const ids = account.seed(...Array.from({ length: count }, (_, index) => `user-${index}`));
  await account.record(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));
  return { ...account, ids };
};

describe('readAll and readByIds', () => {
  it('ask only for findings of this account and product, and for 20 ids a call', async () => {
    const account = await openWithViolations(45);
    await account.handle(SCHEDULE);
    await account.handle(batchOf(...account.ids.map((id) => change(id))));

    const equals = (...values: string[]) =>
      values.map((Value) => ({ Value, Comparison: 'EQUALS' }));
    const ours = {
      AwsAccountId: equals('123456789012'),
      ProductArn: equals('arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default'),
    };
    const Value = 'arn:aws:config:us-east-1:123456789012:config-rule/';
    const ids = account.ids.map((id) => idOf(id));
    const filters = account.inputsOf('GetFindings').map((input) => Object(input).Filters);
    expect(filters).toEqual([
      { ...ours, GeneratorId: [{ Value, Comparison: 'PREFIX' }] },
      { ...ours, Id: equals(...ids.slice(0, 20)) },
      { ...ours, Id: equals(...ids.slice(20, 40)) },
      { ...ours, Id: equals(...ids.slice(40)) },
    ]);
  });
});

describe('importFindings', () => {
  it.each([7, undefined])(
    'imports 250 findings in three calls, and updates them all if pages have %s findings',
    async (pageSize) => {
      const account = await openWithViolations(250, pageSize);

      await account.handle(SCHEDULE);
      const CreatedAt = account.account.clock.now.toISOString();
      account.later(1);
      await account.handle(SCHEDULE);

      const sizes = account.inputsOf('BatchImportFindings').map(({ Findings }) => Findings.length);
      expect(sizes).toEqual([100, 100, 50, 100, 100, 50]);
      expect(account.found()).toHaveLength(250);
      for (const finding of account.found())
        expect(finding).toMatchObject({ CreatedAt, RecordState: 'ACTIVE' });
    },
  );

  it('imports all other findings if Security Hub refuses one', async () => {
    const account = await openWithViolations(101);
    const refused = idOf(String(account.ids[0]));
    const { BatchImportFindings } = account.hub.operations;
    account.replace('securityhub', 'BatchImportFindings', ({ Findings }) => {
      const others = (Findings as { Id: string }[]).filter(({ Id }) => Id !== refused);
      BatchImportFindings({ Findings: others }, 'rule-role');
      const isRefused = others.length < (Findings as unknown[]).length;
      const failed = { Id: refused, ErrorCode: 'InvalidInput', ErrorMessage: 'not like this' };
      return { FailedCount: 1, SuccessCount: 99, FailedFindings: isRefused ? [failed] : [] };
    });

    await expect(account.handle(SCHEDULE)).rejects.toMatchObject({
      name: 'FailedFindingsError',
      message: `BatchImportFindings: expected ${refused} to be imported, got InvalidInput: not like this`,
    });

    expect(account.found()).toHaveLength(100);
  });

  it.each([1, 57, 100, 101])(
    'imports 100 of 101 findings if Security Hub refuses every call with the %d. one',
    async (nth) => {
      const account = await openWithViolations(101);
      const refused = idOf(String(account.ids[nth - 1]));
      const hasRefused = ({ Findings }: Record<string, unknown>) =>
        (Findings as { Id: string }[]).some(({ Id }) => Id === refused);
      const code = 'InvalidInputException';
      account.failWhen('securityhub', 'BatchImportFindings', hasRefused, code);

      await expect(account.handle(SCHEDULE)).rejects.toMatchObject({ name: code });

      expect(account.found()).toHaveLength(100);
      const line = { FindingsImported: 100, FindingsArchived: 0, failures: 1 };
      expect(account.line()).toMatchObject(line);
    },
  );

  it('repeats a throttled call', async () => {
    const { handle, account, states, line, ids } = await openWithViolations(1);
    const error = new ServiceError('TooManyRequestsException', 'Too Many Requests', 429);
    account.faults.fail({ service: 'securityhub', operation: 'BatchImportFindings', error });

    await handle(SCHEDULE);

    expect(states()).toEqual({ [idOf(String(ids[0]))]: 'ACTIVE' });
    expect(line()).toMatchObject({ Throttles: 1, BatchImportFindings: 2 });
  });
});

describe('the client of Security Hub', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const retryStrategy = async () => {
    const clients: unknown[] = [];
    createSecurityHub(findingSettings.place, (client) => void clients.push(client));
    const [client] = clients as SecurityHubClient[];
    const strategy = await client?.config.retryStrategy();
    if (strategy === undefined || !('refreshRetryTokenForRetry' in strategy))
      throw new Error('expected a client with a retry strategy');
    return strategy;
  };

  it('makes three calls a second after a throttled one, the limit of GetFindings', async () => {
    const strategy = await retryStrategy();
    const first = await strategy.acquireInitialRetryToken('');
    const refreshed = strategy.refreshRetryTokenForRetry(first, {
      errorType: 'THROTTLING',
      error: Object.assign(new Error('Too many'), { name: 'TooManyRequestsException' }) as never,
    });
    await vi.advanceTimersByTimeAsync(60_000);
    await refreshed;
    let admitted = 0;
    const calls = Array.from({ length: 40 }, async () => {
      await strategy.acquireInitialRetryToken('');
      admitted += 1;
    });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(admitted).toBeGreaterThanOrEqual(6);
    expect(admitted).toBeLessThanOrEqual(12);
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(calls);
  });
});

const finding = {
  Id: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1/user/AIDA1',
  GeneratorId: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1',
  CreatedAt: '2026-01-02T00:00:00.000Z',
  Types: ['Software and Configuration Checks/AWS Security Best Practices'],
  Title: 'IAM user alice has more access keys than allowed',
  Description: '2 active access keys, 1 allowed.',
  Resources: [{ Type: 'AwsIamUser', Id: 'alice', Partition: 'aws' }],
};

describe('FindingsPage', () => {
  const other = { Id: 'arn:aws:config:x/finding/1', GeneratorId: 'arn:aws:config:x' };

  it.each([[[]], [[finding, other]]])('accepts findings of any tool: %j', (Findings) => {
    expect(v.parse(FindingsPage, { Findings })).toEqual({ Findings });
  });

  it.each([
    ['findings', undefined],
    ['the id of a finding', [{ GeneratorId: finding.GeneratorId }]],
    ['the generator of a finding', [{ Id: finding.Id }]],
  ])('refuses a page without %s', (_, Findings) => {
    expect(v.is(FindingsPage, { Findings })).toBe(false);
  });

  it('has findings of ours, which are known by their ids', () => {
    expect([finding, other, { ...finding, Id: 'x' }].map(isOurs)).toEqual([true, false, false]);
  });
});

describe('StoredFinding', () => {
  const read = (given: object) => v.parse(StoredFinding, given);

  it('is ACTIVE by default, and keeps only the members that an update needs', () => {
    expect(read({ ...finding, Confidence: 99 })).toEqual({ ...finding, RecordState: 'ACTIVE' });
    for (const RecordState of ['ACTIVE', 'ARCHIVED'])
      expect(read({ ...finding, RecordState })).toEqual({ ...finding, RecordState });
  });

  it('drops the product fields that AWS reserves', () => {
    const ProductFields = { UserId: 'AIDA1', 'aws/securityhub/FindingId': 'x', 'awsome/x': 'y' };
    expect(read({ ...finding, ProductFields }).ProductFields).toEqual({
      ...{ UserId: 'AIDA1', 'awsome/x': 'y' },
    });
  });

  it('can be without types and requirements', () => {
    const given = { ...finding, Types: undefined, Compliance: { Status: 'PASSED' } };
    expect(read(given)).toMatchObject({ Types: [], Compliance: { RelatedRequirements: [] } });
  });

  it.each<[string, unknown]>([
    ...Object.keys(finding)
      .filter((name) => name !== 'Types')
      .map((name): [string, unknown] => [name, undefined]),
    ['RecordState', 'OPEN'],
    ['Resources', [{ Type: 'AwsIamUser' }]],
    ['Resources', [{ Id: 'alice' }]],
    ['ProductFields', { UserId: 1 }],
  ])('refuses %s %j', (name, value) => {
    expect(v.is(StoredFinding, { ...finding, [name]: value })).toBe(false);
  });
});
