import { afterEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalAccessKey, UserSeed } from '../../local-account/iam/users.ts';
import { at, daysBefore } from '../../support/build.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
const serve = async (options: Parameters<typeof serveRule>[0]) => {
  rule = await serveRule(options);
  return rule;
};
afterEach(() => rule.close());

const denied = new ServiceError('AccessDenied', 'not authorized', 403);
const used = (days: number): Partial<LocalAccessKey> => ({
  CreateDate: daysBefore(400),
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
const inactive: Partial<LocalAccessKey> = { Status: 'Inactive' };
const verdicts = () =>
  Object.fromEntries(
    Object.entries(rule.reported()).map(([name, { ComplianceType }]) => [name, ComplianceType]),
  );

describe('a sweep', () => {
  it('evaluates every shape of user right, on pages of two', async () => {
    const users: [UserSeed, string][] = [
      [{ UserName: 'bob', keys: [{}] }, 'COMPLIANT'],
      [{ UserName: 'bobby', keys: [used(100), used(1)] }, 'NON_COMPLIANT'],
      [{ UserName: 'carol', Path: '/team/a/', keys: [used(100), used(1)] }, 'NON_COMPLIANT'],
      [{ UserName: 'carol,dave=x+y@z', keys: [used(100), used(1)] }, 'NON_COMPLIANT'],
      [{ UserName: 'third', keys: [inactive, used(100), used(1)] }, 'NON_COMPLIANT'],
      [{ UserName: 'expired', keys: [{ Status: 'Expired' }, {}] }, 'COMPLIANT'],
      [{ UserName: 'off', keys: [inactive, inactive] }, 'COMPLIANT'],
      [{ UserName: 'none' }, 'COMPLIANT'],
      [
        { UserName: 'eight', keys: Array.from({ length: 8 }, (_, day) => used(day + 10)) },
        'NON_COMPLIANT',
      ],
    ];
    await serve({ pageSize: 2, users: users.map(([user]) => user) });

    await rule.sweep();

    expect(verdicts()).toEqual(
      Object.fromEntries(users.map(([user, verdict]) => [user.UserName, verdict])),
    );
  });

  it.each([1, 2])('evaluates an account of %d users', async (count) => {
    await serve({ users: compliantUsers(count) });
    await rule.sweep();
    expect(Object.keys(verdicts())).toHaveLength(count);
  });

  it('answers Config for an empty account too', async () => {
    await serve({});
    await rule.sweep();
    expect(rule.batches()).toMatchObject([{ Evaluations: [] }]);
  });

  it.each([
    [99, [99]],
    [100, [100]],
    [101, [100, 1]],
    [205, [100, 100, 5]],
  ])('reports %d users in batches of %j', async (count, sizes) => {
    await serve({ users: compliantUsers(count) });
    await rule.sweep();
    expect(rule.batches().map(({ Evaluations }) => Evaluations.length)).toEqual(sizes);
  });

  it('reports the evidence, ordered by the instant of the notification', async () => {
    await serve({ users: [{ UserName: 'alice', keys: [used(200), used(1)] }] });
    const [old, recent] = rule.iam.users.get('alice')?.keys ?? [];

    await rule.sweep();

    expect(rule.reported()['alice']).toEqual({
      ComplianceResourceType: 'AWS::IAM::User',
      ComplianceResourceId: rule.iam.users.get('alice')?.UserId,
      ComplianceType: 'NON_COMPLIANT',
      Annotation: `2 active access keys, 1 allowed. Deactivate ${old?.AccessKeyId}: idle since 2025-07-15 (last used). Keep ${recent?.AccessKeyId}: last used 2026-01-30. minimumIdleDays 7, UTC dates.`,
      OrderingTimestamp: at.getTime() / 1000,
    });
  });

  it('asks for the last use of the active keys of a violation, and of no other key', async () => {
    const violation = { UserName: 'alice', keys: [used(200), used(1), inactive] };
    await serve({ users: [...compliantUsers(20), violation] });

    await rule.sweep();

    expect(rule.callCounts()).toEqual({
      GetComplianceDetailsByConfigRule: 2,
      ListUsers: 1,
      ListAccessKeys: 21,
      GetAccessKeyLastUsed: 2,
      PutEvaluations: 1,
    });
  });

  it('goes on after throttled calls, and misses nobody', async () => {
    await serve({ pageSize: 10, users: compliantUsers(25) });
    for (const operation of ['ListUsers', 'ListAccessKeys'])
      for (const nth of [1, 3])
        rule.faults.fail({
          service: 'iam',
          operation,
          nth,
          error: new ServiceError('Throttling', 'Rate exceeded'),
        });
    const error = new ServiceError('ThrottlingException', 'Rate exceeded');
    rule.faults.fail({ service: 'config', operation: 'PutEvaluations', error });

    await rule.sweep();

    expect(Object.keys(verdicts())).toHaveLength(25);
  });
});

describe('a sweep while users come and go', () => {
  /** Does something when the keys of a user are asked for the first time, before the answer. */
  const beforeKeysOf = (UserName: string, act: () => Promise<unknown>) => {
    let done = false;
    rule.interpose('ListAccessKeys', async (input, proceed) => {
      if (!done && (input as { UserName: string }).UserName === UserName) {
        done = true;
        await act();
      }
      return proceed();
    });
  };
  // A deletion would reach the rule as a change too.
  const onSchedule = ['ScheduledNotification'];
  const call = (operation: string, input: object) => () =>
    rule.dispatcher.call({ service: 'iam', operation, input, principal: 'operator' });

  it('evaluates a user that was renamed meanwhile, under its id', async () => {
    await serve({
      messageTypes: onSchedule,
      users: [{ UserName: 'old', keys: [used(200), used(1)] }, ...compliantUsers(3)],
    });
    beforeKeysOf('old', call('UpdateUser', { UserName: 'old', NewUserName: 'new' }));

    await rule.sweep();

    expect(verdicts()).toMatchObject({ new: 'NON_COMPLIANT', 'user-0': 'COMPLIANT' });
  });

  it('reports a user that was deleted meanwhile as NOT_APPLICABLE, after it looked again', async () => {
    await serve({ messageTypes: onSchedule, users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
    const id = rule.iam.users.get('gone')?.UserId ?? '';
    await rule.sweep();
    beforeKeysOf('gone', call('DeleteUser', { UserName: 'gone' }));

    await rule.sweep();

    expect(verdicts()).toMatchObject({ [id]: 'NOT_APPLICABLE', 'user-2': 'COMPLIANT' });
    // One of the sweep before, the sweep's own, and two without the user that it had listed.
    expect(rule.callCounts()['ListUsers']).toBe(4);
  });

  it('says nothing of a user of whom Config holds nothing when it was deleted meanwhile', async () => {
    await serve({ messageTypes: onSchedule, users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
    beforeKeysOf('gone', call('DeleteUser', { UserName: 'gone' }));

    await rule.sweep();

    expect(Object.keys(verdicts())).toEqual(['user-0', 'user-1', 'user-2']);
  });

  it('reports nothing of a deleted user when it cannot look again', async () => {
    await serve({ messageTypes: onSchedule, users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
    beforeKeysOf('gone', call('DeleteUser', { UserName: 'gone' }));
    rule.faults.fail({ service: 'iam', operation: 'ListUsers', nth: 2, error: denied });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(Object.values(verdicts())).toEqual(['COMPLIANT', 'COMPLIANT', 'COMPLIANT']);
  });

  it('throws when a user stays listed but has no keys to list, rather than guess', async () => {
    await serve({ users: [{ UserName: 'odd' }] });
    const error = new ServiceError('NoSuchEntity', 'cannot be found', 404);
    rule.faults.fail({ service: 'iam', operation: 'ListAccessKeys', always: true, error });

    await expect(rule.sweep()).rejects.toThrow('NoSuchEntity twice');

    expect(verdicts()).toEqual({});
  });

  it.each(['a key', 'the user'])(
    'decides on what is left when %s is deleted before its last use is asked for',
    async (what) => {
      const keys = [used(200), used(100), used(1)];
      await serve({
        messageTypes: onSchedule,
        users: [{ UserName: 'alice', keys }, ...compliantUsers(3)],
      });
      const alice = rule.iam.users.get('alice');
      await rule.sweep();
      rule.clock.now = daysBefore(-8);
      let done = false;
      rule.interpose('GetAccessKeyLastUsed', async (_, proceed) => {
        if (!done) {
          done = true;
          alice?.keys.splice(0, what === 'a key' ? 2 : 3);
          if (what === 'the user') await call('DeleteUser', { UserName: 'alice' })();
        }
        return proceed();
      });

      await rule.sweep();

      const expected =
        what === 'a key' ? { alice: 'COMPLIANT' } : { [alice?.UserId ?? '']: 'NOT_APPLICABLE' };
      expect(verdicts()).toMatchObject({ ...expected, 'user-2': 'COMPLIANT' });
    },
  );

  it('counts a user once that is listed on two pages', async () => {
    await serve({ users: compliantUsers(3) });
    rule.interpose('ListUsers', (_, proceed) => {
      const page = proceed() as { Users: unknown[] };
      return { ...page, Users: [...page.Users, ...page.Users] };
    });

    await rule.sweep();

    expect(rule.batches().map(({ Evaluations }) => Evaluations.length)).toEqual([3]);
  });
});

describe('a sweep that fails', () => {
  it('for one user reports all the others, and throws', async () => {
    await serve({ users: compliantUsers(40) });
    rule.interpose('ListAccessKeys', (input, proceed) => {
      if ((input as { UserName: string }).UserName === 'user-0') throw denied;
      return proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(Object.keys(verdicts())).toHaveLength(39);
    expect(JSON.parse(rule.lines.join())).toMatchObject({ Users: 39, failures: 1 });
  });

  it('for ten users stops, as the next would fail too', async () => {
    await serve({ users: compliantUsers(200) });
    rule.interpose('ListAccessKeys', () => {
      throw denied;
    });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(rule.batches()).toEqual([]);
    expect(rule.callCounts()['ListAccessKeys']).toBeLessThan(30);
  });

  it.each(['AccessDenied', 'ServiceFailure'])(
    'reports what it had evaluated, nothing of the others, and throws: %s',
    async (code) => {
      await serve({ users: compliantUsers(40) });
      const error = new ServiceError(code, 'no keys for you', 403);
      rule.faults.fail({
        service: 'iam',
        operation: 'ListAccessKeys',
        nth: 30,
        always: true,
        error,
      });

      await expect(rule.sweep()).rejects.toThrow('no keys for you');

      const values = Object.values(verdicts());
      expect(new Set(values)).toEqual(new Set(['COMPLIANT']));
      expect(values.length).toBeLessThan(30);
    },
  );

  it.each([1, 2])('reports nothing when page %d of the users cannot be read', async (nth) => {
    await serve({ pageSize: 2, users: compliantUsers(3) });
    rule.faults.fail({ service: 'iam', operation: 'ListUsers', nth, error: denied });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(rule.batches()).toEqual([]);
  });

  it('reports no verdict on a violation whose evidence cannot be read', async () => {
    await serve({ users: [{ UserName: 'alice', keys: [used(200), used(1)] }] });
    rule.faults.fail({ service: 'iam', operation: 'GetAccessKeyLastUsed', nth: 2, error: denied });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(rule.batches()).toEqual([]);
  });

  it('says what a sweep failed of even when its report fails too', async () => {
    await serve({ users: compliantUsers(40) });
    rule.faults.fail({ service: 'iam', operation: 'ListAccessKeys', nth: 30, error: denied });
    const error = new ServiceError('InvalidResultTokenException', 'the token is not valid');
    rule.faults.fail({ service: 'config', operation: 'PutEvaluations', error });

    await expect(rule.sweep()).rejects.toThrow('the token is not valid');

    expect(rule.lines.join()).toContain('not authorized');
  });

  it('throws what Config refused, after it was told all', async () => {
    await serve({ users: compliantUsers(150) });
    const ids = ['user-3', 'user-120'].map((name) => rule.iam.users.get(name)?.UserId ?? '');
    rule.config.failEvaluationsOf(ids);

    await expect(rule.sweep()).rejects.toThrow(
      /^PutEvaluations: expected 150 evaluations to be taken, got 2 refused: AIDA\w{17}, AIDA\w{17}$/,
    );

    expect(rule.batches()).toHaveLength(2);
  });

  it('throws when Config refuses the call', async () => {
    await serve({ users: compliantUsers(1) });
    const error = new ServiceError('InvalidResultTokenException', 'the token is not valid');
    rule.faults.fail({ service: 'config', operation: 'PutEvaluations', error });
    await expect(rule.sweep()).rejects.toThrow('the token is not valid');
  });
});
