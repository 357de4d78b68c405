import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import { daysBefore } from '../../support/build.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

/** The user of the recorded item. */
const UserId = 'AIDAQO5QBPYFF4ULQRVCE';
const UserName = 'serverless-test';
const twoKeys = [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }];
/** When the recorded notification was created, in seconds. */
const notified = new Date('2019-10-30T14:27:59.587Z').getTime() / 1000;

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ users: compliantUsers(3) });
});
afterEach(() => rule.close());

const results = () => rule.batches().map(({ Evaluations }) => Evaluations);
const verdict = (ComplianceType: string, overrides: object = {}) => ({
  ComplianceResourceType: 'AWS::IAM::User',
  ComplianceResourceId: UserId,
  ComplianceType,
  OrderingTimestamp: notified,
  ...overrides,
});

describe('a change notification', () => {
  it('evaluates one user by its live keys, and reports exactly that', async () => {
    rule.iam.seedUser({ UserName, UserId, keys: twoKeys });

    await rule.change();

    expect(results()).toEqual([[verdict('NON_COMPLIANT', { Annotation: expect.any(String) })]]);
    expect(rule.callCounts()).toMatchObject({ GetUser: 1, ListAccessKeys: 1, PutEvaluations: 1 });
    expect(rule.callCounts()['ListUsers']).toBeUndefined();
  });

  it('finds a user that was renamed since, by its id', async () => {
    rule.iam.seedUser({ UserName: 'renamed', UserId, keys: twoKeys });
    await rule.change();
    expect(results()).toMatchObject([[verdict('NON_COMPLIANT')]]);
  });

  it.each([
    ['two lines', 'a\nb'],
    ['a lone surrogate', 'a\ud800'],
    ['129 characters', 'a'.repeat(129)],
  ])('asks IAM for no name that no user can have: %s', async (_, resourceName) => {
    rule.iam.seedUser({ UserName: 'renamed', UserId, keys: twoKeys });
    await rule.change({ resourceName });
    expect(results()).toMatchObject([[verdict('NON_COMPLIANT')]]);
    expect(rule.callCounts()['GetUser']).toBeUndefined();
  });

  it('does not mistake a new user under the old name for it', async () => {
    rule.iam.seedUser({ UserName: 'renamed', UserId, keys: [{}] });
    rule.iam.seedUser({ UserName, keys: twoKeys });
    await rule.change();
    expect(results()).toEqual([[verdict('COMPLIANT')]]);
  });

  it('finds a user that is renamed while it is looked for, and slips between two pages', async () => {
    rule.iam.seedUser({ UserName: 'renamed', UserId, keys: [{}] });
    let listed = 0;
    rule.interpose('ListUsers', (_, proceed) => {
      listed += 1;
      return listed === 1 ? { Users: [], IsTruncated: false } : proceed();
    });
    await rule.change();
    expect(results()).toEqual([[verdict('COMPLIANT')]]);
  });

  it('reports NOT_APPLICABLE when no user has the id, even if one has the name', async () => {
    rule.iam.seedUser({ UserName, keys: twoKeys });
    await rule.change();
    expect(results()).toEqual([[verdict('NOT_APPLICABLE')]]);
  });

  it.each([null, undefined, ''])('needs no name: %j', async (resourceName) => {
    rule.iam.seedUser({ UserName, UserId, keys: [{}] });
    await rule.change({ resourceName });
    expect(results()).toEqual([[verdict('COMPLIANT')]]);
  });

  it.each(['ResourceDeleted', 'ResourceDeletedNotRecorded', 'ResourceNotRecorded'])(
    'reports NOT_APPLICABLE for an item with the status %s, and asks IAM nothing',
    async (configurationItemStatus) => {
      rule.iam.seedUser({ UserName, UserId, keys: twoKeys });
      await rule.change({ configurationItemStatus });
      expect(results()).toEqual([[verdict('NOT_APPLICABLE')]]);
      expect(rule.callCounts()).toEqual({
        GetComplianceDetailsByResource: 1,
        PutEvaluations: 1,
      });
    },
  );

  it('reports NOT_APPLICABLE for an item that left the scope', async () => {
    rule.iam.seedUser({ UserName, UserId, keys: twoKeys });
    await rule.change({}, { eventLeftScope: true });
    expect(results()).toEqual([[verdict('NOT_APPLICABLE')]]);
  });

  it('reports NOT_APPLICABLE for a resource that is no user, by its own type', async () => {
    await rule.change({ resourceType: 'AWS::IAM::Role', resourceId: 'AROAEXAMPLE' });
    expect(results()).toEqual([
      [
        verdict('NOT_APPLICABLE', {
          ComplianceResourceType: 'AWS::IAM::Role',
          ComplianceResourceId: 'AROAEXAMPLE',
        }),
      ],
    ]);
  });

  it('looks again when the user is renamed between the two calls', async () => {
    rule.iam.seedUser({ UserName, UserId, keys: twoKeys });
    rule.interpose('ListAccessKeys', async (input, proceed) => {
      if ((input as { UserName: string }).UserName === UserName) {
        const rename = { operation: 'UpdateUser', input: { UserName, NewUserName: 'renamed' } };
        await rule.dispatcher.call({ ...rename, service: 'iam', principal: 'operator' });
      }
      return proceed();
    });

    await rule.change();

    expect(results()).toContainEqual([expect.objectContaining(verdict('NON_COMPLIANT'))]);
  });

  it.each(['GetUser', 'ListAccessKeys', 'GetAccessKeyLastUsed'])(
    'reports nothing and throws when %s fails',
    async (operation) => {
      rule.iam.seedUser({ UserName, UserId, keys: twoKeys });
      const error = new ServiceError('AccessDenied', 'not authorized', 403);
      rule.faults.fail({ service: 'iam', operation, error });

      await expect(rule.change()).rejects.toThrow('not authorized');

      expect(results()).toEqual([]);
    },
  );

  describe('where Config cannot tell what it holds', () => {
    beforeEach(() => {
      rule.iam.seedUser({ UserName, UserId, keys: twoKeys });
      const error = new ServiceError('AccessDeniedException', 'not authorized', 400);
      const operation = 'GetComplianceDetailsByResource';
      rule.faults.fail({ service: 'config', operation, error });
    });

    it.each([
      ['keys that were read', {}, 'NON_COMPLIANT'],
      ['a deletion', { configurationItemStatus: 'ResourceDeleted' }, 'NOT_APPLICABLE'],
      [
        'a deletion that is not recorded',
        { configurationItemStatus: 'ResourceDeletedNotRecorded' },
        'NOT_APPLICABLE',
      ],
    ])('reports what is certain: %s', async (_, item, expected) => {
      await rule.change(item);
      expect(results()).toMatchObject([[verdict(expected)]]);
    });

    it.each([
      ['is not recorded', { configurationItemStatus: 'ResourceNotRecorded' }, {}],
      ['left the scope', {}, { eventLeftScope: true }],
    ])('takes back nothing of a user that %s but may be back since', async (_, item, outer) => {
      await expect(rule.change(item, outer)).rejects.toThrow('not authorized');
      expect(results()).toEqual([]);
    });
  });

  it('throws when the keys of a listed user are missing twice', async () => {
    rule.iam.seedUser({ UserName, UserId, keys: twoKeys });
    const error = new ServiceError('NoSuchEntity', 'cannot be found', 404);
    rule.faults.fail({ service: 'iam', operation: 'ListAccessKeys', always: true, error });

    await expect(rule.change()).rejects.toThrow('got NoSuchEntity twice');

    expect(results()).toEqual([]);
  });
});
