import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../../remediation/planner/handler.ts';
import type { PlannerInput } from '../../../remediation/plans/input.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createEventHistory } from '../../../rule/aws/cloudtrail.ts';
import { type Operation, ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser, UserSeed } from '../../local-account/iam/users.ts';
import { at, daysBefore, keyId } from '../../support/build.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';

const OLD = keyId('OLD');
const NEW = keyId('NEW');
/** A key that was used lately, and one that nobody used for long. */
const inUse = {
  AccessKeyId: NEW,
  CreateDate: daysBefore(100),
  lastUsed: { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' },
};
const abandoned = { AccessKeyId: OLD, CreateDate: daysBefore(400) };

let account: ServedAccount;
let lines: string[];
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  account.config.putConfigRule(ruleProperties());
  lines = [];
  for (const UserName of ['aaron', 'abel', 'adam']) account.iam.seedUser({ UserName, keys: [{}] });
});
afterEach(() => account.close());

const seedAlice = (seed: Partial<UserSeed> = {}) =>
  account.iam.seedUser({ UserName: 'alice', keys: [abandoned, inUse], ...seed });
const alice = (): LocalUser => {
  const user = account.iam.users.get('alice');
  if (user === undefined) throw new Error('expected the user alice');
  return user;
};

/** Makes a key active or inactive as somebody did so many days (and milliseconds) before `at`. */
const update = async (AccessKeyId: string, Status: 'Active' | 'Inactive', days: number) => {
  account.clock.now = daysBefore(days);
  const input = { UserName: 'alice', AccessKeyId, Status };
  const request = { service: 'iam', operation: 'UpdateAccessKey' } as const;
  await account.dispatcher.call({ ...request, input, principal: 'operator' });
  account.clock.now = at;
};

const OWN = {
  DeactivateAccessKey: { MinimumIdleDays: '', DeleteCommand: 'aws delete a=b' },
  ReactivateAccessKey: { AllowSecondActiveKey: 'false' },
  DeleteInactiveAccessKey: { MinimumInactiveDays: '' },
};
type Runbook = PlannerInput['Runbook'];
const UserId = 'AIDAXXXXXXXXXXXXALICE';

const makePlan = (Runbook: Runbook, input: object = {}) => {
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  const readHistory = createEventHistory('us-east-1', clients.countCalls);
  const shared = { UserId, AccessKeyId: '', DryRun: 'false', ConfigRuleName: RULE_NAME };
  const asked = { Runbook, ...shared, ...OWN[Runbook], ...input };
  return createHandler({ ...clients, readHistory, now: () => at })(asked);
};
const deactivation = (input: object = {}) => makePlan('DeactivateAccessKey', input);
const reactivation = (input: object = {}) => makePlan('ReactivateAccessKey', input);
const deletion = (input: object = {}) => makePlan('DeleteInactiveAccessKey', input);

/** Makes alice somebody of whom the runbook has something to do, at any page of the listing. */
const prepare = async (Runbook: Runbook) => {
  seedAlice({ UserId });
  if (Runbook === 'DeactivateAccessKey') return;
  await update(OLD, 'Inactive', 40);
  if (Runbook === 'ReactivateAccessKey') alice().keys.pop();
};

const setParameters = (InputParameters: object) =>
  account.config.putConfigRule({ ...ruleProperties(), InputParameters });
/** The calls that the planner made: those of the operator are none of its own. */
const plannerCalls = () =>
  account.dispatcher.calls.filter(({ operation }) => operation !== 'UpdateAccessKey');
const operations = () => plannerCalls().map(({ operation }) => operation);

type Service = 'iam' | 'cloudtrail' | 'config';
/** Lets something happen before the account answers the first such call. */
const beforeFirst = (service: Service, operation: string, happen: () => unknown) => {
  const known: Readonly<Record<string, Operation>> = account[service].operations;
  const answer = known[operation];
  if (answer === undefined) throw new Error(`the account has no ${service}:${operation}`);
  let calls = 0;
  const register = (act: Operation) => account.dispatcher.register(service, { [operation]: act });
  register(async (...call) => {
    calls += 1;
    if (calls === 1) await happen();
    return answer(...call);
  });
};
const removeAlice = () => (account.iam.users as Map<string, LocalUser>).delete('alice');

describe('the planner of a deactivation', () => {
  it('plans on what IAM has now, of the user with that id', async () => {
    seedAlice({ UserId });
    expect(await deactivation()).toEqual({
      Outcome: 'Deactivate',
      UserId,
      UserName: 'alice',
      AccessKeyId: OLD,
      KeepAccessKeyId: NEW,
      Reason: `${OLD} goes (never used, created 2024-12-27), ${NEW} stays active (last used 2026-01-30), UTC dates`,
      UndoCommand: `aws iam update-access-key --user-name=alice --access-key-id=${OLD} --status=Active`,
      NextCommand: `aws delete a=b,UserId=${UserId},AccessKeyId=${OLD}`,
      Basis: `never used, created 2024-12-27, ${NEW} stays`,
      Evidence: 'none',
    });
  });

  it('takes the parameters of the rule, and its own days before them', async () => {
    seedAlice({ UserId, keys: [{ ...abandoned, CreateDate: daysBefore(60) }, inUse] });
    setParameters({ minimumIdleDays: '61' });
    expect(await deactivation()).toMatchObject({ Outcome: 'Refused' });
    expect(await deactivation({ MinimumIdleDays: '61' })).toMatchObject({ Outcome: 'Refused' });
    expect(await deactivation({ MinimumIdleDays: '60' })).toMatchObject({ Outcome: 'Deactivate' });
    setParameters({ minimumIdleDays: '60' });
    expect(await deactivation()).toMatchObject({ Outcome: 'Deactivate' });
    setParameters({ maxActiveAccessKeys: '2' });
    expect(await deactivation()).toMatchObject({ Outcome: 'NothingToDo' });
    setParameters({ rotationGraceDays: '61' });
    expect(await deactivation()).toMatchObject({ Outcome: 'NothingToDo' });
    setParameters({ rotationGraceDays: '60' });
    expect(await deactivation()).toMatchObject({ Outcome: 'Deactivate' });
  });

  it('counts inactive keys where the rule does, and asks for the last use of those too', async () => {
    setParameters({ countInactiveAccessKeys: 'true' });
    seedAlice({ UserId, keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    const NextCommand = `aws delete a=b,UserId=${UserId},AccessKeyId=${OLD}`;
    expect(await deactivation()).toMatchObject({
      Outcome: 'Refused',
      AccessKeyId: OLD,
      NextCommand,
    });
    expect(operations().filter((name) => name === 'GetAccessKeyLastUsed')).toHaveLength(2);
  });

  it('asks for no last use where there is no choice', async () => {
    seedAlice({ UserId, keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    expect(await deactivation()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(operations()).not.toContain('GetAccessKeyLastUsed');
  });

  it('leaves alone whom the rule does: exempt by the tag that the rule names', async () => {
    setParameters({ exemptionTagKey: 'keys-until' });
    seedAlice({ UserId, tags: { 'Keys-Until': '2026-01-31' } });
    expect(await deactivation()).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: expect.stringContaining('Exempt until 2026-01-31 by the tag keys-until'),
    });
  });

  it('reads no tag of a user whose key a person named', async () => {
    setParameters({ exemptionTagKey: 'keys-until' });
    seedAlice({ UserId, tags: { 'keys-until': '2026-01-31' } });
    expect(await deactivation({ AccessKeyId: NEW })).toMatchObject({
      Outcome: 'Deactivate',
      AccessKeyId: NEW,
    });
    expect(operations()).not.toContain('ListUserTags');
  });
});

describe('the planner of a reactivation', () => {
  it('plans on what IAM has now, and asks for no parameter of the rule', async () => {
    await prepare('ReactivateAccessKey');
    setParameters({ minimumIdleDays: 'seven' });
    expect(await reactivation()).toEqual({
      Outcome: 'Reactivate',
      UserId,
      UserName: 'alice',
      AccessKeyId: OLD,
      KeepAccessKeyId: 'none',
      Reason: `${OLD} becomes active again, the only active key`,
      UndoCommand: `aws iam update-access-key --user-name=alice --access-key-id=${OLD} --status=Inactive`,
      NextCommand: `aws iam get-access-key-last-used --access-key-id=${OLD}`,
      Basis: 'none',
      Evidence: 'none',
    });
  });

  it('makes a second key active only when it is told so', async () => {
    seedAlice({ UserId, keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    expect(await reactivation()).toMatchObject({ Outcome: 'Refused' });
    expect(await reactivation({ AllowSecondActiveKey: 'true' })).toMatchObject({
      Outcome: 'Reactivate',
      AccessKeyId: OLD,
    });
  });
});

describe('the planner of a deletion', () => {
  it('plans by the events, and names the one that is evidence', async () => {
    seedAlice({ UserId });
    await update(OLD, 'Inactive', 80);
    await update(OLD, 'Active', 60);
    await update(OLD, 'Inactive', 40);
    await update(OLD, 'Inactive', 20);
    const evidence = account.cloudtrail.history[2]?.record.eventID;
    expect(await deletion()).toEqual({
      Outcome: 'Delete',
      UserId,
      UserName: 'alice',
      AccessKeyId: OLD,
      KeepAccessKeyId: 'none',
      Reason: `${OLD} is deleted for good: inactive since 2025-12-22T12:00:00.000Z, CloudTrail event ${evidence}; created 2024-12-27, never used; 30 days asked for, UTC dates`,
      UndoCommand: 'none',
      NextCommand: 'aws iam list-access-keys --user-name=alice',
      Basis: `inactive since 2025-12-22T12:00:00.000Z, CloudTrail event ${evidence}; created 2024-12-27, never used`,
      Evidence: 'CloudTrail',
    });
    // Four events, on two pages.
    expect(operations().filter((name) => name === 'LookupEvents')).toHaveLength(2);
  });

  it('plans without an event only where the key was not used either', async () => {
    seedAlice({ UserId, keys: [{ ...abandoned, Status: 'Inactive' }, inUse] });
    expect(await deletion()).toMatchObject({ Outcome: 'Delete', Evidence: 'NoEvent' });
    alice().keys.shift();
    alice().keys.push({ ...inUse, AccessKeyId: OLD, Status: 'Inactive' });
    expect(await deletion()).toMatchObject({ Outcome: 'Refused', AccessKeyId: 'none' });
  });

  it('takes the parameters of the rule, and its own days before them', async () => {
    await prepare('DeleteInactiveAccessKey');
    setParameters({ maxInactiveDays: '41' });
    expect(await deletion()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(await deletion({ MinimumInactiveDays: '41' })).toMatchObject({ Outcome: 'NothingToDo' });
    expect(await deletion({ MinimumInactiveDays: '40' })).toMatchObject({ Outcome: 'Delete' });
    setParameters({ maxInactiveDays: '40' });
    expect(await deletion()).toMatchObject({ Outcome: 'Delete' });
  });

  it('leaves alone whom the rule does, and reads no tag of a user whose key a person named', async () => {
    await prepare('DeleteInactiveAccessKey');
    setParameters({ exemptionTagKey: 'keys-until' });
    alice().tags.set('keys-until', { Key: 'Keys-Until', Value: '2026-01-31' });
    expect(await deletion({ AccessKeyId: OLD })).toMatchObject({ Outcome: 'Delete' });
    expect(operations()).not.toContain('ListUserTags');
    expect(await deletion()).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: expect.stringContaining('Exempt until 2026-01-31 by the tag keys-until'),
    });
  });

  it('reads no tag of a user without a key that is inactive for too long', async () => {
    setParameters({ exemptionTagKey: 'keys-until' });
    seedAlice({ UserId });
    await update(OLD, 'Inactive', 29);
    expect(await deletion()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(operations()).not.toContain('ListUserTags');
  });

  it('needs no history of a user without an inactive key', async () => {
    seedAlice({ UserId });
    expect(await deletion()).toMatchObject({ Outcome: 'NothingToDo' });
    expect(await deletion({ AccessKeyId: OLD })).toMatchObject({ Outcome: 'Refused' });
    expect(new Set(operations())).toEqual(
      new Set(['DescribeConfigRules', 'ListUsers', 'ListAccessKeys']),
    );
  });

  it('reads the history after the keys, so that a key made active meanwhile stays', async () => {
    await prepare('DeleteInactiveAccessKey');
    beforeFirst('cloudtrail', 'LookupEvents', () => update(OLD, 'Active', 0));
    expect(await deletion()).toMatchObject({ Outcome: 'Refused' });
    const made = operations();
    expect(made.indexOf('LookupEvents')).toBeGreaterThan(made.lastIndexOf('ListAccessKeys'));
  });

  it('asks for the last use of inactive keys only, after the history', async () => {
    await prepare('DeleteInactiveAccessKey');
    await deletion();
    const last = plannerCalls().at(-1);
    expect(last).toMatchObject({ operation: 'GetAccessKeyLastUsed', input: { AccessKeyId: OLD } });
    expect(operations().filter((name) => name === 'GetAccessKeyLastUsed')).toHaveLength(1);
  });
});

const USERS = ['iam', 'ListUsers'] as const;
const KEYS = ['iam', 'ListAccessKeys'] as const;
const RULE = ['config', 'DescribeConfigRules'] as const;
const LAST_USE = ['iam', 'GetAccessKeyLastUsed'] as const;
const TAGS = ['iam', 'ListUserTags'] as const;
const EVENTS = ['cloudtrail', 'LookupEvents'] as const;
/** Alice is on the second page of users. */
const CALLS: readonly (readonly [Runbook, readonly (readonly [Service, string])[]])[] = [
  ['DeactivateAccessKey', [RULE, USERS, USERS, KEYS, TAGS, LAST_USE, LAST_USE]],
  ['ReactivateAccessKey', [USERS, USERS, KEYS]],
  ['DeleteInactiveAccessKey', [RULE, USERS, USERS, KEYS, EVENTS, TAGS, LAST_USE]],
];

describe.each(CALLS)('the planner of %s', (Runbook, calls) => {
  beforeEach(async () => {
    await prepare(Runbook);
    setParameters({ exemptionTagKey: 'keys-until' });
  });

  it('makes these calls, in this order, and none that writes', async () => {
    const { Outcome } = await makePlan(Runbook);
    expect(['Deactivate', 'Reactivate', 'Delete']).toContain(Outcome);
    expect(plannerCalls().map(({ service, operation }) => [service, operation])).toEqual(calls);
    for (const name of operations()) expect(name).toMatch(/^(Describe|List|Get|Lookup)/);
  });

  const failing = calls.map(([service, operation], index) => {
    const nth = calls.slice(0, index + 1).filter(([, name]) => name === operation).length;
    return [operation, nth, service] as const;
  });
  it.each(failing)('makes no plan when %s fails, call %d', async (operation, nth, service) => {
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

  it('logs one line, with the runbook and the end of the key id only', async () => {
    const { Outcome } = await makePlan(Runbook);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines.join())).toMatchObject({
      level: 'INFO',
      message: 'planned',
      Runbook,
      ConfigRuleName: RULE_NAME,
      UserId,
      outcome: Outcome,
      keyEndsWith: 'XOLD',
      Plans: 1,
      Refusals: 0,
      ListUsers: 2,
    });
    expect(lines.join()).not.toContain(OLD);
    expect(lines.join()).not.toContain(NEW);
  });

  it('counts a refusal', async () => {
    await makePlan(Runbook, { UserId: 'AIDANOBODYHASTHIS' });
    expect(JSON.parse(lines.join())).toMatchObject({
      Runbook,
      outcome: 'Refused',
      keyEndsWith: 'none',
      Plans: 1,
      Refusals: 1,
    });
  });

  it('makes no call at all for a request that is none', async () => {
    await expect(makePlan(Runbook, { UserId: 'alice' })).rejects.toThrow('input.UserId');
    expect(operations()).toEqual([]);
    expect(JSON.parse(lines.join())).toMatchObject({ errorType: 'InvalidInputError' });
  });

  it('refuses a user that is deleted between the listing and its keys', async () => {
    beforeFirst(...KEYS, removeAlice);
    expect(await makePlan(Runbook)).toMatchObject({
      Outcome: 'Refused',
      UserId,
      UserName: 'none',
      Reason: `no IAM user of this account has the id ${UserId}; it may be deleted`,
    });
  });

  it('finds a user that is renamed between the listing and its keys', async () => {
    beforeFirst(...KEYS, () =>
      account.iam.operations['UpdateUser']?.(
        { UserName: 'alice', NewUserName: 'alicia' },
        'operator',
      ),
    );
    expect(await makePlan(Runbook)).toMatchObject({ UserName: 'alicia', AccessKeyId: OLD });
  });

  it('makes no plan for a user whose keys IAM does not know, twice', async () => {
    const error = new ServiceError('NoSuchEntity', 'no such user', 404);
    account.faults.fail({ service: 'iam', operation: 'ListAccessKeys', always: true, error });
    await expect(makePlan(Runbook)).rejects.toThrow(
      `ListAccessKeys: expected the keys of user ${UserId}, which ListUsers lists, got NoSuchEntity twice`,
    );
  });
});

describe.each([
  ['DeactivateAccessKey', { MinimumIdleDays: '1' }],
  ['DeleteInactiveAccessKey', { MinimumInactiveDays: '1' }],
] as const)('a dry run of %s', (Runbook, days) => {
  it('goes on to the remediation, unless it has days of its own', async () => {
    await prepare(Runbook);
    expect(await makePlan(Runbook, { DryRun: 'true' })).toMatchObject({
      Outcome: 'DryRun',
      AccessKeyId: OLD,
      NextCommand: `aws configservice start-remediation-execution --config-rule-name=${RULE_NAME} --resource-keys=resourceType=AWS::IAM::User,resourceId=${UserId}`,
    });
    expect(await makePlan(Runbook, { ...days, DryRun: 'true' })).toMatchObject({
      Outcome: 'DryRun',
      AccessKeyId: OLD,
      NextCommand: 'none',
    });
  });
});

const BY_RULE = [
  ['DeactivateAccessKey', { minimumIdleDays: 'seven' }, 'minimumIdleDays must be a whole number'],
  ['DeactivateAccessKey', { maxInactiveDays: '30' }, 'unknown rule parameter "maxInactiveDays"'],
  ['DeleteInactiveAccessKey', { maxInactiveDays: '91' }, 'from 1 to 90, got "91"'],
  ['DeleteInactiveAccessKey', { minimumIdleDays: '7' }, 'unknown rule parameter "minimumIdleDays"'],
] as const;

describe('the rule by which the planner decides', () => {
  it.each(BY_RULE)('of %s has no parameter like %j', async (Runbook, parameters, message) => {
    await prepare(Runbook);
    setParameters(parameters);
    await expect(makePlan(Runbook)).rejects.toThrow(message);
    expect(operations()).toEqual(['DescribeConfigRules']);
  });

  describe.each(['DeactivateAccessKey', 'DeleteInactiveAccessKey'] as const)('of %s', (Runbook) => {
    beforeEach(() => prepare(Runbook));

    it('must be there', async () => {
      await expect(makePlan(Runbook, { ConfigRuleName: 'no-such-rule' })).rejects.toThrow(
        'does not exist',
      );
    });

    it('must be the one that Config answers with', async () => {
      account.dispatcher.register('config', { DescribeConfigRules: () => ({ ConfigRules: [] }) });
      await expect(makePlan(Runbook)).rejects.toThrow(
        `DescribeConfigRules: expected the rule ${RULE_NAME}, got none`,
      );
    });
  });
});

const remove = (AccessKeyId: string) => {
  const { keys } = alice();
  keys.splice(
    keys.findIndex((key) => key.AccessKeyId === AccessKeyId),
    1,
  );
};

describe('what vanishes between the calls of the planner', () => {
  it('a key, before its last use is asked for: a deactivation takes no other one', async () => {
    await prepare('DeactivateAccessKey');
    beforeFirst(...LAST_USE, () => remove(OLD));
    expect(await deactivation()).toMatchObject({
      Outcome: 'NothingToDo',
      Reason: 'alice has 1 active access key, 1 allowed',
    });
  });

  it('a key that is named, before its last use is asked for', async () => {
    await prepare('DeactivateAccessKey');
    beforeFirst(...LAST_USE, () => remove(OLD));
    expect(await deactivation({ AccessKeyId: OLD })).toMatchObject({
      Outcome: 'Refused',
      Reason: `${OLD} is not an access key of alice`,
    });
  });

  it('the key that would stay: the last active one is not taken', async () => {
    await prepare('DeactivateAccessKey');
    beforeFirst(...LAST_USE, () => remove(NEW));
    expect(await deactivation({ AccessKeyId: OLD })).toMatchObject({
      Outcome: 'Refused',
      Reason: `${OLD} is the last active key of alice`,
    });
  });

  it.each([[TAGS], [LAST_USE]])(
    'a user whose key is to be deactivated, before %j',
    async ([service, operation]) => {
      await prepare('DeactivateAccessKey');
      setParameters({ exemptionTagKey: 'keys-until' });
      beforeFirst(service, operation, removeAlice);
      expect(await deactivation()).toMatchObject({ Outcome: 'Refused', UserName: 'none' });
    },
  );

  it.each([
    [EVENTS, {}, 'NothingToDo'],
    [LAST_USE, {}, 'NothingToDo'],
    [EVENTS, { AccessKeyId: OLD }, 'Refused'],
    [LAST_USE, { AccessKeyId: OLD }, 'Refused'],
  ])(
    'a key that is to be deleted, before %j, asked %j: %s',
    async ([service, operation], input, Outcome) => {
      await prepare('DeleteInactiveAccessKey');
      beforeFirst(service, operation, () => remove(OLD));
      expect(await deletion(input)).toMatchObject({ Outcome, UserName: 'alice' });
    },
  );

  it.each([[EVENTS], [TAGS], [LAST_USE]])(
    'a user whose key is to be deleted, before %j',
    async ([service, operation]) => {
      await prepare('DeleteInactiveAccessKey');
      setParameters({ exemptionTagKey: 'keys-until' });
      beforeFirst(service, operation, removeAlice);
      expect(await deletion()).toMatchObject({
        Outcome: 'Refused',
        UserName: 'none',
        Reason: `no IAM user of this account has the id ${UserId}; it may be deleted`,
      });
    },
  );

  it('a user that IAM lists but does not know, twice: there is no plan of a deletion', async () => {
    await prepare('DeleteInactiveAccessKey');
    setParameters({ exemptionTagKey: 'keys-until' });
    const error = new ServiceError('NoSuchEntity', 'no such user', 404);
    account.faults.fail({ service: 'iam', operation: 'ListUserTags', always: true, error });
    await expect(deletion()).rejects.toThrow('got NoSuchEntity twice');
    const asked = account.dispatcher.calls.filter(({ operation }) => operation === 'ListUserTags');
    expect(asked).toHaveLength(2);
  });
});
