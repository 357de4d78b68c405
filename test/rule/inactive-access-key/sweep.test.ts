import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { daysBefore, keyId } from '../../support/build.ts';
import { ruleProperties } from '../../support/served-account.ts';
import { type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ createRule: inactiveAccessKeyRule });
});
afterEach(() => rule.close());

const seed = (UserName: string, ...statuses: ('Active' | 'Inactive')[]) =>
  rule.iam.seedUser({
    UserName,
    keys: statuses.map((Status, index) => ({
      AccessKeyId: keyId(`${UserName.toUpperCase()}${index}`),
      Status,
      CreateDate: daysBefore(400),
    })),
  });
/** An operator sets the first key of a user to a status, so many days before `at`. */
const update = async (UserName: string, Status: string, days: number) => {
  const { now } = rule.clock;
  rule.clock.now = daysBefore(days);
  const AccessKeyId = keyId(`${UserName.toUpperCase()}0`);
  const input = { UserName, AccessKeyId, Status };
  await rule.dispatcher.call({
    service: 'iam',
    operation: 'UpdateAccessKey',
    input,
    principal: 'operator',
  });
  rule.clock.now = now;
};
const setParameters = (InputParameters: object) =>
  rule.config.putConfigRule({ ...ruleProperties(), InputParameters });
/** The user is gone, keys and all. */
const forget = (UserName: string) => (rule.iam.users as Map<string, LocalUser>).delete(UserName);
const pass = (minutes: number) => {
  rule.clock.now = new Date(rule.clock.now.getTime() + minutes * 60_000);
};
const types = () =>
  Object.fromEntries(
    Object.entries(rule.reported()).map(([name, { ComplianceType }]) => [name, ComplianceType]),
  );
const annotation = (name: string) => rule.reported()[name]?.Annotation;

describe('a sweep for inactive keys', () => {
  it('tells keys that are inactive for too long, by their events', async () => {
    seed('alice', 'Active', 'Active');
    for (const name of ['bob', 'carol', 'dave']) seed(name, 'Active');
    await update('bob', 'Inactive', 30);
    await update('carol', 'Inactive', 29);
    await update('dave', 'Inactive', 60);
    await update('dave', 'Active', 50);
    await update('dave', 'Inactive', 40);
    seed('erin', 'Inactive');

    await rule.sweep();

    expect(types()).toEqual({
      alice: 'COMPLIANT',
      bob: 'NON_COMPLIANT',
      carol: 'COMPLIANT',
      dave: 'NON_COMPLIANT',
      erin: 'NON_COMPLIANT',
    });
    expect(annotation('dave')).toContain(`${keyId('DAVE0')} inactive since 2025-12-22.`);
    expect(annotation('erin')).toContain(`${keyId('ERIN0')} inactive for at least 90 days.`);
  });

  it('reads the history once, whatever the number of keys, and not without any', async () => {
    seed('alice', 'Active');
    await rule.sweep();
    expect(rule.callCounts()['LookupEvents']).toBeUndefined();
    for (const name of ['bob', 'carol', 'dave']) seed(name, 'Inactive');
    await rule.sweep();
    expect(rule.callCounts()['LookupEvents']).toBe(1);
  });

  it('asks for the last use of a key without an event once, and for no other', async () => {
    seed('alice', 'Inactive');
    seed('bob', 'Active');
    await update('bob', 'Inactive', 40);
    await rule.sweep();
    pass(24 * 60);
    await rule.sweep();
    expect(rule.callCounts()).toMatchObject({ GetAccessKeyLastUsed: 1, LookupEvents: 2 });
    expect(rule.heldVerdicts()).toEqual(
      Object.fromEntries(
        [...rule.iam.users.values()].map(({ UserId }) => [UserId, 'NON_COMPLIANT']),
      ),
    );
  });

  it('reads the history after the keys of every user', async () => {
    for (let index = 0; index < 25; index += 1) seed(`user${index}`, 'Inactive');
    await rule.sweep();
    const operations = rule.dispatcher.calls.map(({ operation }) => operation);
    expect(operations.indexOf('LookupEvents')).toBeGreaterThan(
      operations.lastIndexOf('ListAccessKeys'),
    );
  });

  it('finds a key that was deactivated while the sweep read other users', async () => {
    seed('alice', 'Inactive');
    seed('bob', 'Active');
    let listed = 0;
    rule.interpose('ListAccessKeys', async (_, proceed) => {
      listed += 1;
      if (listed === 2) await update('bob', 'Inactive', 0);
      return proceed();
    });
    await rule.sweep();
    expect(types()).toEqual({ alice: 'NON_COMPLIANT', bob: 'COMPLIANT' });
    expect(annotation('bob')).toContain(
      `${keyId('BOB0')} inactive since 2026-01-31. Allowed until`,
    );
  });

  it('does not take a deactivation whose event is not visible yet for an old one', async () => {
    const alice = seed('alice', 'Active');
    await rule.sweep();
    const [key] = alice.keys;
    if (key !== undefined) key.Status = 'Inactive';
    pass(1);
    await rule.sweep();
    const unknown = 'inactive, unknown since when (active on 2026-01-31, no event since)';
    expect(annotation('alice')).toContain(unknown);
    expect(types()).toEqual({ alice: 'COMPLIANT' });
    // However late the event is: for 90 days everybody knows that the key was active in them.
    for (const days of [1, 88, 1]) {
      pass(days * 24 * 60);
      await rule.sweep();
      expect(annotation('alice')).toContain(unknown);
    }
    pass(24 * 60);
    await rule.sweep();
    expect(types()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it('does not take a key that was used lately for an old one, on its first look', async () => {
    const lastUsed = { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' };
    rule.iam.seedUser({
      UserName: 'alice',
      keys: [{ Status: 'Inactive', CreateDate: daysBefore(400), lastUsed }],
    });
    await rule.sweep();
    expect(types()).toEqual({ alice: 'COMPLIANT' });
    // Nor on a later one: an event is missing, whatever the reason.
    pass(60);
    await rule.sweep();
    expect(types()).toEqual({ alice: 'COMPLIANT' });
  });

  it('reports nothing twice while nothing changes', async () => {
    for (const name of ['alice', 'bob']) seed(name, 'Active');
    await update('bob', 'Inactive', 10);
    seed('carol', 'Inactive');
    await rule.sweep();
    const before = rule.batches().flatMap(({ Evaluations }) => Evaluations).length;
    pass(24 * 60);
    await rule.sweep();
    expect(rule.batches().flatMap(({ Evaluations }) => Evaluations)).toHaveLength(before);
  });

  it('reads tags only of users that are NON_COMPLIANT without', async () => {
    setParameters({ exemptionTagKey: 'keys-until', maxInactiveDays: '10' });
    seed('alice', 'Active');
    await update('alice', 'Inactive', 9);
    const bob = seed('bob', 'Inactive');
    bob.tags.set('keys-until', { Key: 'keys-until', Value: '2026-12-31' });
    await rule.sweep();
    expect(rule.callCounts()['ListUserTags']).toBe(1);
    expect(types()).toEqual({ alice: 'COMPLIANT', bob: 'COMPLIANT' });
    expect(annotation('bob')).toContain('Exempt until 2026-12-31 by the tag keys-until: ');
  });

  it('reports nobody whose verdict needs a history that cannot be read, and fails', async () => {
    seed('alice', 'Active');
    seed('bob', 'Inactive');
    const error = new ServiceError('AccessDeniedException', 'no', 400);
    rule.faults.fail({ service: 'cloudtrail', operation: 'LookupEvents', always: true, error });
    await expect(rule.sweep()).rejects.toThrow('no');
    expect(types()).toEqual({ alice: 'COMPLIANT' });
    rule.faults.clear();
    await rule.sweep();
    expect(types()).toEqual({ alice: 'COMPLIANT', bob: 'NON_COMPLIANT' });
  });

  it('looks again for a user that vanishes between its keys and its last use', async () => {
    seed('alice', 'Inactive');
    seed('bob', 'Active');
    rule.interpose('LookupEvents', (_, proceed) => {
      forget('alice');
      return proceed();
    });
    await rule.sweep();
    expect(types()).toEqual({ bob: 'COMPLIANT' });
  });
});

describe('a change notification for the rule on inactive keys', () => {
  const UserId = 'AIDAQO5QBPYFF4ULQRVCE';
  const UserName = 'serverless-test';
  const seedChanged = (Status: 'Active' | 'Inactive') =>
    rule.iam.seedUser({ UserName, UserId, keys: [{ Status, CreateDate: new Date('2010-01-01') }] });

  it('evaluates the one user, by the history and by what Config holds', async () => {
    seedChanged('Inactive');
    await rule.change();
    expect(rule.reported()[UserName]).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining('inactive for at least 90 days'),
    });
    expect(rule.callCounts()).toMatchObject({ LookupEvents: 1, GetComplianceDetailsByResource: 2 });
  });

  it('needs no history of a user whose keys are active', async () => {
    seedChanged('Active');
    await rule.change();
    expect(rule.reported()[UserName]?.ComplianceType).toBe('COMPLIANT');
    expect(rule.callCounts()['LookupEvents']).toBeUndefined();
  });

  it.each(['LookupEvents', 'GetComplianceDetailsByResource'])(
    'fails without %s',
    async (operation) => {
      seedChanged('Inactive');
      const service = operation === 'LookupEvents' ? 'cloudtrail' : 'config';
      const error = new ServiceError('AccessDeniedException', 'no', 400);
      rule.faults.fail({ service, operation, always: true, error });
      await expect(rule.change()).rejects.toThrow('no');
      expect(rule.reported()).toEqual({});
    },
  );

  it('fails when the user is gone between its keys and the end, so that Lambda tries again', async () => {
    seedChanged('Inactive');
    setParameters({ exemptionTagKey: 'keys-until' });
    rule.interpose('LookupEvents', (_, proceed) => {
      forget(UserName);
      return proceed();
    });
    await expect(rule.change()).rejects.toThrow('ListAccessKeys: expected the keys of user');
  });
});

describe('the parameters of the rule on inactive keys', () => {
  it('are refused by name, and nothing is reported', async () => {
    seed('alice', 'Inactive');
    setParameters({ maxInactiveDays: '91' });
    await expect(rule.sweep()).rejects.toThrow(
      'maxInactiveDays must be a whole number of days from 1 to 90, got "91"',
    );
    expect(rule.batches()).toEqual([]);
  });
});
