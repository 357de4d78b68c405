import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local-account/dispatch.ts';
import { asSent, daysBefore, recordedEvent } from '../../support/build.ts';
import { RULE_NAME } from '../../support/served-account.ts';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

const violation = {
  UserName: 'alice',
  keys: [{ CreateDate: daysBefore(400) }, { CreateDate: daysBefore(100) }],
};

let rule: ServedRule;
beforeEach(async () => {
  rule = await serveRule({ users: [...compliantUsers(4), violation] });
});
afterEach(() => rule.close());

const line = () => rule.lines.map((text) => JSON.parse(text));
const metricNames = (measured: ReturnType<typeof line>[number]): string[] =>
  measured._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name);

describe('an invocation', () => {
  it('obeys the parameters of the rule', async () => {
    const event = asSent(recordedEvent('scheduled-notification'));
    const resultToken = 'TESTMODE';
    const ruleParameters = '{"maxActiveAccessKeys":"2"}';

    await rule.handler({ ...event, resultToken, ruleParameters });

    expect(rule.reported()['alice']).toMatchObject({ ComplianceType: 'COMPLIANT' });
  });

  it('asks for a trial with the token TESTMODE, and only with that', async () => {
    await rule.handler({
      ...asSent(recordedEvent('scheduled-notification')),
      resultToken: 'TESTMODE',
    });
    await rule.sweep();
    expect(rule.batches().map(({ TestMode }) => TestMode)).toEqual([true, false]);
  });

  it.each([
    [
      'parameters out of bounds',
      { ruleParameters: '{"minimumIdleDays":"366"}' },
      'minimumIdleDays must be',
    ],
    ['an unknown parameter', { ruleParameters: '{"minIdleDays":"3"}' }, 'unknown rule parameter'],
    ['an event that Config does not send', { invokingEvent: '{}' }, 'invokingEvent.messageType'],
  ])('calls nobody for %s, and throws', async (_, wrong, message) => {
    const event = { ...asSent(recordedEvent('scheduled-notification')), ...wrong };
    await expect(rule.handler(event)).rejects.toThrow(message);
    expect(rule.dispatcher.calls).toEqual([]);
  });

  it('evaluates an oversized notification whose name is null', async () => {
    const user = rule.iam.users.get('alice');
    if (user !== undefined) await rule.config.deliverOversizedChange(RULE_NAME, user);
    expect(rule.reported()).toMatchObject({ alice: { ComplianceType: 'NON_COMPLIANT' } });
  });

  it.each([undefined, {}])('needs no context: %j', async (context) => {
    const event = asSent(recordedEvent('scheduled-notification'));
    await rule.handler({ ...event, resultToken: 'TESTMODE' }, context);
    expect(rule.reported()).toHaveProperty('alice');
  });

  it('tells Config nothing new when Lambda delivers an event twice', async () => {
    await rule.sweep();
    await rule.handler(rule.delivered[0]);
    expect(rule.batches().map(({ Evaluations }) => Evaluations.length)).toEqual([5, 0]);
  });
});

describe('the log', () => {
  it('has one line a run, with counts', async () => {
    await rule.sweep();
    expect(line()).toEqual([
      {
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
        GetAccessKeyLastUsed: 2,
        PutEvaluations: 1,
        Throttles: 0,
        Duration: expect.any(Number),
        _aws: expect.any(Object),
      },
    ]);
  });

  it('counts each run alone, and every attempt of a call', async () => {
    rule.faults.fail({
      service: 'iam',
      operation: 'ListUsers',
      error: new ServiceError('Throttling', 'slow down'),
    });
    await rule.sweep();
    await rule.sweep();
    expect(line().map(({ ListUsers, Throttles }) => [ListUsers, Throttles])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });

  it('says what a run failed of, and what it had done', async () => {
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    rule.faults.fail({ service: 'iam', operation: 'GetAccessKeyLastUsed', error, always: true });

    await expect(rule.sweep()).rejects.toThrow('not authorized');

    expect(line()).toMatchObject([
      {
        level: 'ERROR',
        message: 'evaluated',
        errorType: 'AccessDenied',
        errorMessage: 'not authorized',
        SuccessfulSweeps: 0,
        Throttles: 0,
      },
    ]);
    expect(metricNames(line()[0])).toEqual(expect.arrayContaining(['Duration', 'Throttles']));
    expect(metricNames(line()[0])).not.toContain('Users');
  });

  it('measures what was reported, and only users that there are', async () => {
    await rule.sweep();
    rule.clock.now = daysBefore(-1);
    rule.rule.whenInvoked = async () => {};
    const request = { service: 'iam', operation: 'DeleteUser', principal: 'operator' } as const;
    const keys = rule.iam.users.get('user-0')?.keys ?? [];
    keys.splice(0);
    await rule.dispatcher.call({ ...request, input: { UserName: 'user-0' } });
    await rule.config.settled();
    rule.rule.whenInvoked = rule.handler;

    await rule.sweep();

    expect(line().at(-1)).toMatchObject({ Users: 4, Violations: 1, ResultsSent: 1 });
  });

  it('of a change is no measure: it is one user, and no sweep', async () => {
    await rule.change({ resourceId: rule.iam.users.get('alice')?.UserId, resourceName: 'alice' });
    const changed = line().at(-1);
    expect(changed).toMatchObject({ Users: 1, Violations: 1 });
    expect(changed).not.toHaveProperty('_aws');
    expect(changed).not.toHaveProperty('SuccessfulSweeps');
  });

  it('never has a token, a key id or an event in it', async () => {
    await rule.sweep();
    await expect(rule.handler({ resultToken: 'secret-token' })).rejects.toThrow();
    const text = rule.lines.join('\n');
    expect(text).not.toContain(rule.delivered[0]?.resultToken);
    expect(text).not.toContain('secret-token');
    for (const { AccessKeyId } of rule.iam.users.get('alice')?.keys ?? [])
      expect(text).not.toContain(AccessKeyId);
  });
});
