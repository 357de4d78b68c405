import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../../remediation/planner/handler.ts';
import type { Sources } from '../../../remediation/planner/make-plan.ts';
import type { PlannerInput } from '../../../remediation/plans/input.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createEventHistory, createKeyEvents } from '../../../rule/aws/cloudtrail.ts';
import { type Operation, ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser, UserSeed } from '../../local-account/iam/users.ts';
import { at, daysBefore, keyId, trustOf } from '../../support/build.ts';
import { alice, planOf } from '../../support/plans.ts';
import { runs } from '../../support/property-runs.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';

const { UserId, UserName } = alice;
const OLD = keyId('OLD');
const NEW = keyId('NEW');
const abandoned = { AccessKeyId: OLD, CreateDate: daysBefore(400) };
const inUse = {
  AccessKeyId: NEW,
  CreateDate: daysBefore(100),
  lastUsed: { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' },
};

let account: ServedAccount;
let lines: string[];
let deactivationRoleArn: string;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  setParameters({});
  lines = [];
  // Alice is on the second page of users.
  for (const name of ['aaron', 'abel', 'adam'])
    account.iam.seedUser({ UserName: name, keys: [{}] });
  const [role] = ['deactivation', 'reactivation', 'terraform'].map((RoleName) =>
    account.roles.create({ RoleName, AssumeRolePolicyDocument: trustOf('ssm.amazonaws.com') }),
  );
  deactivationRoleArn = role?.Arn ?? '';
});
afterEach(() => account.close());

const setParameters = (InputParameters: object) =>
  account.config.putConfigRule({ ...ruleProperties(), InputParameters });

const seedAlice = (seed: Partial<UserSeed> = {}) =>
  account.iam.seedUser({ UserId, UserName, keys: [abandoned, inUse], ...seed });
const keysOfAlice = () => account.iam.users.get(UserName)?.keys ?? [];
const removeAlice = () => (account.iam.users as Map<string, LocalUser>).delete(UserName);
const removeKey = (AccessKeyId: string) => {
  const keys = keysOfAlice();
  keys.splice(
    keys.findIndex((key) => key.AccessKeyId === AccessKeyId),
    1,
  );
};

/** Sets the status of a key some days before `at`. */
const update = async (Status: 'Active' | 'Inactive', days: number, principal = 'operator') => {
  account.clock.now = daysBefore(days);
  const input = { UserName, AccessKeyId: OLD, Status };
  const request = { service: 'iam', operation: 'UpdateAccessKey' } as const;
  await account.dispatcher.call({ ...request, input, principal });
  account.clock.now = at;
};

const PARAMETERS = {
  DeactivateAccessKey: { MinimumIdleDays: '', InactiveConfigRuleName: 'inactive-rule' },
  ReactivateAccessKey: { AllowSecondActiveKey: 'false' },
  DeleteInactiveAccessKey: { MinimumInactiveDays: '' },
};
type Runbook = PlannerInput['Runbook'];

type Options = Pick<Sources, 'region' | 'requiresCompleteHistory'> & {
  readonly maximumEvents?: number;
};

const makePlan = (
  Runbook: Runbook,
  input: object = {},
  { maximumEvents = Number.POSITIVE_INFINITY, ...options }: Options = {},
) => {
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  const readHistory = createEventHistory('us-east-1', clients.countCalls, { maximumEvents });
  const readKeyEvents = createKeyEvents(clients.countCalls);
  const shared = { UserId, AccessKeyId: '', DryRun: 'false', ConfigRuleName: RULE_NAME };
  const by = { deactivationRoleArn, accountId: '123456789012' };
  const sources = { ...clients, readHistory, readKeyEvents, ...by, ...options };
  const handler = createHandler({ ...sources, now: () => at });
  return handler({ Runbook, ...shared, ...PARAMETERS[Runbook], ...input });
};
const deactivation = (input: object = {}) => makePlan('DeactivateAccessKey', input);
const reactivation = (input: object = {}) => makePlan('ReactivateAccessKey', input);
const deletion = (input: object = {}) => makePlan('DeleteInactiveAccessKey', input);

/** Creates alice with keys on which the runbook acts. */
const prepare = async (Runbook: Runbook) => {
  seedAlice();
  if (Runbook === 'DeactivateAccessKey') return;
  await update('Inactive', 40);
  if (Runbook === 'ReactivateAccessKey') removeKey(NEW);
};

/** The calls of the planner, which are all but those that set up the account. */
const plannerCalls = () =>
  account.dispatcher.calls.filter(({ operation }) => operation !== 'UpdateAccessKey');
const operations = () => plannerCalls().map(({ operation }) => operation);
const countOf = (operation: string) => operations().filter((name) => name === operation).length;

type Service = 'iam' | 'cloudtrail' | 'config';
type Call = readonly [Service, string];
const USERS: Call = ['iam', 'ListUsers'];
const KEYS: Call = ['iam', 'ListAccessKeys'];
const RULE: Call = ['config', 'DescribeConfigRules'];
const LAST_USE: Call = ['iam', 'GetAccessKeyLastUsed'];
const TAGS: Call = ['iam', 'ListUserTags'];
const POLICIES: Call = ['iam', 'ListAttachedUserPolicies'];
const EVENTS: Call = ['cloudtrail', 'LookupEvents'];

/** Runs something before the account answers the first call of an operation. */
const beforeFirst = ([service, operation]: Call, happen: () => unknown) => {
  const known: Readonly<Record<string, Operation>> = account[service].operations;
  const answer = known[operation];
  if (answer === undefined) throw new Error(`the account has no ${service}:${operation}`);
  let calls = 0;
  account.dispatcher.register(service, {
    [operation]: async (...call) => {
      calls += 1;
      if (calls === 1) await happen();
      return answer(...call);
    },
  });
};

describe('the planner of a deactivation', () => {
  const acting = planOf({
    Outcome: 'Deactivate',
    AccessKeyId: OLD,
    KeepAccessKeyId: NEW,
    Reason: `deactivate ${OLD} (never used, created 2024-12-27) and keep ${NEW} (last used 2026-01-30, s3, us-east-1); dates are in UTC`,
    UndoCommand: `aws iam update-access-key --user-name=alice --access-key-id=${OLD} --status=Active`,
    NextCommand: `aws configservice start-remediation-execution --config-rule-name=inactive-rule --resource-keys=resourceType=AWS::IAM::User,resourceId=${UserId}`,
    Basis: `never used, created 2024-12-27, keep ${NEW}`,
  });
  const actingOnNamed = { ...acting, Basis: `keep ${NEW}` };

  it('reads the user from IAM', async () => {
    seedAlice();
    expect(await deactivation()).toEqual(acting);
  });

  it.each([
    [{ minimumIdleDays: '61' }, '', 'Refused'],
    [{ minimumIdleDays: '60' }, '', 'Deactivate'],
    [{ minimumIdleDays: '61' }, '60', 'Deactivate'],
    [{ minimumIdleDays: '60' }, '61', 'Refused'],
    [{ maxActiveAccessKeys: '2' }, '', 'NothingToDo'],
  ])('uses the parameters %j, overridden by %j: %s', async (parameters, days, Outcome) => {
    const fresh = { ...abandoned, CreateDate: daysBefore(60) };
    seedAlice({ keys: [fresh, { ...inUse, CreateDate: daysBefore(90) }] });
    setParameters(parameters);
    expect(await deactivation({ MinimumIdleDays: days })).toMatchObject({ Outcome });
  });

  it('reads the last use of inactive keys if they count', async () => {
    setParameters({ countInactiveAccessKeys: 'true' });
    seedAlice({ keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    const NextCommand = `aws iam delete-access-key --user-name=alice --access-key-id=${OLD}`;
    expect(await deactivation()).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: OLD,
      NextCommand,
    });
    expect(countOf('GetAccessKeyLastUsed')).toBe(2);
  });

  it('reads neither last use nor events if there is no choice between keys', async () => {
    seedAlice({ keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    expect(await deactivation()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(countOf('GetAccessKeyLastUsed')).toBe(0);
    expect(countOf('LookupEvents')).toBe(0);
  });

  it('reads the exemption tag, unless a key is named', async () => {
    setParameters({ exemptionTagKey: 'keys-until' });
    seedAlice({ tags: { 'Keys-Until': '2026-01-31' } });
    expect(await deactivation({ AccessKeyId: NEW })).toMatchObject({ Outcome: 'Deactivate' });
    expect(countOf('ListUserTags')).toBe(0);
    expect(await deactivation()).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: expect.stringContaining('Exempt until 2026-01-31 by the tag keys-until'),
    });
  });

  describe('of a user to which an AWS managed policy of quarantine is attached', () => {
    const attachedPolicies = [
      'arn:aws:iam::123456789012:policy/A',
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2',
    ];

    it('refuses to select a key, of which the policy may be on any page', async () => {
      seedAlice({ attachedPolicies });
      expect(await deactivation()).toMatchObject({
        Outcome: 'Refused',
        Reason: expect.stringContaining('(AWSCompromisedKeyQuarantineV2 is attached)'),
      });
      expect(countOf('ListAttachedUserPolicies')).toBe(2);
    });

    it('acts without reading the policies if the key is named', async () => {
      seedAlice({ attachedPolicies });
      expect(await deactivation({ AccessKeyId: OLD })).toEqual(actingOnNamed);
      expect(countOf('ListAttachedUserPolicies')).toBe(0);
    });

    it('has nothing to do without reading the policies if the user is compliant', async () => {
      seedAlice({ attachedPolicies, keys: [inUse] });
      expect(await deactivation()).toMatchObject({ Outcome: 'NothingToDo' });
      expect(countOf('ListAttachedUserPolicies')).toBe(0);
    });
  });

  it.each([
    [{}, 'Refused'],
    [{ maxAccessKeyAge: '59' }, 'Deactivate'],
    [{ maxAccessKeyAge: '0' }, 'Deactivate'],
  ])('uses the maxAccessKeyAge of the rule: %j', async (parameters, Outcome) => {
    const [old, fresh] = [
      { ...inUse, CreateDate: daysBefore(400) },
      { ...abandoned, CreateDate: daysBefore(60) },
    ];
    seedAlice({ keys: [old, fresh] });
    setParameters(parameters);
    expect(await deactivation()).toMatchObject({ Outcome });
  });

  describe('of a key that the runbook deactivated before', () => {
    beforeEach(async () => {
      seedAlice();
      await update('Inactive', 10, 'deactivation');
    });

    it.each([
      ['operator', 'arn:aws:iam::123456789012:user/operator'],
      ['terraform', 'arn:aws:sts::123456789012:assumed-role/terraform/session'],
      ['reactivation', 'arn:aws:sts::123456789012:assumed-role/reactivation/session'],
    ])('refuses it if %s reactivated it', async (principal, arn) => {
      await update('Active', 5, principal);
      const refused = {
        Outcome: 'Refused',
        AccessKeyId: OLD,
        Reason: expect.stringContaining(
          `${OLD} was reactivated on 2026-01-26 by ${arn}, after the runbook deactivated it on 2026-01-21`,
        ),
      };
      expect(await deactivation()).toMatchObject(refused);
      expect(await deactivation({ DryRun: 'true' })).toMatchObject(refused);
    });

    it('acts if the runbook restored it', async () => {
      await update('Active', 10, 'deactivation');
      expect(await deactivation()).toEqual(acting);
      expect(countOf('LookupEvents')).toBe(1);
    });

    it('acts without reading the history if the key is named', async () => {
      await update('Active', 5);
      expect(await deactivation({ AccessKeyId: OLD })).toEqual(actingOnNamed);
      expect(countOf('LookupEvents')).toBe(0);
    });

    it('reads the newest events, and says if it could not read all', async () => {
      await update('Active', 5);
      expect(await makePlan('DeactivateAccessKey', {}, { maximumEvents: 2 })).toMatchObject({
        Outcome: 'Refused',
      });
      const { AccessKeyId } = account.iam.seedUser({ UserName: 'eve', keys: [{}] }).keys[0] ?? {};
      for (const Status of ['Inactive', 'Active'])
        await account.dispatcher.call({
          service: 'iam',
          operation: 'UpdateAccessKey',
          input: { UserName: 'eve', AccessKeyId, Status },
          principal: 'operator',
        });
      expect(await makePlan('DeactivateAccessKey', {}, { maximumEvents: 2 })).toEqual({
        ...acting,
        Reason: `${acting.Reason}; the event history is incomplete and may lack a reactivation of this key`,
      });
      const refused = { Outcome: 'Refused', AccessKeyId: OLD };
      for (const options of [
        { maximumEvents: 3 },
        { maximumEvents: 2, requiresCompleteHistory: true },
      ])
        expect(await makePlan('DeactivateAccessKey', {}, options)).toMatchObject(refused);
    });
  });
});

describe('the planner of a reactivation', () => {
  it('reads the user from IAM, and no parameter of the rule', async () => {
    await prepare('ReactivateAccessKey');
    setParameters({ minimumIdleDays: 'seven' });
    expect(await reactivation()).toEqual(
      planOf({
        Outcome: 'Reactivate',
        AccessKeyId: OLD,
        Reason: `reactivate ${OLD} as the only active key`,
        UndoCommand: `aws iam update-access-key --user-name=alice --access-key-id=${OLD} --status=Inactive`,
        NextCommand: `aws iam get-access-key-last-used --access-key-id=${OLD}`,
      }),
    );
  });

  it('reactivates a second key only if that is allowed', async () => {
    seedAlice({ keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    expect(await reactivation()).toMatchObject({ Outcome: 'Refused' });
    expect(await reactivation({ AllowSecondActiveKey: 'true' })).toMatchObject({
      Outcome: 'Reactivate',
      AccessKeyId: OLD,
    });
  });
});

describe('the planner of a deletion', () => {
  it('names the event that proves the deactivation', async () => {
    seedAlice();
    await update('Inactive', 80);
    await update('Active', 60);
    await update('Inactive', 40);
    await update('Inactive', 20);
    const { eventID } = account.cloudtrail.history[2]?.record ?? {};
    const Basis = `inactive since 2025-12-22T12:00:00.000Z, CloudTrail event ${eventID}; created 2024-12-27, never used`;
    expect(await deletion()).toEqual(
      planOf({
        Outcome: 'Delete',
        AccessKeyId: OLD,
        Reason: `delete ${OLD} permanently: ${Basis}; at least 30 days required; dates are in UTC`,
        NextCommand: 'aws iam list-access-keys --user-name=alice',
        Basis,
        Evidence: 'CloudTrail',
      }),
    );
    // Four events are two pages.
    expect(countOf('LookupEvents')).toBe(2);
  });

  it.each([
    ['abandoned', abandoned, { Outcome: 'Delete', Evidence: 'NoEvent' }],
    ['in use', { ...inUse, AccessKeyId: OLD }, { Outcome: 'Refused', AccessKeyId: 'none' }],
  ])('without an event, a key that is %s', async (_, key, expected) => {
    seedAlice({ keys: [{ ...key, Status: 'Inactive' }, inUse] });
    expect(await deletion()).toMatchObject(expected);
  });

  it.each([
    ['41', '', 'NothingToDo'],
    ['40', '', 'Delete'],
    ['41', '40', 'Delete'],
    ['40', '41', 'NothingToDo'],
    ['0', '', 'Delete'],
    ['41', '0', 'Delete'],
  ])('uses maxInactiveDays %s, overridden by %j: %s', async (maxInactiveDays, days, Outcome) => {
    await prepare('DeleteInactiveAccessKey');
    setParameters({ maxInactiveDays });
    expect(await deletion({ MinimumInactiveDays: days })).toMatchObject({ Outcome });
  });

  it('reads the exemption tag, unless a key is named', async () => {
    seedAlice({ tags: { 'Keys-Until': '2026-01-31' } });
    await update('Inactive', 40);
    setParameters({ exemptionTagKey: 'keys-until' });
    expect(await deletion({ AccessKeyId: OLD })).toMatchObject({ Outcome: 'Delete' });
    expect(countOf('ListUserTags')).toBe(0);
    expect(await deletion()).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: expect.stringContaining('Exempt until 2026-01-31 by the tag keys-until'),
    });
  });

  it('reads no tag if no key is inactive for too long', async () => {
    setParameters({ exemptionTagKey: 'keys-until' });
    seedAlice();
    await update('Inactive', 29);
    expect(await deletion()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(countOf('ListUserTags')).toBe(0);
  });

  it('reads neither last use nor events if no key is inactive', async () => {
    seedAlice();
    expect(await deletion()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(await deletion({ AccessKeyId: OLD })).toMatchObject({ Outcome: 'Refused' });
    expect(new Set(operations())).toEqual(
      new Set(['DescribeConfigRules', 'ListUsers', 'ListAccessKeys']),
    );
  });

  it('reads the history after the keys: a key that is reactivated meanwhile stays', async () => {
    await prepare('DeleteInactiveAccessKey');
    beforeFirst(EVENTS, () => update('Active', 0));
    expect(await deletion()).toMatchObject({ Outcome: 'Refused', UserName });
  });

  it('refuses a user that is deleted while the history is read', async () => {
    await prepare('DeleteInactiveAccessKey');
    beforeFirst(EVENTS, removeAlice);
    expect(await deletion()).toMatchObject({ Outcome: 'Refused', UserName: 'none' });
  });
});

/** The calls of each runbook's planner, in this order. */
const CALLS: readonly (readonly [Runbook, readonly Call[]])[] = [
  ['DeactivateAccessKey', [RULE, USERS, USERS, KEYS, TAGS, POLICIES, LAST_USE, LAST_USE, EVENTS]],
  ['ReactivateAccessKey', [USERS, USERS, KEYS]],
  ['DeleteInactiveAccessKey', [RULE, USERS, USERS, KEYS, EVENTS, TAGS, LAST_USE]],
];

describe.each(CALLS)('the planner of %s', (Runbook, calls) => {
  beforeEach(async () => {
    await prepare(Runbook);
    setParameters({ exemptionTagKey: 'keys-until' });
  });

  it('makes only these calls, and none of them writes', async () => {
    const { Outcome } = await makePlan(Runbook);
    expect(['Deactivate', 'Reactivate', 'Delete']).toContain(Outcome);
    expect(plannerCalls().map(({ service, operation }) => [service, operation])).toEqual(calls);
    for (const name of operations()) expect(name).toMatch(/^(Describe|List|Get|Lookup)/);
  });

  const failing = calls.map(([service, operation], index) => {
    const nth = calls.slice(0, index + 1).filter(([, name]) => name === operation).length;
    return [operation, nth, service] as const;
  });
  it.each(failing)('fails if %s call %d fails', async (operation, nth, service) => {
    const error = new ServiceError('AccessDeniedException', 'not authorized', 403);
    account.faults.fail({ service, operation, nth, error });
    await expect(makePlan(Runbook)).rejects.toThrow('not authorized');
    const failed = plannerCalls().filter(({ errorCode }) => errorCode !== undefined);
    expect(failed).toMatchObject([{ service, operation }]);
    expect(JSON.parse(lines.join())).toMatchObject({
      level: 'ERROR',
      message: 'planned',
      errorType: 'AccessDeniedException',
    });
  });

  it('logs one line, with only the end of the key id', async () => {
    const { Outcome } = await makePlan(Runbook);
    expect(JSON.parse(lines.join())).toMatchObject({
      level: 'INFO',
      message: 'planned',
      Runbook,
      ConfigRuleName: RULE_NAME,
      UserId,
      outcome: Outcome,
      keyEndsWith: 'XOLD',
      ListUsers: 2,
    });
    expect(lines.join()).not.toContain(OLD);
    expect(lines.join()).not.toContain(NEW);
  });

  it.each([
    ['that no user has', 'AIDAXXXXXXXXXXNOBODY'],
    ['in lower case', UserId.toLowerCase()],
    ['that is the name of a user', 'ci_deploy_production'],
  ])('refuses an id %s, and logs the refusal', async (_, id) => {
    account.iam.seedUser({ UserName: 'ci_deploy_production', keys: [{}] });
    expect(await makePlan(Runbook, { UserId: id })).toMatchObject({
      Outcome: 'Refused',
      UserId: id,
      UserName: 'none',
      Reason: expect.stringContaining(`no IAM user in the account 123456789012 has the id ${id}; `),
    });
    const logged = { outcome: 'Refused', keyEndsWith: 'none' };
    expect(JSON.parse(lines.join())).toMatchObject({ Runbook, ...logged });
  });

  it('makes no call for an invalid input', async () => {
    await expect(makePlan(Runbook, { UserId: 'alice' })).rejects.toThrow('input.UserId');
    expect(operations()).toEqual([]);
    expect(JSON.parse(lines.join())).toMatchObject({ errorType: 'InvalidInputError' });
  });

  it.each([KEYS, TAGS, LAST_USE].filter((call) => calls.includes(call)))(
    'refuses a user that is deleted before %s:%s',
    async (...call) => {
      beforeFirst(call, removeAlice);
      expect(await makePlan(Runbook)).toMatchObject({ Outcome: 'Refused', UserName: 'none' });
    },
  );

  it('finds a user that is renamed before its keys are read', async () => {
    beforeFirst(KEYS, () =>
      account.iam.operations['UpdateUser']?.({ UserName, NewUserName: 'alicia' }, 'operator'),
    );
    expect(await makePlan(Runbook)).toMatchObject({ UserName: 'alicia', AccessKeyId: OLD });
  });

  it('fails if IAM lists the user but does not return its keys, twice', async () => {
    const error = new ServiceError('NoSuchEntity', 'no such user', 404);
    account.faults.fail({ service: 'iam', operation: 'ListAccessKeys', always: true, error });
    await expect(makePlan(Runbook)).rejects.toThrow(
      `ListAccessKeys: expected the keys of user ${UserId}, which ListUsers lists, got NoSuchEntity`,
    );
  });
});

describe.each([
  ['DeactivateAccessKey', { MinimumIdleDays: '1' }],
  ['DeleteInactiveAccessKey', { MinimumInactiveDays: '1' }],
] as const)('a dry run of %s', (Runbook, days) => {
  it('has the remediation as its next command, unless it overrides the days of the rule', async () => {
    await prepare(Runbook);
    const dryRun = { Outcome: 'DryRun', AccessKeyId: OLD };
    expect(await makePlan(Runbook, { DryRun: 'true' })).toMatchObject({
      ...dryRun,
      NextCommand: `aws configservice start-remediation-execution --config-rule-name=${RULE_NAME} --resource-keys=resourceType=AWS::IAM::User,resourceId=${UserId}`,
    });
    expect(await makePlan(Runbook, { ...days, DryRun: 'true' })).toMatchObject({
      ...dryRun,
      NextCommand: 'none',
    });
  });
});

describe.each(['DeactivateAccessKey', 'DeleteInactiveAccessKey'] as const)(
  'where AWS Config offers no remediation, a dry run of %s',
  (Runbook) => {
    it('has the name of the runbook as its next step', async () => {
      await prepare(Runbook);
      const region = 'us-gov-west-1';
      expect(await makePlan(Runbook, { DryRun: 'true' }, { region })).toMatchObject({
        Outcome: 'DryRun',
        NextCommand: `start the runbook ${Runbook} with UserId=${UserId}`,
      });
    });
  },
);

describe('the rule of the planner', () => {
  it.each([
    ['DeactivateAccessKey', { minimumIdleDays: 'seven' }, 'minimumIdleDays must be a whole number'],
    ['DeactivateAccessKey', { maxInactiveDays: '30' }, 'unknown rule parameter "maxInactiveDays"'],
    ['DeleteInactiveAccessKey', { maxInactiveDays: '91' }, 'from 0 to 90, got "91"'],
    ['DeleteInactiveAccessKey', { minimumIdleDays: '7' }, 'rule parameter "minimumIdleDays"'],
  ] as const)('of %s cannot have the parameters %j', async (Runbook, parameters, message) => {
    await prepare(Runbook);
    setParameters(parameters);
    await expect(makePlan(Runbook)).rejects.toThrow(message);
    expect(operations()).toEqual(['DescribeConfigRules']);
  });

  it.each(['DeactivateAccessKey', 'DeleteInactiveAccessKey'] as const)(
    'of %s must exist',
    async (Runbook) => {
      await prepare(Runbook);
      await expect(makePlan(Runbook, { ConfigRuleName: 'no-such-rule' })).rejects.toThrow(
        'does not exist',
      );
      account.dispatcher.register('config', { DescribeConfigRules: () => ({ ConfigRules: [] }) });
      await expect(makePlan(Runbook)).rejects.toThrow(
        `DescribeConfigRules: expected the rule ${RULE_NAME}, got none`,
      );
    },
  );
});

describe('who uses the key', () => {
  const lastUsed = { LastUsedDate: daysBefore(60), ServiceName: 'ses', Region: 'eu-west-1' };
  const used = { ...abandoned, lastUsed };
  const LIMITS = '(management events of the last 90 days, no reads of S3 objects)';
  const NO_USE = `. CloudTrail shows no use of this key in eu-west-1, the Region of its last use ${LIMITS}`;

  /** Creates alice with an old key that was used, on which the runbook acts. */
  const prepareUsed = async (Runbook: Runbook, key: Partial<typeof used> = used) => {
    seedAlice({ keys: [{ ...used, ...key }, inUse] });
    if (Runbook !== 'DeactivateAccessKey') await update('Inactive', 40);
  };
  const use = (members: Parameters<ServedAccount['cloudtrail']['recordUse']>[1] = {}) =>
    account.cloudtrail.recordUse(OLD, { at: daysBefore(60), awsRegion: 'eu-west-1', ...members });
  /** The reads of the events of a key, with their Region. */
  const reads = () =>
    plannerCalls()
      .filter(({ input }) => JSON.stringify(input).includes('"AttributeKey":"AccessKeyId"'))
      .map(({ region, input }) => ({ region, input }));

  describe.each([
    ['DeactivateAccessKey', ''],
    ['DeactivateAccessKey', OLD],
    ['DeleteInactiveAccessKey', ''],
    ['DeleteInactiveAccessKey', OLD],
  ] as const)('in a plan of %s (AccessKeyId %j)', (Runbook, AccessKeyId) => {
    const plan = (DryRun = 'false') => makePlan(Runbook, { AccessKeyId, DryRun });

    it.each(['false', 'true'])(
      'is read in the Region of its last use, and only the reason says it (DryRun %s)',
      async (DryRun) => {
        await prepareUsed(Runbook);
        const { Reason, ...rest } = await plan(DryRun);
        expect(Reason.endsWith(NO_USE)).toBe(true);
        use();
        use({ eventName: 'ListIdentities', eventSource: 'email.amazonaws.com' });
        use({ awsRegion: 'us-east-1', sourceIPAddress: '198.51.100.1' });

        const { Reason: seen, ...same } = await plan(DryRun);

        expect(same).toEqual(rest);
        expect(seen).toContain(
          '. CloudTrail shows these last calls with the key in eu-west-1, the Region of its last use: ',
        );
        expect(seen).toContain('email:ListIdentities from 203.0.113.7 (aws-cli/2.15.30); ');
        expect(seen).toContain('; in total 2 events, 2 APIs, 1 source address, 1 user agent (');
        expect(seen.startsWith(Reason.slice(0, -NO_USE.length))).toBe(true);
        expect(reads()).toEqual(
          [1, 2].map(() => ({
            region: 'eu-west-1',
            input: {
              LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: OLD }],
              MaxResults: 50,
            },
          })),
        );
      },
    );

    it('reads two pages at most', async () => {
      await prepareUsed(Runbook);
      for (let events = 0; events < 5; events += 1) use();
      expect((await plan()).Reason).toContain('; in total at least 4 events, 1 API, ');
      expect(reads()).toHaveLength(2);
    });

    it.each(['AccessDeniedException', 'UnrecognizedClientException', 'InternalFailure'])(
      'is left out after %s, and the plan is the same',
      async (code) => {
        await prepareUsed(Runbook);
        const expected = await plan();
        const { LookupEvents } = account.cloudtrail.operations;
        account.dispatcher.register('cloudtrail', {
          LookupEvents: (input, principal, region) => {
            if (region === 'eu-west-1') throw new ServiceError(code, 'secret text', 400);
            return LookupEvents(input, principal, region);
          },
        });
        const unread = `. The recent use of this key in eu-west-1 could not be read from CloudTrail (${code})`;
        expect(await plan()).toEqual({
          ...expected,
          Reason: expected.Reason.replace(NO_USE, unread),
        });
        expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'INFO' });
      },
    );

    it('is left out if an event cannot be read', async () => {
      await prepareUsed(Runbook);
      const { LookupEvents } = account.cloudtrail.operations;
      account.dispatcher.register('cloudtrail', {
        LookupEvents: (input, principal, region) =>
          region === 'eu-west-1'
            ? { Events: [{ CloudTrailEvent: '{{ not JSON' }] }
            : LookupEvents(input, principal, region),
      });
      const { Outcome, Reason } = await plan();
      expect(Outcome).not.toBe('Refused');
      expect(Reason).toContain('could not be read from CloudTrail (InvalidResponseError)');
    });

    it('is unknown if IAM does not name the Region', async () => {
      await prepareUsed(Runbook, { lastUsed: { ...lastUsed, Region: 'N/A' } });
      expect((await plan()).Reason).toMatch(
        /\. The recent use of this key is unknown, because IAM does not name the Region of its last use$/,
      );
      expect(reads()).toEqual([]);
    });

    it('is not read of a key that was never used', async () => {
      await prepare(Runbook);
      expect((await plan()).Reason).toContain('never used');
      expect(reads()).toEqual([]);
    });
  });

  it.each([
    ['a refusal', { keys: [{ ...used, lastUsed: inUse.lastUsed }, inUse] }, ''],
    ['the last active key', { keys: [used] }, OLD],
    ['nothing to do', { keys: [{ ...used, Status: 'Inactive' as const }, inUse] }, ''],
    ['an unknown key', {}, keyId('UNKNOWN')],
  ])('is not read for %s', async (_, seed, AccessKeyId) => {
    seedAlice(seed);
    expect(['Refused', 'NothingToDo']).toContain((await deactivation({ AccessKeyId })).Outcome);
    expect(reads()).toEqual([]);
  });

  it('is not read by a reactivation', async () => {
    await prepareUsed('ReactivateAccessKey');
    removeKey(NEW);
    expect(await reactivation()).toMatchObject({ Outcome: 'Reactivate' });
    expect(reads()).toEqual([]);
  });

  it('changes nothing but the reason, for any events', async () => {
    await prepareUsed('DeactivateAccessKey');
    const { Reason: _, ...expected } = await deactivation({ AccessKeyId: OLD });
    const anyEvent = fc.record({
      eventName: fc.string({ unit: 'binary', minLength: 1 }),
      eventSource: fc.string({ unit: 'grapheme', minLength: 1 }),
      sourceIPAddress: fc.string({ unit: 'binary' }),
      userAgent: fc.string({ unit: 'binary' }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 3 }), async (events) => {
        for (const event of events) use(event);
        const { Reason, ...rest } = await deactivation({ AccessKeyId: OLD });
        expect(rest).toEqual(expected);
        expect(Reason).toMatch(/^[\x20-\x7e]+$/);
        expect(Reason).not.toMatch(/[{}<>`]/);
      }),
      { numRuns: runs(5) },
    );
  });
});

describe('a key that is deleted while the planner reads', () => {
  it.each([
    ['no other key is selected', OLD, '', 'NothingToDo', '1 active access key, 1 allowed'],
    ['the named key is refused', OLD, OLD, 'Refused', 'is not an access key of alice'],
    ['the last active key is refused', NEW, OLD, 'Refused', 'is the last active key of alice'],
  ])('before its deactivation: %s', async (_, removed, AccessKeyId, Outcome, reason) => {
    await prepare('DeactivateAccessKey');
    beforeFirst(LAST_USE, () => removeKey(removed));
    expect(await deactivation({ AccessKeyId })).toMatchObject({
      Outcome,
      Reason: expect.stringContaining(reason),
    });
  });

  it.each([
    [EVENTS, '', 'NothingToDo'],
    [LAST_USE, '', 'NothingToDo'],
    [EVENTS, OLD, 'Refused'],
    [LAST_USE, OLD, 'Refused'],
  ])('before %j of its deletion (AccessKeyId %j): %s', async (call, AccessKeyId, Outcome) => {
    await prepare('DeleteInactiveAccessKey');
    beforeFirst(call, () => removeKey(OLD));
    expect(await deletion({ AccessKeyId })).toMatchObject({ Outcome, UserName });
  });
});
