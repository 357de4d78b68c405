import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredFinding } from '../../local-account/securityhub/import-findings.ts';
import { asffBreaches } from '../../support/asff.ts';
import { batchOf } from '../../support/build.ts';
import {
  change,
  type FindingAccount,
  idOf,
  openFindingAccount,
  SCHEDULE,
} from '../../support/finding-account.ts';
import { inactiveRule, singleRule } from '../../support/findings.ts';

let account: FindingAccount;
let [alice, bob, carol]: [string, string, string] = ['', '', ''];
beforeEach(async () => {
  account = await openFindingAccount();
  [alice, bob, carol] = account.seed('alice', 'bob', 'carol') as [string, string, string];
});
const { name: SINGLE } = singleRule;
const { name: INACTIVE } = inactiveRule;

/** Imports the violation of alice, then lets a minute pass. */
const importAlice = async () => {
  await account.record({ [alice]: 'NON_COMPLIANT' });
  await account.handle(SCHEDULE);
  account.later(1);
};

describe('the schedule', () => {
  it('imports every recorded violation of both rules in ASFF', async () => {
    await account.record({
      [alice]: 'NON_COMPLIANT',
      [bob]: 'COMPLIANT',
      [carol]: 'NON_COMPLIANT',
    });
    await account.record({ [alice]: 'NON_COMPLIANT' }, INACTIVE);

    await account.handle(SCHEDULE);

    expect(account.states()).toEqual({
      [idOf(alice)]: 'ACTIVE',
      [idOf(carol)]: 'ACTIVE',
      [idOf(alice, inactiveRule)]: 'ACTIVE',
    });
    for (const { Findings } of account.inputsOf('BatchImportFindings'))
      for (const finding of Findings) expect(asffBreaches(finding)).toEqual([]);
    const line = { message: 'findings', FindingsImported: 3, FindingsArchived: 0 };
    expect(account.line()).toMatchObject(line);
  });

  it('changes only timestamps if nothing else changed', async () => {
    await importAlice();
    const [before] = account.found();
    await account.handle(SCHEDULE);

    const { UpdatedAt, LastObservedAt, ProcessedAt } = account.found()[0] ?? ({} as StoredFinding);
    expect(account.found()).toEqual([{ ...before, UpdatedAt, LastObservedAt, ProcessedAt }]);
    expect(UpdatedAt > String(before?.UpdatedAt)).toBe(true);
  });

  it('archives the findings of users that are compliant or deleted, once', async () => {
    const ids = { [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT', [carol]: 'NON_COMPLIANT' };
    await account.record(ids);
    await account.handle(SCHEDULE);
    account.later(1);
    // Config still has the violation of carol.
    await account.record({ [alice]: 'COMPLIANT', [bob]: 'NOT_APPLICABLE' });
    for (const UserName of ['bob', 'carol']) {
      account.account.iam.users.get(UserName)?.keys.splice(0);
      account.iam('DeleteUser', { UserName });
    }

    await account.handle(SCHEDULE);

    expect(new Set(Object.values(account.states()))).toEqual(new Set(['ARCHIVED']));
    const statuses = account.found().map(({ Id, Compliance }) => [Id, Compliance?.Status]);
    expect(Object.fromEntries(statuses)).toEqual({
      [idOf(alice)]: 'PASSED',
      [idOf(bob)]: 'NOT_AVAILABLE',
      [idOf(carol)]: 'NOT_AVAILABLE',
    });
    expect(account.line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 3 });
    account.later(1);
    await account.handle(SCHEDULE);
    expect(account.line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 0 });
  });

  it('reopens a finding as NEW if the violation returns', async () => {
    await importAlice();
    const [[key, first] = []] = account.hub.findings;
    await account.record({ [alice]: 'COMPLIANT' });
    await account.handle(SCHEDULE);
    const Workflow = { Status: 'RESOLVED' } as const;
    account.hub.findings.set(String(key), { ...(account.found()[0] as StoredFinding), Workflow });
    account.later(1);
    await account.record({ [alice]: 'NON_COMPLIANT' });
    await account.handle(SCHEDULE);

    expect(account.found()).toMatchObject([
      {
        Id: first?.Id,
        CreatedAt: first?.CreatedAt,
        FirstObservedAt: account.account.clock.now.toISOString(),
        RecordState: 'ACTIVE',
        Workflow: { Status: 'NEW' },
      },
    ]);
  });

  it('makes no other call if there are neither violations nor findings', async () => {
    await account.handle(SCHEDULE);
    expect(account.account.dispatcher.calls.map(({ operation }) => operation)).toEqual([
      'GetComplianceDetailsByConfigRule',
      'GetComplianceDetailsByConfigRule',
      'GetFindings',
    ]);
  });

  it('leaves the findings of other tools unchanged', async () => {
    await importAlice();
    const [own] = account.found() as [StoredFinding];
    const others = ['other-scanner', singleRule.arn, `${singleRule.arn}-gone`].map(
      (GeneratorId, index) => ({ ...own, Id: `other/${index}`, GeneratorId }),
    );
    for (const one of others) account.hub.findings.set(one.Id, one);
    const invalid = { Id: 'invalid', GeneratorId: `${singleRule.arn}-x`, Resources: [{}] };
    account.hub.findings.set('invalid', { ...own, ...invalid } as StoredFinding);
    await account.record({ [alice]: 'COMPLIANT' });

    await account.handle(SCHEDULE);

    expect(account.states()).toEqual({
      [idOf(alice)]: 'ARCHIVED',
      invalid: 'ACTIVE',
      ...Object.fromEntries(others.map(({ Id }) => [Id, 'ACTIVE'])),
    });
  });
});

describe('a rule that Config no longer has', () => {
  const arnOf = (name: string) => `${singleRule.arn}-${name}`;
  const statesByRule = () =>
    Object.fromEntries(
      account.found().map(({ GeneratorId, RecordState }) => [GeneratorId, RecordState]),
    );
  /** Adds a finding of a deleted rule, and one of another stack's rule. */
  beforeEach(async () => {
    await importAlice();
    const [own] = account.found() as [StoredFinding];
    for (const GeneratorId of [arnOf('deleted'), arnOf('other')]) {
      const Id = idOf(alice, { ...singleRule, arn: GeneratorId });
      account.hub.findings.set(Id, { ...own, Id, GeneratorId });
    }
  });

  it('has its findings archived', async () => {
    const arns = [singleRule.arn, arnOf('other')];
    account.replace('config', 'DescribeConfigRules', () => ({
      ConfigRules: arns.map((ConfigRuleArn) => ({ ConfigRuleArn, ConfigRuleName: 'any' })),
    }));

    await account.handle(SCHEDULE);

    expect(statesByRule()).toEqual({
      [singleRule.arn]: 'ACTIVE',
      [arnOf('deleted')]: 'ARCHIVED',
      [arnOf('other')]: 'ACTIVE',
    });
    expect(account.line()).toMatchObject({ FindingsImported: 1, FindingsArchived: 1 });
  });

  it.each([
    ['AccessDeniedException', undefined],
    ['InvalidResponseError', { ConfigRules: [{ ConfigRuleName: 'any' }] }],
    ['InvalidResponseError', {}],
  ])('keeps its findings if the rules cannot be read: %s for %j', async (name, answer) => {
    if (answer === undefined) account.failWhen('config', 'DescribeConfigRules');
    else account.replace('config', 'DescribeConfigRules', () => answer);

    await expect(account.handle(SCHEDULE)).rejects.toMatchObject({ name });

    expect(new Set(Object.values(statesByRule()))).toEqual(new Set(['ACTIVE']));
    const line = { FindingsImported: 1, FindingsArchived: 0, failures: 1 };
    expect(account.line()).toMatchObject(line);
  });
});

describe('a change of compliance', () => {
  it('imports the finding of its user and rule only', async () => {
    await account.record({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
    await account.record({ [alice]: 'NON_COMPLIANT' }, INACTIVE);

    await account.handle(batchOf(change(alice)));
    expect(account.states()).toEqual({ [idOf(alice)]: 'ACTIVE' });

    await account.handle(batchOf(change(alice, INACTIVE), change(bob)));
    expect(account.states()).toEqual({
      [idOf(alice)]: 'ACTIVE',
      [idOf(bob)]: 'ACTIVE',
      [idOf(alice, inactiveRule)]: 'ACTIVE',
    });
  });

  it('imports what Config has recorded, not what the event says', async () => {
    await account.record({ [alice]: 'COMPLIANT', [bob]: 'NON_COMPLIANT' });
    await account.handle(batchOf(change(alice), change(bob, SINGLE, 'COMPLIANT')));
    expect(account.states()).toEqual({ [idOf(bob)]: 'ACTIVE' });
  });

  it('changes nothing if Config no longer has a result, and IAM has the user', async () => {
    await importAlice();
    const before = account.found();
    await account.record({ [alice]: 'NOT_APPLICABLE' });

    await account.handle(batchOf(change(alice, SINGLE, 'NOT_APPLICABLE')));

    expect(account.found()).toEqual(before);
    expect(account.line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 0 });
  });

  it('archives the finding if Config no longer has a result, and IAM no longer has the user', async () => {
    await importAlice();
    await account.record({ [alice]: 'NOT_APPLICABLE' });
    account.account.iam.users.get('alice')?.keys.splice(0);
    account.iam('DeleteUser', { UserName: 'alice' });

    await account.handle(batchOf(change(alice, SINGLE, 'NOT_APPLICABLE')));

    expect(account.found()).toMatchObject([
      { RecordState: 'ARCHIVED', Compliance: { Status: 'NOT_AVAILABLE' } },
    ]);
  });

  it('changes nothing if Config no longer has a result, and IAM cannot be read', async () => {
    await importAlice();
    await account.record({ [alice]: 'NOT_APPLICABLE' });
    account.failWhen('iam', 'ListUsers');
    await expect(account.handle(batchOf(change(alice)))).rejects.toThrow('no ListUsers');
    expect(account.states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
  });

  it('archives a finding without the product fields that Security Hub added', async () => {
    await importAlice();
    expect(account.found()[0]?.ProductFields).toHaveProperty(['aws/securityhub/FindingId']);
    await account.record({ [alice]: 'COMPLIANT' });

    await account.handle(batchOf(change(alice, SINGLE, 'COMPLIANT')));

    expect(account.states()).toEqual({ [idOf(alice)]: 'ARCHIVED' });
    const imported = account.inputsOf('BatchImportFindings').at(-1)?.Findings;
    expect(imported).toMatchObject([{ ProductFields: { UserId: alice } }]);
    expect(JSON.stringify(imported)).not.toContain('"aws/');
  });

  it('changes nothing if it is repeated', async () => {
    await account.record({ [alice]: 'NON_COMPLIANT' });
    await account.handle(batchOf(change(alice), change(alice)));
    const [{ Findings = [] } = {}] = account.inputsOf('BatchImportFindings');
    expect(Findings).toHaveLength(1);
    account.later(1);
    await account.record({ [alice]: 'COMPLIANT' });
    await account.handle(batchOf(change(alice, SINGLE, 'COMPLIANT')));
    account.later(1);

    await account.handle(batchOf(change(alice)));

    expect(account.states()).toEqual({ [idOf(alice)]: 'ARCHIVED' });
    expect(account.line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 0 });
  });

  it('never replaces the finding of a run that began later', async () => {
    const before = account.account.clock.now;
    await account.record({ [alice]: 'NON_COMPLIANT' });
    await account.handle(batchOf(change(alice)));
    account.later(2);
    await account.record({ [alice]: 'COMPLIANT' });
    await account.handle(batchOf(change(alice)));
    const [archived] = account.found();

    await account.record({ [alice]: 'NON_COMPLIANT' });
    await account.handle(SCHEDULE, new Date(before.getTime() + 60_000));

    expect(account.found()).toEqual([archived]);
  });

  it('finds a renamed user by id', async () => {
    await account.record({ [alice]: 'NON_COMPLIANT' });
    account.iam('UpdateUser', { UserName: 'alice', NewUserName: 'alice2' });
    await account.handle(batchOf(change(alice)));
    expect(account.found()).toMatchObject([{ Title: expect.stringContaining('alice2') }]);
  });

  it.each([
    [1, 'ACTIVE'],
    [2, 'ARCHIVED'],
  ])('of a user that is missing in %d listings leaves the finding %s', async (missing, state) => {
    await importAlice();
    let listings = 0;
    account.replace('iam', 'ListUsers', (_, original) => {
      listings += 1;
      return listings <= missing ? { Users: [], IsTruncated: false } : original();
    });

    await account.handle(batchOf(change(alice)));

    expect(account.states()).toEqual({ [idOf(alice)]: state });
  });

  it('lists the users once for a batch, and reads the keys of each user once', async () => {
    const ids = account.seed(...Array.from({ length: 45 }, (_, index) => `user-${index}`));
    await account.record(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));

    await account.handle(batchOf(...ids.map((id) => change(id))));

    expect(account.inputsOf('ListUsers')).toHaveLength(1);
    expect(account.inputsOf('ListAccessKeys')).toHaveLength(45);
    expect(account.inputsOf('BatchImportFindings')).toMatchObject([{ Findings: { length: 45 } }]);
  });
});

describe('a failed read', () => {
  it('of the results of one rule archives nothing, and does not stop the other rule', async () => {
    await importAlice();
    await account.record({ [bob]: 'NON_COMPLIANT' }, INACTIVE);
    const isSingle = ({ ConfigRuleName }: Record<string, unknown>) => ConfigRuleName === SINGLE;
    account.failWhen('config', 'GetComplianceDetailsByConfigRule', isSingle);

    await expect(account.handle(SCHEDULE)).rejects.toThrow('no GetComplianceDetailsByConfigRule');

    expect(account.states()).toEqual({
      [idOf(alice)]: 'ACTIVE',
      [idOf(bob, inactiveRule)]: 'ACTIVE',
    });
    const line = { level: 'ERROR', failures: 1, FindingsImported: 1 };
    expect(account.line()).toMatchObject(line);
  });

  it.each([
    ['config', 'GetComplianceDetailsByConfigRule', 'NoSuchConfigRuleException'],
    ['iam', 'ListUsers', 'AccessDeniedException'],
    ['securityhub', 'GetFindings', 'AccessDeniedException'],
  ] as const)('of %s:%s changes nothing', async (service, operation, code) => {
    await importAlice();
    await account.record({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
    const before = account.found();
    account.failWhen(service, operation, () => true, code);

    await expect(account.handle(SCHEDULE)).rejects.toMatchObject({ name: code });

    expect(account.found()).toEqual(before);
  });

  it('of the keys of a listed user that IAM does not find does not archive the finding', async () => {
    await importAlice();
    account.failWhen('iam', 'ListAccessKeys', () => true, 'NoSuchEntity');
    await expect(account.handle(SCHEDULE)).rejects.toMatchObject({ name: 'InvalidResponseError' });
    expect(account.states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
  });
});
