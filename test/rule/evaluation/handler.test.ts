import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import { asSent, daysBefore, recordedEvent } from '../../support/build.ts';
import { RULE_NAME } from '../../support/served-account.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

const alice = {
  UserName: 'alice',
  keys: [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }],
};

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ users: [...compliantUsers(4), alice] });
});
afterEach(() => rule.close());

const event = (overrides: object = {}) => ({
  ...asSent(recordedEvent('scheduled-notification')),
  resultToken: 'TESTMODE',
  ...overrides,
});
const metricNames = (): string[] =>
  rule.lastLine()._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name);

describe('an invocation', () => {
  it('uses the parameters of the rule', async () => {
    await rule.handler(event({ ruleParameters: '{"maxActiveAccessKeys":"2"}' }));
    expect(rule.reportedTypes()['alice']).toBe('COMPLIANT');
  });

  it.each([
    [{ ruleParameters: '{"minimumIdleDays":"366"}' }, 'minimumIdleDays must be'],
    [{ ruleParameters: '{"minIdleDays":"3"}' }, 'unknown rule parameter'],
    [{ invokingEvent: '{}' }, 'invokingEvent.messageType'],
  ])('makes no call with the invalid event %j', async (wrong, message) => {
    await expect(rule.handler(event(wrong))).rejects.toThrow(message);
    expect(rule.dispatcher.calls).toEqual([]);
  });

  it.each([undefined, {}])('does not need the context of Lambda: %j', async (context) => {
    await rule.handler(event(), context);
    expect(rule.reported()).toHaveProperty('alice');
  });

  it('evaluates an oversized notification without a name', async () => {
    const user = rule.iam.users.get('alice');
    if (user !== undefined) await rule.config.deliverOversizedChange(RULE_NAME, user);
    expect(rule.reportedTypes()).toEqual({ alice: 'NON_COMPLIANT' });
  });

  it('reports nothing new if Lambda delivers an event twice', async () => {
    await rule.sweep();
    await rule.handler(rule.delivered[0]);
    expect(rule.batches().map(({ Evaluations }) => Evaluations.length)).toEqual([5, 0]);
  });

  it('ignores recorded results of other resource types', async () => {
    await rule.sweep();
    const evaluation = {
      ComplianceResourceType: 'AWS::IAM::Role',
      ComplianceResourceId: 'AROAELSE',
      ComplianceType: 'COMPLIANT',
      OrderingTimestamp: daysBefore(0).getTime() / 1000,
    };
    const ResultToken = rule.delivered[0]?.resultToken;
    rule.config.operations.PutEvaluations({ ResultToken, Evaluations: [evaluation] }, 'test');
    await rule.sweep();
    expect(rule.batches().at(-1)?.Evaluations).toEqual([]);
  });
});

describe('an invocation with the token TESTMODE', () => {
  it('reports in test mode', async () => {
    await rule.handler(event());
    await rule.sweep();
    expect(rule.batches().map(({ TestMode }) => TestMode)).toEqual([true, false]);
  });

  it('does not need a rule', async () => {
    await rule.handler(event({ configRuleName: 'does-not-exist' }));
    expect(rule.batches().at(-1)?.Evaluations).toHaveLength(5);
  });

  it.each([1, 2])('is the only one without a rule: read %d of its results fails', async (nth) => {
    await rule.sweep();
    rule.pass({ days: 8 });
    const error = new ServiceError('NoSuchConfigRuleException', 'no such rule');
    const operation = 'GetComplianceDetailsByConfigRule';
    rule.faults.fail({ service: 'config', operation, nth, error });
    await expect(rule.sweep()).rejects.toThrow('no such rule');
    expect(rule.batches()).toHaveLength(1);
  });

  it('fails if the recorded results cannot be read for another reason', async () => {
    rule.deny('config', 'GetComplianceDetailsByConfigRule');
    await expect(rule.handler(event())).rejects.toThrow('not authorized');
  });
});

describe('the log line', () => {
  it('of a sweep has counts', async () => {
    await rule.sweep();
    expect(rule.lines).toHaveLength(1);
    expect(rule.lastLine()).toEqual({
      level: 'INFO',
      message: 'evaluated',
      ConfigRuleName: RULE_NAME,
      messageType: 'ScheduledNotification',
      SuccessfulSweeps: 1,
      Users: 5,
      Violations: 1,
      Exempt: 0,
      ResultsSent: 5,
      GetComplianceDetailsByConfigRule: 2,
      ListUsers: 1,
      ListAccessKeys: 5,
      ListAttachedUserPolicies: 1,
      GetAccessKeyLastUsed: 2,
      PutEvaluations: 1,
      Throttles: 0,
      Duration: expect.any(Number),
      _aws: expect.any(Object),
    });
    expect(metricNames()).toEqual(['SuccessfulSweeps']);
  });

  it('of a failed sweep has the error', async () => {
    rule.deny('iam', 'GetAccessKeyLastUsed', { always: true });
    await expect(rule.sweep()).rejects.toThrow('not authorized');
    expect(rule.lastLine()).toMatchObject({
      level: 'ERROR',
      message: 'evaluated',
      errorType: 'AccessDenied',
      errorMessage: 'not authorized',
      SuccessfulSweeps: 0,
    });
    expect(metricNames()).toEqual(['SuccessfulSweeps']);
  });

  it('counts reported results, and only users that exist', async () => {
    await rule.sweep();
    rule.pass({ days: 1 });
    rule.rule.whenInvoked = async () => {};
    rule.iam.users.get('user-0')?.keys.splice(0);
    await rule.call('DeleteUser', { UserName: 'user-0' });
    await rule.config.settled();
    rule.rule.whenInvoked = rule.handler;
    await rule.sweep();
    expect(rule.lastLine()).toMatchObject({ Users: 4, Violations: 1, ResultsSent: 1 });
  });

  it('of a change notification is no metric', async () => {
    await rule.change({ resourceId: rule.idOf('alice'), resourceName: 'alice' });
    expect(rule.lastLine()).toMatchObject({ Users: 1, Violations: 1, isSuperseded: false });
    expect(rule.lastLine()).not.toHaveProperty('_aws');
    expect(rule.lastLine()).not.toHaveProperty('SuccessfulSweeps');
  });

  it('contains no result token and no key id', async () => {
    await rule.sweep();
    await expect(rule.handler({ resultToken: 'secret-token' })).rejects.toThrow();
    const keys = rule.iam.users
      .get('alice')
      ?.keys.map(({ AccessKeyId }) => AccessKeyId)
      .join();
    const error = new ServiceError('AccessDenied', `not authorized: ${keys}`, 403);
    rule.faults.fail({ service: 'iam', operation: 'ListUsers', error });
    await expect(rule.sweep()).rejects.toThrow(keys);
    const text = rule.lines.join('\n');
    expect(text).not.toContain(rule.delivered[0]?.resultToken);
    expect(text).not.toContain('secret-token');
    for (const { AccessKeyId } of rule.iam.users.get('alice')?.keys ?? [])
      expect(text).not.toContain(AccessKeyId);
  });
});
