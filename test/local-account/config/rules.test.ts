import { setImmediate } from 'node:timers/promises';
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
import { parseConfigRule } from './rules.ts';

const withDetail = (detail: object) => ({
  Source: { ...ruleProperties().Source, SourceDetails: [{ EventSource: 'aws.config', ...detail }] },
});
const SCHEDULED = { MessageType: 'ScheduledNotification' };
const FREQUENCY = { MaximumExecutionFrequency: 'Six_Hours' };
const CHANGE = { MessageType: 'ConfigurationItemChangeNotification' };
const USERS = { Scope: { ComplianceResourceTypes: ['AWS::IAM::User'] } };
const invalid = expect.objectContaining({ code: 'InvalidParameterValueException' });

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
});
afterEach(() => account.close());

const config = () => account.configClient;
const invokingEvents = () => account.delivered.map((event) => JSON.parse(event.invokingEvent));
const startEvaluation = (...ConfigRuleNames: string[]) =>
  config().send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));

describe('a Config rule', () => {
  it('is described with its properties, an ARN and an id', async () => {
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

  it('keeps its id when it is replaced', () => {
    const { ConfigRuleId } = account.config.putConfigRule(ruleProperties());
    const again = account.config.putConfigRule({ ...ruleProperties(), Description: 'new' });

    expect(again).toMatchObject({ ConfigRuleId, properties: { Description: 'new' } });
  });

  it('is not found by another name', async () => {
    account.config.putConfigRule(ruleProperties());

    const other = config().send(new DescribeConfigRulesCommand({ ConfigRuleNames: ['other'] }));

    await expect(other).rejects.toMatchObject({ name: 'NoSuchConfigRuleException' });
  });

  it('is evaluated once as a new rule', async () => {
    account.config.putConfigRule(ruleProperties());
    expect(account.delivered).toEqual([]);

    await account.config.evaluateNewRule(RULE_NAME);

    expect(account.delivered).toHaveLength(1);
  });
});

describe('an evaluation', () => {
  it('sends one scheduled notification to a rule with a schedule', async () => {
    account.iam.seedUser({ UserName: 'alice' });
    account.config.putConfigRule(ruleProperties());

    await startEvaluation(RULE_NAME);
    await account.config.settled();

    expect(invokingEvents().map((event) => event.messageType)).toEqual(['ScheduledNotification']);
  });

  it('sends every user to a rule without a schedule', async () => {
    for (const UserName of ['alice', 'bob']) account.iam.seedUser({ UserName });
    account.config.putConfigRule(ruleProperties('ConfigurationItemChangeNotification'));

    await startEvaluation(RULE_NAME);
    await account.config.settled();

    expect(invokingEvents().map((event) => event.configurationItem.resourceName)).toEqual([
      'alice',
      'bob',
    ]);
  });

  it('can start again after 60 seconds and not a millisecond earlier', async () => {
    account.config.putConfigRule(ruleProperties());
    await startEvaluation(RULE_NAME);
    await account.config.settled();

    account.clock.now = new Date('2026-01-31T12:00:59.999Z');
    await expect(startEvaluation(RULE_NAME)).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    account.clock.now = new Date('2026-01-31T12:01:00.000Z');
    await startEvaluation(RULE_NAME);
    await account.config.settled();

    expect(account.delivered).toHaveLength(2);
  });

  it('cannot start during another evaluation', async () => {
    account.config.putConfigRule(ruleProperties());
    let answer = () => {};
    account.rule.whenInvoked = () =>
      new Promise((resolve) => {
        answer = resolve;
      });

    await startEvaluation(RULE_NAME);
    account.clock.now = new Date('2026-01-31T13:00:00.000Z');
    await expect(startEvaluation(RULE_NAME)).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    answer();
    await account.config.settled();
    account.rule.whenInvoked = async () => {};
    await startEvaluation(RULE_NAME);
  });

  it('starts for all named rules or for none', async () => {
    account.config.putConfigRule(ruleProperties());

    const start = startEvaluation(RULE_NAME, 'unknown');

    await expect(start).rejects.toMatchObject({ name: 'NoSuchConfigRuleException' });
    expect(account.delivered).toEqual([]);
  });

  it.each([0, 26])('refuses %i rule names', async (length) => {
    account.config.putConfigRule(ruleProperties());

    const start = startEvaluation(...Array.from({ length }, () => RULE_NAME));

    await expect(start).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('rejects `settled` once when it cannot invoke the function', async () => {
    account.config.putConfigRule(ruleProperties());
    account.rule.whenInvoked = async () => {
      throw new Error('no permission to invoke');
    };

    await startEvaluation(RULE_NAME);

    await expect(account.config.settled()).rejects.toThrow('no permission to invoke');
    await account.config.settled();
  });

  it('of a schedule is awaited by `settled`', async () => {
    account.config.putConfigRule(ruleProperties());
    let answered = false;
    account.rule.whenInvoked = async () => {
      await setImmediate();
      answered = true;
    };

    const schedule = account.config.deliverSchedule(RULE_NAME);
    await account.config.settled();

    expect(answered).toBe(true);
    await schedule;
  });

  it('of a schedule needs a rule with a schedule', async () => {
    account.config.putConfigRule(ruleProperties('ConfigurationItemChangeNotification'));

    await expect(account.config.deliverSchedule(RULE_NAME)).rejects.toThrow('has no schedule');
  });
});

describe('the properties of an AWS::Config::ConfigRule', () => {
  it.each([
    ['a name of 64 characters', { ConfigRuleName: 'x'.repeat(64) }],
    ['a frequency of its schedule', withDetail({ ...SCHEDULED, ...FREQUENCY })],
    ['a scope of its changes', { ...USERS, ...withDetail(CHANGE) }],
    ['parameters of 1024 characters', { InputParameters: `{"a":"${'x'.repeat(1016)}"}` }],
  ])('can have %s', (_what, change) => {
    expect(parseConfigRule({ ...ruleProperties(), ...change })).toMatchObject(change);
  });

  it('contain parameters as JSON text', () => {
    const InputParameters = { minimumIdleDays: '7' };

    expect(parseConfigRule({ ...ruleProperties(), InputParameters })).toMatchObject({
      InputParameters: '{"minimumIdleDays":"7"}',
    });
  });

  it.each([
    ['a name of 65 characters', { ConfigRuleName: 'x'.repeat(65) }],
    ['no name', { ConfigRuleName: undefined }],
    ['an AWS managed rule', { Source: { ...ruleProperties().Source, Owner: 'AWS' } }],
    ['no trigger', { Source: { ...ruleProperties().Source, SourceDetails: [] } }],
    ['an unknown trigger', withDetail({ MessageType: 'Scheduled' })],
    ['an unknown event source', withDetail({ ...SCHEDULED, EventSource: 'aws.iam' })],
    ['an unknown frequency', withDetail({ ...SCHEDULED, MaximumExecutionFrequency: 'Daily' })],
    ['a frequency of a change', withDetail({ ...CHANGE, ...FREQUENCY })],
    ['a scope of a schedule', { ...USERS, ...withDetail(SCHEDULED) }],
    ['parameters of 1025 characters', { InputParameters: `{"a":"${'x'.repeat(1017)}"}` }],
    ['parameters that are not JSON', { InputParameters: 'minimumIdleDays=7' }],
    ['parameters that are not an object', { InputParameters: '[]' }],
    ['members in camel case', { source: {} }],
  ])('cannot have %s', (_what, change) => {
    expect(() => parseConfigRule({ ...ruleProperties(), ...change })).toThrow(invalid);
  });

  it('are refused with the member, the expected and the received value', () => {
    const properties = { ...ruleProperties(), ConfigRuleName: 'x'.repeat(65) };

    expect(() => parseConfigRule(properties)).toThrow(
      'AWS::Config::ConfigRule: ConfigRuleName: Invalid length: Expected <=64 but received 65',
    );
  });
});
