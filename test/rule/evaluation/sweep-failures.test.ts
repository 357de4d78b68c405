import { afterEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import { daysBefore } from '../../support/build.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
const serve = async (options: Parameters<typeof serveRule>[0]) => {
  rule = await serveRule({ messageTypes: ['ScheduledNotification'], ...options });
};
afterEach(() => rule.close());

const alice = {
  UserName: 'alice',
  keys: [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }],
};
const gone = { UserName: 'gone' };
const denied = new ServiceError('AccessDenied', 'not authorized', 403);
const always = { always: true };
const refuseKeysOf = (...names: string[]) =>
  rule.interpose('ListAccessKeys', (input, proceed) => {
    if (names.includes((input as { UserName: string }).UserName)) throw denied;
    return proceed();
  });

describe('a sweep with failures', () => {
  it('reports all other users if one user fails', async () => {
    await serve({ users: compliantUsers(40) });
    refuseKeysOf('user-0');
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(Object.keys(rule.reportedTypes())).toHaveLength(39);
    expect(rule.lastLine()).toMatchObject({
      Users: 39,
      failures: 1,
      firstFailure: { errorType: 'AccessDenied', errorMessage: 'not authorized' },
    });
  });

  it('stops after ten failures and sends no empty report', async () => {
    await serve({ users: compliantUsers(200) });
    rule.deny('iam', 'ListAccessKeys', always);
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(rule.batches()).toEqual([]);
    expect(rule.callCounts()['ListAccessKeys']).toBeLessThan(30);
  });

  it('reports the users that were evaluated before ten failures', async () => {
    await serve({ users: compliantUsers(40) });
    rule.deny('iam', 'ListAccessKeys', { nth: 30, always: true });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    const types = Object.values(rule.reportedTypes());
    expect(new Set(types)).toEqual(new Set(['COMPLIANT']));
    expect(types.length).toBeLessThan(30);
  });

  it.each([
    ['a page of the users', 'iam', 'ListUsers', 1],
    ['a later page of the users', 'iam', 'ListUsers', 2],
    ['the recorded results', 'config', 'GetComplianceDetailsByConfigRule', 1],
    ['a later page of them', 'config', 'GetComplianceDetailsByConfigRule', 2],
  ] as const)('reports nothing without %s', async (_, service, operation, nth) => {
    await serve({ pageSize: 2, users: compliantUsers(3) });
    await rule.sweep();
    rule.pass({ days: 8 });
    rule.deny(service, operation, { nth });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(rule.batches()).toHaveLength(1);
  });

  it.each(['ListUserTags', 'ListAttachedUserPolicies', 'GetAccessKeyLastUsed'])(
    'reports nothing of a violator without %s',
    async (operation) => {
      await serve({ users: [alice] });
      rule.setParameters({ exemptionTagKey: 'keys-until' });
      rule.deny('iam', operation);
      await expect(rule.sweep()).rejects.toThrow('not authorized');
      expect(rule.batches()).toEqual([]);
    },
  );

  it('does not report if the recorded results cannot be read again', async () => {
    await serve({ users: compliantUsers(3) });
    rule.deny('config', 'GetComplianceDetailsByConfigRule', { nth: 2 });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(rule.batches()).toEqual([]);
  });

  it('retries throttled calls and evaluates every user', async () => {
    await serve({ pageSize: 10, users: compliantUsers(25) });
    const throttle = (service: 'iam' | 'config', operation: string, nth: number) => {
      const error = new ServiceError('ThrottlingException', 'Rate exceeded');
      rule.faults.fail({ service, operation, nth, error });
    };
    for (const nth of [1, 3]) throttle('iam', 'ListUsers', nth);
    for (const nth of [1, 3]) throttle('iam', 'ListAccessKeys', nth);
    throttle('config', 'PutEvaluations', 1);
    await rule.sweep();
    expect(Object.keys(rule.reportedTypes())).toHaveLength(25);
  });
});

describe('a sweep that cannot tell whether a user was deleted', () => {
  it.each(['ListUsers', 'ListAccessKeys'])('withdraws no user if %s fails', async (operation) => {
    await serve({ users: [gone, ...compliantUsers(3)] });
    await rule.sweep();
    await rule.call('DeleteUser', gone);
    rule.deny('iam', operation, always);
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(Object.keys(rule.recordedTypes())).toHaveLength(4);
  });

  it('withdraws no user if the users cannot be listed again', async () => {
    await serve({ users: [gone, ...compliantUsers(3)] });
    await rule.sweep();
    await rule.call('DeleteUser', gone);
    rule.deny('iam', 'ListUsers', { nth: 2 });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(Object.keys(rule.recordedTypes())).toHaveLength(4);
  });

  it('withdraws no user if a renamed user cannot be read', async () => {
    await serve({ users: [gone, ...compliantUsers(3)] });
    await rule.sweep();
    await rule.call('DeleteUser', gone);
    rule.interpose('ListAccessKeys', async (input, proceed) => {
      const { UserName } = input as { UserName: string };
      if (UserName === 'renamed') throw denied;
      if (UserName === 'user-1')
        await rule.call('UpdateUser', { UserName, NewUserName: 'renamed' });
      return proceed();
    });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(Object.keys(rule.recordedTypes())).toHaveLength(4);
  });

  it('fails if a user is listed but has no keys to list, twice', async () => {
    await serve({ users: [{ UserName: 'odd' }] });
    const error = new ServiceError('NoSuchEntity', 'cannot be found', 404);
    rule.faults.fail({ service: 'iam', operation: 'ListAccessKeys', always: true, error });
    await expect(rule.sweep()).rejects.toThrow('got NoSuchEntity');
    expect(rule.reportedTypes()).toEqual({});
  });
});

describe('a sweep that receives no list of recorded results', () => {
  const operation = 'GetComplianceDetailsByConfigRule';
  /** Returns no list in the first responses. */
  const withoutList = (responses: number) => {
    let count = 0;
    rule.interpose(operation, (_, proceed) => {
      count += 1;
      return count > responses ? proceed() : {};
    });
  };
  const serveSwept = async () => {
    await serve({ users: [gone, ...compliantUsers(3)] });
    await rule.sweep();
    rule.pass({ days: 1 });
    await rule.call('DeleteUser', gone);
  };
  const lastReport = () => rule.batches().at(-1)?.Evaluations;

  it('reports every user, then fails, and a retry withdraws the deleted one', async () => {
    await serveSwept();
    withoutList(2);
    await expect(rule.sweep()).rejects.toThrow(
      `${operation}: expected EvaluationResults, got none`,
    );
    expect(lastReport()).toHaveLength(3);
    expect(rule.lastLine()).toMatchObject({ failures: 1, SuccessfulSweeps: 0 });

    await rule.handler(rule.delivered.at(-1));
    expect(lastReport()).toMatchObject([{ ComplianceType: 'NOT_APPLICABLE' }]);
  });

  it('reports only differences if the list is complete before the report', async () => {
    await serveSwept();
    await rule.call('CreateAccessKey', { UserName: 'user-1' });
    withoutList(1);
    await expect(rule.sweep()).rejects.toThrow('got none');
    expect(lastReport()).toMatchObject([
      { ComplianceResourceId: rule.idOf('user-1'), ComplianceType: 'NON_COMPLIANT' },
    ]);
  });

  it('fails without a report if nothing differs', async () => {
    await serveSwept();
    withoutList(1);
    await expect(rule.sweep()).rejects.toThrow('got none');
    expect(rule.batches()).toHaveLength(1);
  });
});

describe('a sweep whose report fails', () => {
  const error = new ServiceError('InvalidResultTokenException', 'the token is not valid');

  it('throws the error, and logs what failed before', async () => {
    await serve({ users: compliantUsers(40) });
    refuseKeysOf('user-0');
    rule.faults.fail({ service: 'config', operation: 'PutEvaluations', error });
    await expect(rule.sweep()).rejects.toThrow('the token is not valid');
    expect(rule.lastLine()).toMatchObject({ firstFailure: { errorMessage: 'not authorized' } });
  });

  it('sends all batches before it throws what AWS Config refused', async () => {
    await serve({ users: compliantUsers(150) });
    rule.config.failEvaluationsOf(['user-3', 'user-120'].map(rule.idOf));
    await expect(rule.sweep()).rejects.toThrow(
      /^PutEvaluations: expected 150 evaluations to be accepted, got 2 refused: AIDA\w{17}, AIDA\w{17}$/,
    );
    expect(rule.batches()).toHaveLength(2);
  });
});
