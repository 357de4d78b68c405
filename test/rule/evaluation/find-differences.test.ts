import { afterEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { UserSeed } from '../../local-account/iam/users.ts';
import { asSent, daysBefore, recordedEvent } from '../../support/build.ts';
import { RULE_NAME, ruleProperties } from '../../support/served-account.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
/** A rule without change notifications, that has swept these users once, an hour ago. */
const sweptOnce = async (options: Parameters<typeof serveRule>[0]) => {
  rule = await serveRule({ messageTypes: ['ScheduledNotification'], ...options });
  await rule.sweep();
  later(1);
};
afterEach(() => rule.close());

const later = (hours: number) => {
  rule.clock.now = new Date(rule.clock.now.getTime() + hours * 3_600_000);
};
const call = (operation: string, input: object) =>
  rule.dispatcher.call({ service: 'iam', operation, input, principal: 'operator' });
const idOf = (name: string) => rule.iam.users.get(name)?.UserId ?? '';

const violation: UserSeed = {
  UserName: 'alice',
  keys: [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }],
};

/** What the next sweep sends, by user id, and its calls. */
const nextSweep = async () => {
  const [batches, calls] = [rule.batches().length, rule.callCounts()];
  await rule.sweep();
  const sent = rule.batches().slice(batches);
  const count = (name: string) => (rule.callCounts()[name] ?? 0) - (calls[name] ?? 0);
  const evaluations = sent.flatMap(({ Evaluations }) => Evaluations);
  return {
    batches: sent.length,
    sent: Object.fromEntries(
      evaluations.map(({ ComplianceResourceId = '', ComplianceType }) => [
        ComplianceResourceId,
        ComplianceType,
      ]),
    ),
    count,
  };
};

describe('a sweep with nothing changed', () => {
  it('sends one empty report, and asks for no last use', async () => {
    await sweptOnce({ users: [...compliantUsers(120), violation] });

    const { batches, sent, count } = await nextSweep();

    expect({ batches, sent }).toEqual({ batches: 1, sent: {} });
    expect(count('GetAccessKeyLastUsed')).toBe(0);
    expect(count('ListAccessKeys')).toBe(121);
    expect(count('ListUsers')).toBe(1);
    // Two pages of a hundred, read once: there is nothing to be overtaken.
    expect(count('GetComplianceDetailsByConfigRule')).toBe(2);
  });

  it('keeps the evidence of a violation word for word, although its use is not asked for', async () => {
    const used = (days: number) => ({
      CreateDate: daysBefore(400),
      lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
    });
    await sweptOnce({ users: [{ UserName: 'alice', keys: [used(200), used(1)] }] });
    expect(rule.reported()['alice']?.Annotation).toContain('(last used)');
    expect((await nextSweep()).sent).toEqual({});
  });

  it('leaves the evidence of a violation as it is until it is refreshDays old, then asks again', async () => {
    await sweptOnce({ users: [violation] });
    const LastUsedDate = daysBefore(-1);
    Object.assign(rule.iam.users.get('alice')?.keys[1] ?? {}, {
      lastUsed: { LastUsedDate, ServiceName: 's3', Region: 'us-east-1' },
    });
    later(7 * 24 - 2);
    expect((await nextSweep()).sent).toEqual({});
    later(1);

    const { sent, count } = await nextSweep();

    expect(sent).toEqual({ [idOf('alice')]: 'NON_COMPLIANT' });
    expect(count('GetAccessKeyLastUsed')).toBe(2);
    expect(rule.reported()['alice']?.Annotation).toContain('last used 2026-02-01');
  });

  it('reports everything with refreshDays 0', async () => {
    await sweptOnce({ users: [...compliantUsers(3), violation] });
    rule.config.putConfigRule({
      ...ruleProperties('ScheduledNotification'),
      InputParameters: { refreshDays: '0' },
    });
    expect(Object.keys((await nextSweep()).sent)).toHaveLength(4);
  });
});

describe('a sweep after changes', () => {
  it('sends what changed and nothing else', async () => {
    await sweptOnce({ pageSize: 7, users: [...compliantUsers(40), violation] });
    await call('CreateAccessKey', { UserName: 'user-7' });
    const [key] = rule.iam.users.get('alice')?.keys ?? [];
    const Status = 'Inactive';
    await call('UpdateAccessKey', { UserName: 'alice', AccessKeyId: key?.AccessKeyId, Status });
    await call('CreateUser', { UserName: 'new' });

    expect((await nextSweep()).sent).toEqual({
      [idOf('user-7')]: 'NON_COMPLIANT',
      [idOf('alice')]: 'COMPLIANT',
      [idOf('new')]: 'COMPLIANT',
    });
  });

  it('tells Config of a deleted user once', async () => {
    await sweptOnce({ users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
    const id = idOf('gone');
    await call('DeleteUser', { UserName: 'gone' });

    const { sent, count } = await nextSweep();
    expect(sent).toEqual({ [id]: 'NOT_APPLICABLE' });
    // The sweep's own, and one more.
    expect(count('ListUsers')).toBe(2);
    expect(Object.keys(rule.heldVerdicts())).toHaveLength(3);
    expect((await nextSweep()).sent).toEqual({});
  });

  it('says nothing of a renamed user: its id is the same', async () => {
    await sweptOnce({ users: [{ UserName: 'old' }] });
    await call('UpdateUser', { UserName: 'old', NewUserName: 'new' });
    expect((await nextSweep()).sent).toEqual({});
  });

  it('tells Config of a new user that has the name of a deleted one', async () => {
    await sweptOnce({ users: [{ UserName: 'alice' }] });
    const before = idOf('alice');
    await call('DeleteUser', { UserName: 'alice' });
    await call('CreateUser', { UserName: 'alice' });
    expect((await nextSweep()).sent).toEqual({
      [before]: 'NOT_APPLICABLE',
      [idOf('alice')]: 'COMPLIANT',
    });
  });

  it('takes no user for deleted that is renamed between two pages', async () => {
    await sweptOnce({ pageSize: 2, users: compliantUsers(4) });
    let pages = 0;
    rule.interpose('ListUsers', async (_, proceed) => {
      pages += 1;
      if (pages === 2) await call('UpdateUser', { UserName: 'user-3', NewUserName: 'a' });
      return proceed();
    });
    expect((await nextSweep()).sent).toEqual({});
  });

  it.each(['ListUsers', 'ListAccessKeys'])(
    'takes no user for deleted when %s fails',
    async (operation) => {
      await sweptOnce({ users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
      await call('DeleteUser', { UserName: 'gone' });
      const error = new ServiceError('AccessDenied', 'not authorized', 403);
      rule.faults.fail({ service: 'iam', operation, always: true, error });

      await expect(rule.sweep()).rejects.toThrow('not authorized');

      expect(Object.keys(rule.heldVerdicts())).toHaveLength(4);
    },
  );

  it('takes no user for deleted when another one, looked up again, cannot be read', async () => {
    await sweptOnce({ users: [{ UserName: 'gone' }, ...compliantUsers(3)] });
    const id = idOf('gone');
    await call('DeleteUser', { UserName: 'gone' });
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    rule.interpose('ListAccessKeys', async (input, proceed) => {
      const { UserName } = input as { UserName: string };
      if (UserName === 'renamed') throw error;
      if (UserName === 'user-1') await call('UpdateUser', { UserName, NewUserName: 'renamed' });
      return proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(rule.heldVerdicts()).toHaveProperty(id);
  });
});

describe('a sweep that is overtaken', () => {
  it.each([true, false])(
    'does not replace a newer result, whether Config would ignore it (%j) or not',
    async (dropsOlderResults) => {
      await sweptOnce({ users: [violation, ...compliantUsers(3)], dropsOlderResults });
      const id = idOf('alice');
      // The keys are read as they were; then one is inactive, and a newer run says so.
      let overtaken = false;
      rule.interpose('ListAccessKeys', async (input, proceed) => {
        const page = proceed();
        if (overtaken || (input as { UserName: string }).UserName !== 'alice') return page;
        overtaken = true;
        Object.assign(rule.iam.users.get('alice')?.keys[0] ?? {}, { Status: 'Inactive' });
        later(1);
        await rule.sweep();
        return page;
      });
      rule.config.putConfigRule({
        ...ruleProperties('ScheduledNotification'),
        InputParameters: { minimumIdleDays: '8' },
      });

      await rule.sweep();

      expect(rule.heldVerdicts()[id]).toBe('COMPLIANT');
    },
  );

  it.each([true, false])(
    'does not bring back a user that a newer run has taken back (older results dropped: %j)',
    async (dropsOlderResults) => {
      await sweptOnce({ users: [{ UserName: 'gone' }, ...compliantUsers(3)], dropsOlderResults });
      later(8 * 24);
      let overtaken = false;
      rule.interpose('ListAccessKeys', async (input, proceed) => {
        const page = proceed();
        if (!overtaken && (input as { UserName: string }).UserName === 'gone') {
          overtaken = true;
          await call('DeleteUser', { UserName: 'gone' });
          later(1);
          await rule.sweep();
        }
        return page;
      });
      const id = idOf('gone');

      await rule.sweep();

      expect(rule.heldVerdicts()).not.toHaveProperty(id);
    },
  );

  it('mends what an older run wrote after the sweep had read what Config holds', async () => {
    await sweptOnce({ users: compliantUsers(2), dropsOlderResults: false });
    const [{ resultToken: ResultToken } = { resultToken: '' }] = rule.delivered;
    await call('CreateAccessKey', { UserName: 'user-0' });
    let readings = 0;
    rule.interpose('GetComplianceDetailsByConfigRule', async (_, proceed) => {
      readings += 1;
      if (readings === 2) {
        const evaluation = {
          ComplianceResourceType: 'AWS::IAM::User',
          ComplianceResourceId: idOf('user-1'),
          ComplianceType: 'NON_COMPLIANT',
          OrderingTimestamp: daysBefore(1).getTime() / 1000,
        };
        const input = { ResultToken, Evaluations: [evaluation] };
        const request = { service: 'config', operation: 'PutEvaluations', principal: 'x' } as const;
        await rule.dispatcher.call({ ...request, input });
      }
      return proceed();
    });

    await rule.sweep();

    expect(rule.heldVerdicts()).toEqual({
      [idOf('user-0')]: 'NON_COMPLIANT',
      [idOf('user-1')]: 'COMPLIANT',
    });
  });

  it('does not take a user for deleted that was made meanwhile', async () => {
    await sweptOnce({ messageTypes: [], users: compliantUsers(3) });
    let made = false;
    rule.interpose('ListAccessKeys', async (_, proceed) => {
      if (!made) {
        made = true;
        later(1);
        const before = rule.batches().length;
        await call('CreateUser', { UserName: 'new' });
        await expect.poll(() => rule.batches().length).toBe(before + 1);
      }
      return proceed();
    });

    await rule.sweep();

    expect(rule.heldVerdicts()[idOf('new')]).toBe('COMPLIANT');
  });
});

describe('what Config holds', () => {
  it.each([1, 2])('is read before anything is reported: page %d is refused', async (nth) => {
    await sweptOnce({ pageSize: 2, users: compliantUsers(3) });
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    const operation = 'GetComplianceDetailsByConfigRule';
    rule.faults.fail({ service: 'config', operation, nth, error });

    await expect(nextSweep()).rejects.toThrow('not authorized');
    expect(rule.batches()).toHaveLength(1);
  });

  it('is read again just before a report: nothing is reported when that fails', async () => {
    await sweptOnce({ users: compliantUsers(3) });
    await call('CreateAccessKey', { UserName: 'user-1' });
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    const operation = 'GetComplianceDetailsByConfigRule';
    rule.faults.fail({ service: 'config', operation, nth: 2, error });

    await expect(nextSweep()).rejects.toThrow('not authorized');
    expect(rule.batches()).toHaveLength(1);
  });

  it('is nothing for a rule that does not exist, as in a trial', async () => {
    await sweptOnce({ users: compliantUsers(3) });
    const [event] = rule.delivered;
    await rule.handler({ ...event, configRuleName: 'nobody-has-it', resultToken: 'TESTMODE' });
    expect(rule.batches().at(-1)).toMatchObject({ TestMode: true });
    expect(rule.batches().at(-1)?.Evaluations).toHaveLength(3);
  });

  it.each([1, 2])(
    'is not nothing because Config knows of no such rule (reading %i): that fails, and nothing is reported',
    async (nth) => {
      await sweptOnce({ users: compliantUsers(3) });
      await call('CreateAccessKey', { UserName: 'user-1' });
      const error = new ServiceError('NoSuchConfigRuleException', 'no such rule');
      const operation = 'GetComplianceDetailsByConfigRule';
      rule.faults.fail({ service: 'config', operation, nth, error });

      await expect(nextSweep()).rejects.toThrow('no such rule');
      expect(rule.batches()).toHaveLength(1);
    },
  );

  it('is read of one user by a change notification, which then reports exactly that user', async () => {
    await sweptOnce({ messageTypes: [], users: compliantUsers(3) });
    const before = rule.callCounts();
    await call('UpdateUser', { UserName: 'user-1', NewPath: '/team/' });
    await rule.config.settled();
    const count = (name: string) => (rule.callCounts()[name] ?? 0) - (before[name] ?? 0);
    expect(count('GetComplianceDetailsByConfigRule')).toBe(0);
    expect(count('GetComplianceDetailsByResource')).toBe(1);
    expect(rule.batches().at(-1)?.Evaluations).toHaveLength(1);
  });

  it('holds back no live result when Config cannot tell of a user', async () => {
    await sweptOnce({ messageTypes: [], users: compliantUsers(3) });
    const error = new ServiceError('AccessDeniedException', 'not authorized', 400);
    const operation = 'GetComplianceDetailsByResource';
    rule.faults.fail({ service: 'config', operation, error });

    await call('UpdateUser', { UserName: 'user-1', NewPath: '/team/' });
    await rule.config.settled();

    expect(rule.batches().at(-1)?.Evaluations).toHaveLength(1);
    expect(JSON.parse(rule.lines.at(-1) ?? '')).toMatchObject({
      level: 'INFO',
      recordedResultUnknown: { errorType: 'AccessDeniedException' },
    });
  });

  it('of another type is nobody that the sweep knows', async () => {
    await sweptOnce({ messageTypes: [], users: compliantUsers(1) });
    const { resultToken: ResultToken } = rule.delivered[0] ?? {};
    const evaluation = {
      ComplianceResourceType: 'AWS::IAM::Role',
      ComplianceResourceId: 'AROAELSE',
      ComplianceType: 'COMPLIANT',
      OrderingTimestamp: daysBefore(0).getTime() / 1000,
    };
    const input = { ResultToken, Evaluations: [evaluation] };
    const request = { service: 'config', operation: 'PutEvaluations', principal: 'x' } as const;
    await rule.dispatcher.call({ ...request, input });
    expect((await nextSweep()).sent).toEqual({});
  });
});

describe('a change notification that is overtaken', () => {
  it.each([
    ['1 ms older than', 'COMPLIANT', -1],
    ['as old as', 'NON_COMPLIANT', 0],
    ['1 ms newer than', 'NON_COMPLIANT', 1],
  ])('and %s what Config holds leaves %s', async (_, expected, milliseconds) => {
    await sweptOnce({ messageTypes: [], users: compliantUsers(2), dropsOlderResults: false });
    later(1);
    rule.rule.whenInvoked = rule.handler;
    await rule.sweep();
    rule.config.putConfigRule({ ...ruleProperties(), InputParameters: { refreshDays: '0' } });
    await rule.sweep();
    const time = rule.clock.now.getTime();
    await call('CreateAccessKey', { UserName: 'user-1' });

    await rule.handler({
      ...asSent({
        ...recordedEvent('configuration-item-change'),
        invokingEvent: {
          messageType: 'ConfigurationItemChangeNotification',
          notificationCreationTime: new Date(time + milliseconds).toISOString(),
          configurationItem: {
            resourceType: 'AWS::IAM::User',
            resourceId: idOf('user-1'),
            resourceName: 'user-1',
            configurationItemStatus: 'OK',
            configurationItemCaptureTime: new Date(time).toISOString(),
          },
        },
      }),
      configRuleName: RULE_NAME,
      resultToken: rule.delivered.at(-1)?.resultToken,
    });

    expect(rule.heldVerdicts()[idOf('user-1')]).toBe(expected);
    expect(JSON.parse(rule.lines.at(-1) ?? '')).toMatchObject({ isSuperseded: milliseconds < 0 });
  });

  it('is not, by what another rule holds of the user', async () => {
    await sweptOnce({ messageTypes: [], users: compliantUsers(2) });
    const other = { ...ruleProperties('ScheduledNotification'), ConfigRuleName: 'another-rule' };
    rule.config.putConfigRule(other);
    const { now } = rule.clock;
    later(24);
    await rule.config.deliverSchedule('another-rule');
    rule.clock.now = now;

    await call('CreateAccessKey', { UserName: 'user-1' });
    await call('UpdateUser', { UserName: 'user-1', NewPath: '/team/' });
    await rule.config.settled();

    expect(rule.heldVerdicts()[idOf('user-1')]).toBe('NON_COMPLIANT');
  });
});
