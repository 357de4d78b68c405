import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daysBefore } from '../../support/build.ts';
import { ruleProperties } from '../../support/served-account.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

/** The user of the recorded item. */
const UserId = 'AIDAQO5QBPYFF4ULQRVCE';
const UserName = 'serverless-test';
const twoKeys = [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }];
/** The creation of the recorded notification, in seconds. */
const notified = new Date('2019-10-30T14:27:59.587Z').getTime() / 1000;

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ users: compliantUsers(3) });
});
afterEach(() => rule.close());

const seed = (name = UserName, keys: object[] = twoKeys) =>
  rule.iam.seedUser({ UserName: name, UserId, keys });
const reports = () => rule.batches().map(({ Evaluations }) => Evaluations);
const evaluation = (ComplianceType: string, overrides: object = {}) => ({
  ComplianceResourceType: 'AWS::IAM::User',
  ComplianceResourceId: UserId,
  ComplianceType,
  OrderingTimestamp: notified,
  ...overrides,
});

describe('a change notification', () => {
  it('evaluates one user on its live keys and reports it', async () => {
    seed();
    await rule.change();
    expect(reports()).toEqual([[evaluation('NON_COMPLIANT', { Annotation: expect.any(String) })]]);
    expect(rule.callCounts()).toEqual({
      GetUser: 1,
      ListAccessKeys: 1,
      ListAttachedUserPolicies: 1,
      GetAccessKeyLastUsed: 2,
      GetComplianceDetailsByResource: 1,
      PutEvaluations: 1,
    });
  });

  it.each([null, undefined, '', 'a\nb'])('does not need a valid name: %j', async (resourceName) => {
    seed();
    await rule.change({ resourceName });
    expect(reports()).toMatchObject([[evaluation('NON_COMPLIANT')]]);
  });

  it('evaluates a renamed user, not a new user with the old name', async () => {
    seed('renamed', [{}]);
    rule.iam.seedUser({ UserName, keys: twoKeys });
    await rule.change();
    expect(reports()).toEqual([[evaluation('COMPLIANT')]]);
  });

  it('is NOT_APPLICABLE if no user has the id, even if a user has the name', async () => {
    rule.iam.seedUser({ UserName, keys: twoKeys });
    await rule.change();
    expect(reports()).toEqual([[evaluation('NOT_APPLICABLE')]]);
  });

  it.each([
    ['ResourceNotRecorded', { configurationItemStatus: 'ResourceNotRecorded' }, {}],
    ['an unknown status', { configurationItemStatus: 'ResourceArchived' }, {}],
    ['an item that left the scope', {}, { eventLeftScope: true }],
  ])('evaluates a user that IAM has: %s', async (_, item, outer) => {
    seed();
    await rule.change(item, outer);
    expect(reports()).toMatchObject([[evaluation('NON_COMPLIANT')]]);
  });

  it.each(['ResourceDeleted', 'ResourceDeletedNotRecorded'])(
    'fails and reports nothing if the item is deleted, but IAM has the user: %s',
    async (configurationItemStatus) => {
      seed('renamed');
      await expect(rule.change({ configurationItemStatus })).rejects.toMatchObject({
        name: 'UserNotDeletedError',
        message: `${configurationItemStatus}: expected IAM to have no user with the id ${UserId}, got a user`,
      });
      expect(reports()).toEqual([]);
    },
  );

  it.each(['ResourceDeleted', 'ResourceDeletedNotRecorded', 'ResourceNotRecorded', 'OK'])(
    'is NOT_APPLICABLE if IAM has no such user: %s',
    async (configurationItemStatus) => {
      await rule.change({ configurationItemStatus }, { eventLeftScope: true });
      expect(reports()).toEqual([[evaluation('NOT_APPLICABLE')]]);
    },
  );

  it('fails and reports nothing about a resource of another type', async () => {
    const role = { resourceType: 'AWS::IAM::Role', resourceId: 'AROAEXAMPLE' };
    await expect(rule.change(role)).rejects.toMatchObject({ name: 'InvalidEventError' });
    expect(reports()).toEqual([]);
  });

  it.each(['GetUser', 'ListAccessKeys', 'GetAccessKeyLastUsed', 'GetComplianceDetailsByResource'])(
    'fails and reports nothing if %s fails',
    async (operation) => {
      seed();
      rule.deny(operation.startsWith('GetCompliance') ? 'config' : 'iam', operation);
      await expect(rule.change()).rejects.toThrow('not authorized');
      expect(reports()).toEqual([]);
    },
  );
});

describe('a change notification after a newer run', () => {
  it.each([
    ['1 ms older', -1, 'COMPLIANT'],
    ['as old', 0, 'NON_COMPLIANT'],
    ['1 ms newer', 1, 'NON_COMPLIANT'],
  ])('%s than the recorded result leaves it %s', async (_, milliseconds, expected) => {
    await rule.sweep();
    const [resourceName, now] = ['user-1', rule.clock.now.getTime()];
    rule.rule.whenInvoked = async () => {};
    await rule.call('CreateAccessKey', { UserName: resourceName });

    await rule.changeAt(new Date(now + milliseconds), resourceName);

    expect(rule.recordedTypes()[rule.idOf(resourceName)]).toBe(expected);
    expect(rule.lastLine()).toMatchObject({ isSuperseded: milliseconds < 0 });
  });

  it('ignores the recorded results of other rules', async () => {
    const { now } = rule.clock;
    rule.config.putConfigRule({
      ...ruleProperties('ScheduledNotification'),
      ConfigRuleName: 'other',
    });
    rule.pass({ days: 1 });
    await rule.config.deliverSchedule('other');
    rule.clock.now = now;
    rule.rule.whenInvoked = async () => {};
    await rule.call('CreateAccessKey', { UserName: 'user-1' });

    await rule.changeAt(now, 'user-1');

    expect(rule.recordedTypes()[rule.idOf('user-1')]).toBe('NON_COMPLIANT');
  });

  it('reports its result, then fails, if it receives no list of recorded results', async () => {
    seed();
    rule.interpose('GetComplianceDetailsByResource', () => ({}));
    await expect(rule.change()).rejects.toThrow('expected EvaluationResults, got none');
    expect(reports().at(-1)).toMatchObject([evaluation('NON_COMPLIANT')]);
  });
});
