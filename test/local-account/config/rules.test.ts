import {
  DescribeConfigRulesCommand,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
});
afterEach(() => account.close());

const config = () => account.configClient;
const invokingEvents = () => account.delivered.map((event) => JSON.parse(event.invokingEvent));
const startEvaluation = () =>
  config().send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames: [RULE_NAME] }));

describe('a Config rule', () => {
  it('is described as it was put, with an ARN and an id', async () => {
    account.config.putConfigRule({
      ...ruleProperties(),
      InputParameters: { minimumIdleDays: '7' },
      Scope: { ComplianceResourceTypes: ['AWS::IAM::User'] },
    });

    const { ConfigRules } = await config().send(new DescribeConfigRulesCommand({}));

    expect(ConfigRules).toEqual([
      expect.objectContaining({
        ...ruleProperties(),
        InputParameters: '{"minimumIdleDays":"7"}',
        Scope: { ComplianceResourceTypes: ['AWS::IAM::User'] },
        ConfigRuleArn: expect.stringMatching(
          /^arn:aws:config:us-east-1:123456789012:config-rule\//,
        ),
        ConfigRuleState: 'ACTIVE',
      }),
    ]);
  });

  it('keeps its id when it is put again', () => {
    const { ConfigRuleId } = account.config.putConfigRule(ruleProperties());
    const again = account.config.putConfigRule({ ...ruleProperties(), Description: 'new' });

    expect(again).toMatchObject({ ConfigRuleId, properties: { Description: 'new' } });
  });

  it('is not found under another name', async () => {
    account.config.putConfigRule(ruleProperties());

    const other = config().send(new DescribeConfigRulesCommand({ ConfigRuleNames: ['other'] }));

    await expect(other).rejects.toMatchObject({ name: 'NoSuchConfigRuleException' });
  });

  it('is quiet until it is evaluated, and evaluated once as a new one', async () => {
    account.config.putConfigRule(ruleProperties());
    expect(account.delivered).toEqual([]);

    await account.config.evaluateNewRule(RULE_NAME);

    expect(account.delivered).toHaveLength(1);
  });
});

describe('an evaluation', () => {
  it('tells a rule with a schedule once, by the notification of its schedule', async () => {
    account.iam.seedUser({ UserName: 'alice' });
    account.config.putConfigRule(ruleProperties());

    await startEvaluation();
    await account.config.settled();

    expect(invokingEvents().map((event) => event.messageType)).toEqual(['ScheduledNotification']);
  });

  it('tells a rule without a schedule of each user', async () => {
    for (const UserName of ['alice', 'bob']) account.iam.seedUser({ UserName });
    account.config.putConfigRule(ruleProperties('ConfigurationItemChangeNotification'));

    await startEvaluation();
    await account.config.settled();

    expect(invokingEvents().map((event) => event.configurationItem.resourceName)).toEqual([
      'alice',
      'bob',
    ]);
  });

  it('starts again after 60 seconds, and not a millisecond earlier', async () => {
    account.config.putConfigRule(ruleProperties());
    await startEvaluation();
    await account.config.settled();

    account.clock.now = new Date('2026-01-31T12:00:59.999Z');
    await expect(startEvaluation()).rejects.toMatchObject({ name: 'LimitExceededException' });
    account.clock.now = new Date('2026-01-31T12:01:00.000Z');
    await startEvaluation();
    await account.config.settled();

    expect(account.delivered).toHaveLength(2);
  });

  it('does not start while another one runs', async () => {
    account.config.putConfigRule(ruleProperties());
    let answer = () => {};
    account.rule.whenInvoked = () =>
      new Promise((resolve) => {
        answer = resolve;
      });

    await startEvaluation();
    account.clock.now = new Date('2026-01-31T13:00:00.000Z');
    await expect(startEvaluation()).rejects.toMatchObject({ name: 'LimitExceededException' });
    answer();
    await account.config.settled();
    account.rule.whenInvoked = async () => {};
    await startEvaluation();
  });

  it('starts for all of the named rules, or for none', async () => {
    account.config.putConfigRule(ruleProperties());

    const ConfigRuleNames = [RULE_NAME, 'unknown'];
    const start = config().send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));

    await expect(start).rejects.toMatchObject({ name: 'NoSuchConfigRuleException' });
    expect(account.delivered).toEqual([]);
  });

  it.each([0, 26])('refuses %i rule names', async (length) => {
    const ConfigRuleNames = Array.from({ length }, () => RULE_NAME);
    account.config.putConfigRule(ruleProperties());

    const start = config().send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));

    await expect(start).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('that cannot reach its function is told when all has settled, once', async () => {
    account.config.putConfigRule(ruleProperties());
    account.rule.whenInvoked = async () => {
      throw new Error('no permission to invoke');
    };

    await startEvaluation();

    await expect(account.config.settled()).rejects.toThrow('no permission to invoke');
    await account.config.settled();
  });

  it('by the schedule is waited for by settled too', async () => {
    account.config.putConfigRule(ruleProperties());
    let answered = false;
    account.rule.whenInvoked = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      answered = true;
    };

    const schedule = account.config.deliverSchedule(RULE_NAME);
    await account.config.settled();

    expect(answered).toBe(true);
    await schedule;
  });

  it('by the schedule is for rules that have one', async () => {
    account.config.putConfigRule(ruleProperties('ConfigurationItemChangeNotification'));

    await expect(account.config.deliverSchedule(RULE_NAME)).rejects.toThrow('has no schedule');
  });
});
