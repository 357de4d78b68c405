import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients } from '../../../rule/aws/clients.ts';
import { findingId } from '../../../rule/security-hub/asff.ts';
import { createHandler } from '../../../rule/security-hub/handler.ts';
import { createSecurityHub } from '../../../rule/security-hub/security-hub.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { HeldFinding } from '../../local-account/securityhub/import-findings.ts';
import { createSecurityHub as createLocalHub } from '../../local-account/securityhub/securityhub.ts';
import { asffBreaches } from '../../support/asff.ts';
import { findingSettings, inactiveRule, singleRule } from '../../support/findings.ts';
import { batchOf } from '../../support/key-event.ts';
import { ruleProperties, type ServedAccount, serveAccount } from '../../support/served-account.ts';

const RULE = singleRule.name;
const SCHEDULE = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

let account: ServedAccount;
let hub: ReturnType<typeof createLocalHub>;
let lines: string[];
const start = async (pageSize?: number) => {
  await account?.close();
  account = await serveAccount({ pageSize });
  const now = () => account.clock.now;
  hub = createLocalHub({ accountId: '123456789012', region: 'us-east-1', now, pageSize });
  account.dispatcher.register('securityhub', hub.operations);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  lines = [];
  for (const ConfigRuleName of [RULE, inactiveRule.name])
    account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName });
};
beforeEach(() => start());
afterEach(() => account.close());

type Verdicts = Readonly<Record<string, 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE'>>;

/** Lets Config hold what a rule says of users, by user id. */
const report = async (verdicts: Verdicts, rule = RULE) => {
  const all = Object.entries(verdicts).map(([ComplianceResourceId, ComplianceType]) => ({
    ComplianceResourceType: 'AWS::IAM::User',
    ComplianceResourceId,
    ComplianceType,
    Annotation: `${ComplianceType} of AKIAIOSFODNN7EXAMPLE`,
    OrderingTimestamp: account.clock.now.getTime() / 1000,
  }));
  account.rule.whenInvoked = async ({ resultToken: ResultToken }) => {
    for (let begin = 0; begin < all.length; begin += 100)
      account.config.operations.PutEvaluations(
        { Evaluations: all.slice(begin, begin + 100), ResultToken },
        'operator',
      );
  };
  await account.config.deliverSchedule(rule);
};
const seed = (UserName: string): string =>
  account.iam.seedUser({ UserName, keys: [{}, {}] }).UserId;
const deleteUser = (UserName: string): void => {
  const { DeleteAccessKey, DeleteUser } = account.iam.operations as Record<
    string,
    (...call: unknown[]) => unknown
  >;
  const user = [...account.iam.users.values()].find((one) => one.UserName === UserName);
  for (const { AccessKeyId } of [...(user?.keys ?? [])])
    DeleteAccessKey?.({ UserName, AccessKeyId }, 'operator');
  DeleteUser?.({ UserName }, 'operator');
};
const later = (minutes: number) => {
  account.clock.now = new Date(account.clock.now.getTime() + minutes * 60_000);
};

const handle = (event: unknown, at = account.clock.now) => {
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  return createHandler({
    ...clients,
    securityHub: createSecurityHub(findingSettings.place, clients.countCalls),
    settings: findingSettings,
    now: () => at,
  })(event);
};
const change = (userId: string, configRuleName = RULE, complianceType = 'NON_COMPLIANT') => ({
  source: 'aws.config',
  'detail-type': 'Config Rules Compliance Change',
  detail: {
    configRuleName,
    resourceType: 'AWS::IAM::User',
    resourceId: userId,
    newEvaluationResult: { complianceType },
  },
});
const found = (): HeldFinding[] => [...hub.findings.values()];
const states = (): Record<string, string> =>
  Object.fromEntries(found().map(({ Id, RecordState }) => [Id, RecordState]));
const idOf = (userId: string, rule = singleRule) => findingId(rule, userId);
const line = () => JSON.parse(lines.at(-1) ?? '');
const inputsOf = (operation: string): { Findings: unknown[] }[] =>
  account.dispatcher.calls
    .filter((call) => call.operation === operation)
    .map(({ input }) => input as { Findings: unknown[] });

/** Lets an operation fail when its input is of a kind. */
const failWhen = (
  service: 'config' | 'iam' | 'securityhub',
  operation: string,
  isOf: (input: object) => boolean = () => true,
  code = 'AccessDeniedException',
) => {
  const own = { config: account.config, iam: account.iam, securityhub: hub }[service].operations;
  const original = (own as Record<string, (input: unknown, principal: string) => unknown>)[
    operation
  ];
  account.dispatcher.register(service, {
    [operation]: (input, principal) => {
      if (isOf(Object(input))) throw new ServiceError(code, `no ${operation} for you`);
      return original?.(input, principal);
    },
  });
};

describe('the schedule', () => {
  it('imports every violation that Config holds, of both rules, as ASFF has it', async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(seed) as [string, string, string];
    await report({ [alice]: 'NON_COMPLIANT', [bob]: 'COMPLIANT', [carol]: 'NON_COMPLIANT' });
    await report({ [alice]: 'NON_COMPLIANT' }, inactiveRule.name);

    await handle(SCHEDULE);

    expect(states()).toEqual({
      [idOf(alice)]: 'ACTIVE',
      [idOf(carol)]: 'ACTIVE',
      [idOf(alice, inactiveRule)]: 'ACTIVE',
    });
    for (const { Findings } of inputsOf('BatchImportFindings'))
      for (const finding of Findings) expect(asffBreaches(finding)).toEqual([]);
    expect(line()).toMatchObject({ message: 'findings', FindingsImported: 3, FindingsArchived: 0 });
  });

  it('twice changes nothing but when it was looked at', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    const [before] = found();
    later(60);
    await handle(SCHEDULE);

    const { UpdatedAt, LastObservedAt, ProcessedAt } = found()[0] ?? ({} as HeldFinding);
    expect(found()).toEqual([{ ...before, UpdatedAt, LastObservedAt, ProcessedAt }]);
    expect(UpdatedAt > String(before?.UpdatedAt)).toBe(true);
  });

  it('archives what is compliant, gone, or no more held', async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(seed) as [string, string, string];
    await report({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT', [carol]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    later(1);
    await report({ [alice]: 'COMPLIANT', [bob]: 'NOT_APPLICABLE' });
    // Config does not know of it yet.
    deleteUser('carol');

    await handle(SCHEDULE);

    expect(new Set(Object.values(states()))).toEqual(new Set(['ARCHIVED']));
    expect(line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 3 });
    later(1);
    await handle(SCHEDULE);
    expect(line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 0 });
  });

  it('opens the same finding again when the violation is back, new to whoever had done with it', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    const [[product, first] = []] = hub.findings;
    later(1);
    await report({ [alice]: 'COMPLIANT' });
    await handle(SCHEDULE);
    if (product === undefined) throw new Error('expected a finding');
    hub.findings.set(product, { ...(found()[0] as HeldFinding), Workflow: { Status: 'RESOLVED' } });
    later(1);
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);

    expect(found()).toMatchObject([
      {
        Id: first?.Id,
        CreatedAt: first?.CreatedAt,
        FirstObservedAt: account.clock.now.toISOString(),
        RecordState: 'ACTIVE',
        Workflow: { Status: 'NEW' },
      },
    ]);
  });

  it.each([7, undefined])(
    'imports 250 violations in three calls, with pages of %s',
    async (size) => {
      await start(size);
      const ids = Array.from({ length: 250 }, (_, index) => seed(`user-${index}`));
      await report(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));

      await handle(SCHEDULE);
      const begun = account.clock.now.toISOString();
      later(1);
      await handle(SCHEDULE);

      expect(new Set(found().map(({ CreatedAt }) => CreatedAt))).toEqual(new Set([begun]));
      const sizes = inputsOf('BatchImportFindings').map(({ Findings }) => Findings.length);
      expect(sizes).toEqual([100, 100, 50, 100, 100, 50]);
      expect(found()).toHaveLength(250);
      expect(new Set(Object.values(states()))).toEqual(new Set(['ACTIVE']));
    },
  );

  it('calls nobody in vain where there is nothing to tell', async () => {
    await handle(SCHEDULE);
    expect(account.dispatcher.calls.map(({ operation }) => operation)).toEqual([
      'GetComplianceDetailsByConfigRule',
      'GetComplianceDetailsByConfigRule',
      'GetFindings',
    ]);
  });

  it('asks Security Hub for the findings of this account and product alone', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    await handle(batchOf(change(alice)));
    const { place } = findingSettings;
    const equals = (...values: string[]) =>
      values.map((Value) => ({ Value, Comparison: 'EQUALS' }));
    const ours = {
      AwsAccountId: equals(place.accountId),
      ProductArn: equals('arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default'),
    };
    const filters = inputsOf('GetFindings').map((input) => Object(input).Filters);
    expect(filters).toEqual([
      {
        ...ours,
        GeneratorId: [
          { Value: 'arn:aws:config:us-east-1:123456789012:config-rule/', Comparison: 'PREFIX' },
        ],
      },
      { ...ours, Id: equals(idOf(alice)) },
    ]);
  });

  it('leaves the findings of others alone', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    const [own] = found();
    const theirs = ['their-scanner', singleRule.arn, `${singleRule.arn}-gone`].map(
      (GeneratorId, index) => ({ ...(own as HeldFinding), Id: `theirs/${index}`, GeneratorId }),
    );
    for (const one of theirs) hub.findings.set(`${one.ProductArn} ${one.Id}`, one);
    // What others say of resources may be no finding of ours at all.
    const broken = { Id: 'broken', GeneratorId: `${singleRule.arn}-x`, Resources: [{}] };
    hub.findings.set('broken', { ...own, ...broken } as HeldFinding);
    later(1);
    await report({ [alice]: 'COMPLIANT' });

    await handle(SCHEDULE);

    expect(states()).toEqual({
      [idOf(alice)]: 'ARCHIVED',
      broken: 'ACTIVE',
      ...Object.fromEntries(theirs.map(({ Id }) => [Id, 'ACTIVE'])),
    });
  });
});

describe('a rule that Config has no more', () => {
  const NAMES = [RULE, 'former', 'another'];
  /** One finding of the stack, and one of each of these rules. */
  const former = async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    const [own] = found();
    for (const name of NAMES) {
      const GeneratorId = `${singleRule.arn}-${name}`;
      const Id = findingId({ arn: GeneratorId }, alice);
      const ProductFields = { ...own?.ProductFields, ConfigRuleName: name };
      const one = { ...(own as HeldFinding), Id, GeneratorId, ProductFields };
      hub.findings.set(`${one.ProductArn} ${Id}`, one);
    }
    // Forged: of the other stack's rule, with a name that no rule has.
    const [live] = found().filter(({ GeneratorId }) => GeneratorId.endsWith('-another'));
    const forged = { ...(live as HeldFinding), Id: `${live?.GeneratorId}/user/AIDAFORGED` };
    const ProductFields = { ConfigRuleName: 'former' };
    hub.findings.set('forged', { ...forged, ProductFields });
    later(1);
  };
  const statesByRule = () =>
    Object.fromEntries(
      found().map(({ GeneratorId, RecordState }) => [
        GeneratorId.slice(singleRule.arn.length),
        RecordState,
      ]),
    );
  /** What was made anew has another ARN; `another` is a rule of another stack. */
  const describeRules = (input: unknown) => {
    const [ConfigRuleName] = Object(input).ConfigRuleNames;
    if (ConfigRuleName === 'former')
      throw new ServiceError('NoSuchConfigRuleException', 'no such rule');
    const own = ConfigRuleName === RULE ? '' : `-${ConfigRuleName}`;
    return { ConfigRules: [{ ConfigRuleName, ConfigRuleArn: `${singleRule.arn}${own}` }] };
  };

  it('has its findings archived by the schedule: deleted, renamed, or made anew', async () => {
    await former();
    account.dispatcher.register('config', { DescribeConfigRules: describeRules });

    await handle(SCHEDULE);

    expect(statesByRule()).toEqual({
      '': 'ACTIVE',
      [`-${RULE}`]: 'ARCHIVED',
      '-former': 'ARCHIVED',
      '-another': 'ACTIVE',
    });
    expect(line()).toMatchObject({ FindingsImported: 1, FindingsArchived: 2 });
  });

  it.each([
    ['that it will not tell of', undefined, 'AccessDeniedException'],
    ['of which it tells no ARN', {}, 'InvalidResponseError'],
    ['in whose place it tells of another', { ConfigRuleName: 'other' }, 'InvalidResponseError'],
  ])('is none %s', async (_, told, name) => {
    await former();
    if (told === undefined) failWhen('config', 'DescribeConfigRules');
    else
      account.dispatcher.register('config', {
        DescribeConfigRules: (input) => ({
          ConfigRules: [{ ConfigRuleName: Object(input).ConfigRuleNames[0], ...told }],
        }),
      });

    await expect(handle(SCHEDULE)).rejects.toMatchObject({ name });

    expect(new Set(Object.values(statesByRule()))).toEqual(new Set(['ACTIVE']));
    expect(line()).toMatchObject({ FindingsImported: 1, FindingsArchived: 0, failures: 3 });
  });
});

describe('a change of compliance', () => {
  it('tells its user of its rule, and nobody else', async () => {
    const [alice, bob] = ['alice', 'bob'].map(seed) as [string, string];
    await report({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
    await report({ [alice]: 'NON_COMPLIANT' }, inactiveRule.name);

    await handle(batchOf(change(alice)));
    expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE' });

    await handle(batchOf(change(alice, inactiveRule.name), change(bob)));
    expect(states()).toEqual({
      [idOf(alice)]: 'ACTIVE',
      [idOf(bob)]: 'ACTIVE',
      [idOf(alice, inactiveRule)]: 'ACTIVE',
    });
  });

  it('that is late, or says another verdict than Config holds, tells what Config holds', async () => {
    const [alice, bob] = ['alice', 'bob'].map(seed) as [string, string];
    await report({ [alice]: 'COMPLIANT', [bob]: 'NON_COMPLIANT' });

    await handle(batchOf(change(alice), change(bob, RULE, 'COMPLIANT')));

    expect(states()).toEqual({ [idOf(bob)]: 'ACTIVE' });
  });

  it('to what Config does not hold archives the finding', async () => {
    const [alice, bob] = ['alice', 'bob'].map(seed) as [string, string];
    await report({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
    await handle(batchOf(change(alice), change(bob)));
    later(1);
    await report({ [alice]: 'NOT_APPLICABLE' });

    await handle(batchOf(change(alice, RULE, 'NOT_APPLICABLE')));

    expect(states()).toEqual({ [idOf(alice)]: 'ARCHIVED', [idOf(bob)]: 'ACTIVE' });
  });

  it('that comes twice, or again later, changes nothing', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(batchOf(change(alice), change(alice)));
    expect(inputsOf('BatchImportFindings').map(({ Findings }) => Findings.length)).toEqual([1]);
    later(1);
    await report({ [alice]: 'COMPLIANT' });
    await handle(batchOf(change(alice, RULE, 'COMPLIANT')));
    later(1);

    await handle(batchOf(change(alice)));

    expect(states()).toEqual({ [idOf(alice)]: 'ARCHIVED' });
    expect(line()).toMatchObject({ FindingsImported: 0, FindingsArchived: 0 });
  });

  it('that was read before a newer run has told never replaces what that said', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(batchOf(change(alice)));
    const before = account.clock.now;
    later(2);
    await report({ [alice]: 'COMPLIANT' });
    await handle(batchOf(change(alice)));
    const [archived] = found();

    // A run that began before, and whose reading of Config was answered late.
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE, new Date(before.getTime() + 60_000));

    expect(found()).toEqual([archived]);
  });

  it('of a user that is renamed meanwhile finds it by its id', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    const { UpdateUser } = account.iam.operations as Record<
      string,
      (...call: unknown[]) => unknown
    >;
    UpdateUser?.({ UserName: 'alice', NewUserName: 'alice2' }, 'operator');

    await handle(batchOf(change(alice)));

    expect(found()).toMatchObject([{ Title: expect.stringContaining('alice2') }]);
  });

  it.each([
    [1, 'ACTIVE'],
    [2, 'ARCHIVED'],
  ])('of a user that %d listings leave out leaves its finding %s', async (missing, state) => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(batchOf(change(alice)));
    later(1);
    const { ListUsers } = account.iam.operations as Record<string, (...call: unknown[]) => unknown>;
    let listings = 0;
    account.dispatcher.register('iam', {
      ListUsers: (input, principal) => {
        listings += 1;
        const none = { Users: [], IsTruncated: false };
        return listings <= missing ? none : ListUsers?.(input, principal);
      },
    });

    await handle(batchOf(change(alice)));

    expect(states()).toEqual({ [idOf(alice)]: state });
  });

  it('of 45 users asks Security Hub for 20 at a time', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => seed(`user-${index}`));
    await report(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));

    await handle(batchOf(...ids.map((id) => change(id))));

    const filters = inputsOf('GetFindings').map((input) => Object(input).Filters.Id.length);
    expect(filters).toEqual([20, 20, 5]);
    expect(line().userIds).toEqual(ids.slice(0, 10));
    expect(line()).not.toHaveProperty('poisoned');
    expect(inputsOf('ListUsers')).toHaveLength(1);
    expect(inputsOf('BatchImportFindings').map(({ Findings }) => Findings.length)).toEqual([45]);
  });

  it('of 45 users asks IAM for the keys of ten at a time', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => seed(`user-${index}`));
    await report(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));
    const { ListAccessKeys } = account.iam.operations;
    let [underWay, most] = [0, 0];
    account.dispatcher.register('iam', {
      ListAccessKeys: async (input, principal) => {
        underWay += 1;
        most = Math.max(most, underWay);
        // Until all that are asked for at the same time have come.
        await new Promise((resolve) => setTimeout(resolve, 150));
        underWay -= 1;
        return ListAccessKeys?.(input, principal);
      },
    });

    await handle(batchOf(...ids.map((id) => change(id))));

    expect(most).toBe(10);
  });

  it('names ten messages at most that cannot be read', async () => {
    await handle(batchOf(...Array.from({ length: 11 }, (_, index) => '['.repeat(index + 1))));
    expect(line().poisoned).toHaveLength(10);
  });

  it('that cannot be read stays in the queue alone', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });

    expect(
      await handle(batchOf('AKIAIOSFODNN7EXAMPLE', change(alice), change(alice, 'other'))),
    ).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-2' }],
    });

    expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
    expect(line().poisoned).toEqual([
      'change: expected JSON text, got "...MPLE"',
      expect.stringContaining('configRuleName'),
    ]);
  });
});

describe('what cannot be read', () => {
  const both = async () => {
    const [alice, bob] = ['alice', 'bob'].map(seed) as [string, string];
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(SCHEDULE);
    later(1);
    return { alice, bob };
  };

  it('of one rule keeps the other from nothing, and archives nothing', async () => {
    const { alice, bob } = await both();
    await report({ [bob]: 'NON_COMPLIANT' }, inactiveRule.name);
    failWhen(
      'config',
      'GetComplianceDetailsByConfigRule',
      (input) => Object(input).ConfigRuleName === RULE,
    );

    await expect(handle(SCHEDULE)).rejects.toThrow('no GetComplianceDetailsByConfigRule for you');

    expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE', [idOf(bob, inactiveRule)]: 'ACTIVE' });
    expect(line()).toMatchObject({ level: 'ERROR', failures: 1, FindingsImported: 1 });
  });

  it('because the rule is gone archives nothing', async () => {
    const { alice } = await both();
    failWhen('config', 'GetComplianceDetailsByConfigRule', () => true, 'NoSuchConfigRuleException');

    await expect(handle(SCHEDULE)).rejects.toMatchObject({ name: 'NoSuchConfigRuleException' });

    expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
  });

  it.each([
    ['GetComplianceDetailsByResource', 'config', 'ResourceId'],
    ['ListAccessKeys', 'iam', 'UserName'],
  ] as const)(
    'of one user (%s) keeps the other from nothing, and the message of that one comes again',
    async (operation, service, member) => {
      const { alice, bob } = await both();
      await report({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
      const [before] = found();
      failWhen(service, operation, (input) => [alice, 'alice'].includes(Object(input)[member]));

      const { batchItemFailures } = await handle(
        batchOf(change(alice), change(bob), change(alice)),
      );

      expect(batchItemFailures).toEqual([
        { itemIdentifier: 'message-0' },
        { itemIdentifier: 'message-2' },
      ]);
      expect(line()).toMatchObject({
        failures: 1,
        firstFailure: { errorMessage: `no ${operation} for you` },
      });
      expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE', [idOf(bob)]: 'ACTIVE' });
      expect(found()[0]).toEqual(before);
    },
  );

  it.each([
    ['iam', 'ListUsers'],
    ['securityhub', 'GetFindings'],
  ] as const)('at all (%s:%s) writes nothing', async (service, operation) => {
    const { alice, bob } = await both();
    await report({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
    const before = found();
    failWhen(service, operation);

    await expect(handle(SCHEDULE)).rejects.toThrow(`no ${operation} for you`);

    expect(found()).toEqual(before);
  });

  it('of a user that is listed, though IAM knows no keys of its name, is an error and no end', async () => {
    const { alice } = await both();
    failWhen('iam', 'ListAccessKeys', () => true, 'NoSuchEntity');

    await expect(handle(SCHEDULE)).rejects.toMatchObject({ name: 'InvalidResponseError' });

    expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
  });
});

describe('what Security Hub refuses', () => {
  it('is named, after all that it takes was imported', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => seed(`user-${index}`));
    await report(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));
    const refused = idOf(String(ids[0]));
    const { BatchImportFindings } = hub.operations;
    account.dispatcher.register('securityhub', {
      BatchImportFindings: (input, principal) => {
        const { Findings } = input as { Findings: { Id: string }[] };
        const others = Findings.filter(({ Id }) => Id !== refused);
        BatchImportFindings({ Findings: others }, principal);
        const FailedFindings = Findings.filter(({ Id }) => Id === refused).map(({ Id }) => ({
          ...{ Id, ErrorCode: 'InvalidInput', ErrorMessage: 'not like this' },
        }));
        return { FailedCount: FailedFindings.length, SuccessCount: others.length, FailedFindings };
      },
    });

    const failure = expect(handle(SCHEDULE)).rejects;
    await failure.toMatchObject({
      name: 'FailedFindingsError',
      message: `BatchImportFindings: expected 100 findings to be taken, got 1 refused: ${refused} (InvalidInput: not like this)`,
    });
    expect(found()).toHaveLength(100);
  });

  it('comes again, with the messages of its users alone', async () => {
    const ids = ['alice', 'bob'].map(seed) as [string, string];
    await report(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));
    account.dispatcher.register('securityhub', {
      BatchImportFindings: () => ({
        FailedCount: 1,
        SuccessCount: 1,
        FailedFindings: [{ Id: idOf(ids[1]), ErrorCode: 'InvalidInput', ErrorMessage: 'no' }],
      }),
    });

    const { batchItemFailures } = await handle(batchOf(...ids.map((id) => change(id)), 'poison'));

    expect(batchItemFailures).toEqual([
      { itemIdentifier: 'message-2' },
      { itemIdentifier: 'message-1' },
    ]);
    expect(line()).toMatchObject({ FindingsImported: 1, failures: 1 });
  });

  it('of one user by both rules is kept once a message', async () => {
    const alice = seed('alice');
    failWhen('config', 'GetComplianceDetailsByResource');
    const changes = [change(alice), change(alice, inactiveRule.name)];
    const { batchItemFailures } = await handle(batchOf(...changes));
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      'message-0',
      'message-1',
    ]);
  });

  it('of somebody whom no message is about is thrown', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    account.dispatcher.register('securityhub', {
      BatchImportFindings: () => ({
        FailedCount: 1,
        SuccessCount: 0,
        FailedFindings: [{ Id: 'nobody', ErrorCode: 'InvalidInput', ErrorMessage: 'no' }],
      }),
    });

    await expect(handle(batchOf(change(alice)))).rejects.toMatchObject({
      name: 'FailedFindingsError',
    });
  });

  it.each([1, 57, 100, 101])(
    'by refusing the whole call of 101 keeps the others from nothing: the %d. is the one',
    async (nth) => {
      const ids = Array.from({ length: 101 }, (_, index) => seed(`user-${index}`));
      await report(Object.fromEntries(ids.map((id) => [id, 'NON_COMPLIANT'])));
      const refused = idOf(String(ids[nth - 1]));
      failWhen(
        'securityhub',
        'BatchImportFindings',
        (input) => Object(input).Findings.some(({ Id }: { Id: string }) => Id === refused),
        'InvalidInputException',
      );

      await expect(handle(SCHEDULE)).rejects.toMatchObject({ name: 'InvalidInputException' });

      expect(found()).toHaveLength(100);
      expect(line()).toMatchObject({ FindingsImported: 100, FindingsArchived: 0, failures: 1 });
    },
  );

  it('because it is off is an error', async () => {
    hub.enabled = false;
    await expect(handle(SCHEDULE)).rejects.toMatchObject({ name: 'InvalidAccessException' });
  });

  it('as too much is tried again', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    const error = new ServiceError('TooManyRequestsException', 'Too Many Requests', 429);
    account.faults.fail({ service: 'securityhub', operation: 'BatchImportFindings', error });

    await handle(SCHEDULE);

    expect(states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
    expect(line()).toMatchObject({ Throttles: 1, BatchImportFindings: 2 });
  });
});

describe('the log line', () => {
  it('has no id of a key', async () => {
    const alice = seed('alice');
    await report({ [alice]: 'NON_COMPLIANT' });
    await handle(batchOf(change(alice)));
    expect(line()).toMatchObject({
      level: 'INFO',
      ConfigRuleName: `${RULE},${inactiveRule.name}`,
      userIds: [alice],
      FindingsImported: 1,
    });
    expect(lines.join()).not.toContain('AKIA');
  });
});
