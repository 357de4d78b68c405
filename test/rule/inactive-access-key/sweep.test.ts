import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inactiveAccessKeyRule } from '../../../rule/inactive-access-key/rule.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { daysBefore, keyId } from '../../support/build.ts';
import { type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ createRule: inactiveAccessKeyRule });
});
afterEach(() => rule.close());

const keyOf = (UserName: string, index = 0) => keyId(`${UserName.toUpperCase()}${index}`);
const seed = (UserName: string, ...statuses: ('Active' | 'Inactive')[]) =>
  rule.iam.seedUser({
    UserName,
    keys: statuses.map((Status, index) => ({
      AccessKeyId: keyOf(UserName, index),
      Status,
      CreateDate: daysBefore(400),
    })),
  });
/** An operator sets the first key of a user to a status some days before `at`. */
const update = async (UserName: string, Status: string, days: number) => {
  const { now } = rule.clock;
  rule.clock.now = daysBefore(days);
  await rule.call('UpdateAccessKey', { UserName, AccessKeyId: keyOf(UserName), Status });
  rule.clock.now = now;
};
/** Removes a user with its keys. */
const remove = (UserName: string) => (rule.iam.users as Map<string, LocalUser>).delete(UserName);
const annotation = (name: string) => rule.reported()[name]?.Annotation;

describe('a sweep', () => {
  it('finds keys that have been inactive for too long by their events', async () => {
    seed('alice', 'Active', 'Active');
    for (const name of ['bob', 'carol', 'dave']) seed(name, 'Active');
    await update('bob', 'Inactive', 30);
    await update('carol', 'Inactive', 29);
    await update('dave', 'Inactive', 60);
    await update('dave', 'Active', 50);
    await update('dave', 'Inactive', 40);
    seed('erin', 'Inactive');

    await rule.sweep();

    expect(rule.reportedTypes()).toEqual({
      alice: 'COMPLIANT',
      bob: 'NON_COMPLIANT',
      carol: 'COMPLIANT',
      dave: 'NON_COMPLIANT',
      erin: 'NON_COMPLIANT',
    });
    expect(annotation('dave')).toContain(`${keyOf('dave')} has been inactive since 2025-12-22.`);
    expect(annotation('erin')).toContain(`${keyOf('erin')} has been inactive for at least 90 days`);
  });

  it('reports nothing without a list of recorded results, because it concludes from them', async () => {
    seed('alice', 'Inactive');
    rule.interpose('GetComplianceDetailsByConfigRule', () => ({}));
    await expect(rule.sweep()).rejects.toThrow('expected EvaluationResults, got none');
    expect(rule.batches()).toEqual([]);
  });

  it('reads the history once, if there is an inactive key', async () => {
    seed('alice', 'Active');
    await rule.sweep();
    expect(rule.callCounts()['LookupEvents']).toBeUndefined();
    for (const name of ['bob', 'carol', 'dave']) seed(name, 'Inactive');
    await rule.sweep();
    expect(rule.callCounts()['LookupEvents']).toBe(1);
  });

  it('reads the last use of a key without an event once, and of no other key', async () => {
    seed('alice', 'Inactive');
    seed('bob', 'Active');
    await update('bob', 'Inactive', 40);
    await rule.sweep();
    rule.pass({ days: 1 });
    await rule.sweep();
    expect(rule.callCounts()).toMatchObject({ GetAccessKeyLastUsed: 1, LookupEvents: 2 });
    expect(Object.values(rule.recordedTypes())).toEqual(['NON_COMPLIANT', 'NON_COMPLIANT']);
  });

  it('reads the history after the keys of all users', async () => {
    for (let index = 0; index < 25; index += 1) seed(`user${index}`, 'Inactive');
    await rule.sweep();
    const operations = rule.dispatcher.calls.map(({ operation }) => operation);
    expect(operations.indexOf('LookupEvents')).toBeGreaterThan(
      operations.lastIndexOf('ListAccessKeys'),
    );
  });

  it('finds a key that is deactivated during the sweep', async () => {
    seed('alice', 'Inactive');
    seed('bob', 'Active');
    let listed = 0;
    rule.interpose('ListAccessKeys', async (_, proceed) => {
      listed += 1;
      if (listed === 2) await update('bob', 'Inactive', 0);
      return proceed();
    });
    await rule.sweep();
    expect(rule.reportedTypes()).toEqual({ alice: 'NON_COMPLIANT', bob: 'COMPLIANT' });
    expect(annotation('bob')).toContain(
      `${keyOf('bob')} has been inactive since 2026-01-31. Allowed until`,
    );
  });

  it('treats a deactivation without a visible event as recent for 90 days', async () => {
    const alice = seed('alice', 'Active');
    await rule.sweep();
    for (const key of alice.keys) key.Status = 'Inactive';
    rule.pass({ hours: 1 });
    await rule.sweep();
    for (const days of [0, 1, 88, 1]) {
      rule.pass({ days });
      await rule.sweep();
      expect(annotation('alice')).toContain('is inactive and was active on 2026-01-31.');
      expect(rule.reportedTypes()).toEqual({ alice: 'COMPLIANT' });
    }
    rule.pass({ days: 1 });
    await rule.sweep();
    expect(rule.reportedTypes()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it('treats a key that was used within 90 days as recently active, in every sweep', async () => {
    const lastUsed = { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' };
    const key = { Status: 'Inactive', CreateDate: daysBefore(400), lastUsed } as const;
    rule.iam.seedUser({ UserName: 'alice', keys: [key] });
    for (const hours of [0, 1]) {
      rule.pass({ hours });
      await rule.sweep();
      expect(rule.reportedTypes()).toEqual({ alice: 'COMPLIANT' });
    }
  });

  it('reports nothing while nothing changes', async () => {
    for (const name of ['alice', 'bob']) seed(name, 'Active');
    await update('bob', 'Inactive', 10);
    seed('carol', 'Inactive');
    await rule.sweep();
    rule.pass({ days: 1 });
    await rule.sweep();
    expect(rule.batches().map(({ Evaluations }) => Evaluations.length)).toEqual([3, 0]);
  });

  it('reads only tags that can exempt', async () => {
    rule.setParameters({ exemptionTagKey: 'keys-until', maxInactiveDays: '10' });
    seed('alice', 'Active');
    await update('alice', 'Inactive', 9);
    const bob = seed('bob', 'Inactive');
    bob.tags.set('keys-until', { Key: 'keys-until', Value: '2026-12-31' });
    await rule.sweep();
    expect(rule.callCounts()['ListUserTags']).toBe(1);
    expect(rule.reportedTypes()).toEqual({ alice: 'COMPLIANT', bob: 'COMPLIANT' });
    expect(annotation('bob')).toContain('Exempt until 2026-12-31 by the tag keys-until: ');
  });

  it('fails without the history, and reports users that do not depend on it', async () => {
    seed('alice', 'Active');
    seed('bob', 'Inactive');
    rule.deny('cloudtrail', 'LookupEvents', { always: true });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(rule.reportedTypes()).toEqual({ alice: 'COMPLIANT' });
    rule.faults.clear();
    await rule.sweep();
    expect(rule.reportedTypes()).toEqual({ alice: 'COMPLIANT', bob: 'NON_COMPLIANT' });
  });

  it('reports no user that is deleted after its keys were read', async () => {
    seed('alice', 'Inactive');
    seed('bob', 'Active');
    rule.interpose('LookupEvents', (_, proceed) => {
      remove('alice');
      return proceed();
    });
    await rule.sweep();
    expect(rule.reportedTypes()).toEqual({ bob: 'COMPLIANT' });
  });

  it('refuses parameters out of bounds and reports nothing', async () => {
    seed('alice', 'Inactive');
    rule.setParameters({ maxInactiveDays: '91' });
    await expect(rule.sweep()).rejects.toThrow('maxInactiveDays must be a whole number of days');
    expect(rule.batches()).toEqual([]);
  });
});

describe('a change notification', () => {
  const UserName = 'serverless-test';
  const seedChanged = (Status: 'Active' | 'Inactive') =>
    rule.iam.seedUser({
      UserName,
      UserId: 'AIDAQO5QBPYFF4ULQRVCE',
      keys: [{ Status, CreateDate: new Date('2010-01-01') }],
    });

  it('evaluates one user by the history and the recorded result', async () => {
    seedChanged('Inactive');
    await rule.change();
    expect(rule.reported()[UserName]).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Annotation: expect.stringContaining('inactive for at least 90 days'),
    });
    expect(rule.callCounts()).toMatchObject({ LookupEvents: 1, GetComplianceDetailsByResource: 2 });
  });

  it('does not read the history of a user without an inactive key', async () => {
    seedChanged('Active');
    await rule.change();
    expect(rule.reportedTypes()).toEqual({ [UserName]: 'COMPLIANT' });
    expect(rule.callCounts()['LookupEvents']).toBeUndefined();
  });

  it.each([
    ['cloudtrail', 'LookupEvents'],
    ['config', 'GetComplianceDetailsByResource'],
  ] as const)('fails without %s:%s', async (service, operation) => {
    seedChanged('Inactive');
    rule.deny(service, operation, { always: true });
    await expect(rule.change()).rejects.toThrow('not authorized');
    expect(rule.batches()).toEqual([]);
  });

  it('reports NOT_APPLICABLE if the user is deleted after its keys were read', async () => {
    seedChanged('Inactive');
    rule.setParameters({ exemptionTagKey: 'keys-until' });
    rule.interpose('LookupEvents', (_, proceed) => {
      remove(UserName);
      return proceed();
    });
    await rule.change();
    expect(Object.values(rule.reportedTypes())).toEqual(['NOT_APPLICABLE']);
  });
});
