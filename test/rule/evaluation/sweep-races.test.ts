import { afterEach, describe, expect, it } from 'vitest';
import { daysBefore } from '../../support/build.ts';
import { compliantUsers, type ServedRule, serveRule, usedKey } from '../../support/served-rule.ts';

let rule: ServedRule;
const serve = async (options: Parameters<typeof serveRule>[0]) => {
  // Change notifications would report changes before the sweep does.
  rule = await serveRule({ messageTypes: ['ScheduledNotification'], ...options });
};
const serveSwept = async (options: Parameters<typeof serveRule>[0]) => {
  await serve(options);
  await rule.sweep();
  rule.pass({ hours: 1 });
};
afterEach(() => rule.close());

const alice = { UserName: 'alice', keys: [usedKey(200), usedKey(1)] };
const gone = { UserName: 'gone' };
const lastReport = () => rule.batches().at(-1)?.Evaluations;

/** Acts once, at the first call of an operation for a user: before the response, or after it. */
const during = (
  operation: string,
  act: () => unknown,
  { user, when = 'before' }: { user?: string; when?: 'before' | 'after' } = {},
) => {
  let isDone = false;
  rule.interpose(operation, async (input, proceed) => {
    const isTime =
      !isDone && (user === undefined || (input as { UserName: string }).UserName === user);
    isDone ||= isTime;
    if (isTime && when === 'before') await act();
    const response = await proceed();
    if (isTime && when === 'after') await act();
    return response;
  });
};
const renameTo = (UserName: string, NewUserName: string) => () =>
  rule.call('UpdateUser', { UserName, NewUserName });
const remove = (UserName: string) => () => {
  rule.iam.users.get(UserName)?.keys.splice(0);
  return rule.call('DeleteUser', { UserName });
};

describe('a sweep during which a user is renamed', () => {
  it.each([
    ['ListAccessKeys', {}, 'NON_COMPLIANT'],
    ['GetAccessKeyLastUsed', {}, 'NON_COMPLIANT'],
    ['ListUserTags', { exemptionTagKey: 'keys-until' }, 'COMPLIANT'],
    ['ListAttachedUserPolicies', {}, 'NON_COMPLIANT'],
  ])('evaluates the user by its id: before %s', async (operation, parameters, expected) => {
    const tags = { 'keys-until': '2026-12-31' };
    await serve({ users: [{ ...alice, tags }, ...compliantUsers(3)] });
    rule.setParameters(parameters);
    during(operation, renameTo('alice', 'renamed'));
    await rule.sweep();
    expect(rule.reportedTypes()).toMatchObject({ renamed: expected, 'user-0': 'COMPLIANT' });
  });

  it('does not miss a user that moves to an earlier page', async () => {
    await serveSwept({ pageSize: 2, users: compliantUsers(4) });
    let pages = 0;
    rule.interpose('ListUsers', async (_, proceed) => {
      pages += 1;
      if (pages === 2) await renameTo('user-3', 'a')();
      return proceed();
    });
    await rule.sweep();
    expect(lastReport()).toEqual([]);
  });

  it('evaluates a user once that is listed on two pages', async () => {
    await serve({ users: compliantUsers(3) });
    rule.interpose('ListUsers', (_, proceed) => {
      const page = proceed() as { Users: unknown[] };
      return { ...page, Users: [...page.Users, ...page.Users] };
    });
    await rule.sweep();
    expect(lastReport()).toHaveLength(3);
  });
});

describe('a sweep during which a user or a key is deleted', () => {
  it.each(['ListAccessKeys', 'ListUserTags', 'ListAttachedUserPolicies', 'GetAccessKeyLastUsed'])(
    'reports a user that is deleted before %s as NOT_APPLICABLE',
    async (operation) => {
      await serve({ users: [alice, { UserName: 'bob', keys: [{}] }] });
      rule.setParameters({ exemptionTagKey: 'keys-until' });
      await rule.sweep();
      rule.pass({ hours: 1 });
      const id = rule.idOf('alice');
      during(operation, remove('alice'));
      await rule.sweep();
      expect(rule.reportedTypes()).toEqual({ [id]: 'NOT_APPLICABLE', bob: 'COMPLIANT' });
    },
  );

  it('reports nothing of a deleted user without a recorded result', async () => {
    await serve({ users: [gone, ...compliantUsers(3)] });
    during('ListAccessKeys', remove('gone'), { user: 'gone' });
    await rule.sweep();
    expect(Object.keys(rule.reportedTypes())).toEqual(['user-0', 'user-1', 'user-2']);
  });

  it('evaluates the remaining keys if a key is deleted before its last use is read', async () => {
    await serve({ users: [{ UserName: 'alice', keys: [usedKey(200), usedKey(100), usedKey(1)] }] });
    during('GetAccessKeyLastUsed', () => rule.iam.users.get('alice')?.keys.splice(0, 2));
    await rule.sweep();
    expect(rule.reportedTypes()).toEqual({ alice: 'COMPLIANT' });
  });
});

describe('a sweep during which a newer run reports', () => {
  const bothWays = [true, false];

  it.each(bothWays)(
    'does not replace the newer result (AWS Config drops older results: %j)',
    async (dropsOlderResults) => {
      await serveSwept({ users: [alice, ...compliantUsers(3)], dropsOlderResults });
      rule.setParameters({ minimumIdleDays: '300' });
      const deactivateAndSweep = async () => {
        Object.assign(rule.iam.users.get('alice')?.keys[0] ?? {}, { Status: 'Inactive' });
        rule.pass({ hours: 1 });
        await rule.sweep();
      };
      during('ListAccessKeys', deactivateAndSweep, { user: 'alice', when: 'after' });
      await rule.sweep();
      expect(rule.recordedTypes()[rule.idOf('alice')]).toBe('COMPLIANT');
    },
  );

  it.each(bothWays)(
    'does not report a user again that the newer run has withdrawn (AWS Config drops older results: %j)',
    async (dropsOlderResults) => {
      await serveSwept({ users: [gone, ...compliantUsers(3)], dropsOlderResults });
      const id = rule.idOf('gone');
      rule.pass({ days: 8 });
      const removeAndSweep = async () => {
        await remove('gone')();
        rule.pass({ hours: 1 });
        await rule.sweep();
      };
      during('ListAccessKeys', removeAndSweep, { user: 'gone', when: 'after' });
      await rule.sweep();
      expect(rule.recordedTypes()).not.toHaveProperty(id);
    },
  );

  it('does not withdraw a user that was created meanwhile', async () => {
    await serveSwept({ users: compliantUsers(3), messageTypes: [] });
    const create = async () => {
      rule.pass({ hours: 1 });
      const before = rule.batches().length;
      await rule.call('CreateUser', { UserName: 'new' });
      await expect.poll(() => rule.batches().length).toBe(before + 1);
    };
    during('ListAccessKeys', create);
    await rule.sweep();
    expect(rule.recordedTypes()[rule.idOf('new')]).toBe('COMPLIANT');
  });

  it('corrects what an older run wrote during the sweep', async () => {
    await serveSwept({ users: compliantUsers(2), dropsOlderResults: false });
    const ResultToken = rule.delivered[0]?.resultToken;
    await rule.call('CreateAccessKey', { UserName: 'user-0' });
    let reads = 0;
    rule.interpose('GetComplianceDetailsByConfigRule', async (_, proceed) => {
      reads += 1;
      if (reads === 2) {
        const evaluation = {
          ComplianceResourceType: 'AWS::IAM::User',
          ComplianceResourceId: rule.idOf('user-1'),
          ComplianceType: 'NON_COMPLIANT',
          OrderingTimestamp: daysBefore(1).getTime() / 1000,
        };
        rule.config.operations.PutEvaluations(
          { ResultToken, Evaluations: [evaluation] },
          'older run',
        );
      }
      return proceed();
    });
    await rule.sweep();
    expect(rule.recordedTypes()).toEqual({
      [rule.idOf('user-0')]: 'NON_COMPLIANT',
      [rule.idOf('user-1')]: 'COMPLIANT',
    });
  });
});

describe('a recorded result with a date in the future', () => {
  /** Records a result of a date, which a sweep an hour later finds. */
  const recordOf = async (date: string, dropsOlderResults: boolean) => {
    await serveSwept({ users: [alice, ...compliantUsers(1)], dropsOlderResults });
    const evaluation = {
      ComplianceResourceType: 'AWS::IAM::User',
      ComplianceResourceId: rule.idOf('alice'),
      ComplianceType: 'COMPLIANT',
      OrderingTimestamp: Date.parse(date) / 1000,
    };
    const ResultToken = rule.delivered[0]?.resultToken;
    rule.config.operations.PutEvaluations({ ResultToken, Evaluations: [evaluation] }, 'forger');
  };
  const FORGED = '2099-01-01T00:00:00.000Z';

  it.each([
    ['replaces', false, 'NON_COMPLIANT', []],
    ['drops', true, 'COMPLIANT', ['FutureResultError']],
  ] as const)(
    'makes the sweep fail after its report, again if AWS Config %s results of an earlier date',
    async (...[, dropsOlderResults, type, again]) => {
      await recordOf(FORGED, dropsOlderResults);

      await expect(rule.sweep()).rejects.toThrow(`got COMPLIANT of ${FORGED} (1 such result)`);
      expect(lastReport()).toMatchObject([
        { ComplianceResourceId: rule.idOf('alice'), ComplianceType: 'NON_COMPLIANT' },
      ]);
      expect(rule.recordedTypes()[rule.idOf('alice')]).toBe(type);
      expect(rule.lastLine()).toMatchObject({
        errorType: 'FutureResultError',
        SuccessfulSweeps: 0,
        errorMessage: expect.stringContaining(FORGED),
      });

      rule.pass({ hours: 1 });
      const failures = await rule.sweep().then(
        () => [],
        ({ name }) => [name],
      );
      expect(failures).toEqual(again);
    },
  );

  it('does not make a change notification give way to it', async () => {
    await recordOf(FORGED, false);
    await rule.changeAt(rule.clock.now, 'alice');
    expect(rule.recordedTypes()[rule.idOf('alice')]).toBe('NON_COMPLIANT');
  });

  it.each([
    ['2026-01-31T13:15:00.000Z', 'COMPLIANT'],
    ['2026-01-31T13:15:00.001Z', 'NON_COMPLIANT'],
  ])('is one of more than 15 minutes: %s', async (date, type) => {
    await recordOf(date, false);
    await rule.sweep().catch(() => {});
    expect(rule.recordedTypes()[rule.idOf('alice')]).toBe(type);
  });
});
