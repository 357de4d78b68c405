import { describe, expect, it, onTestFinished } from 'vitest';
import { RULE_NAME, ruleProperties, serveAccount } from '../../support/served-account.ts';
import type { EvaluationStart } from './deliveries.ts';

const SCHEDULE = 'ScheduledNotification';
const CHANGE = 'ConfigurationItemChangeNotification';

const setup = async (evaluationStart?: EvaluationStart, messageTypes: string[] = []) => {
  const account = await serveAccount({ evaluationStart });
  onTestFinished(account.close);
  for (const UserName of ['alice', 'bob']) account.iam.seedUser({ UserName });
  account.config.putConfigRule(ruleProperties(...messageTypes));
  const sent = () =>
    account.delivered.map(({ invokingEvent }) => JSON.parse(invokingEvent).messageType).toSorted();
  return { ...account, sent };
};

describe('the start of an evaluation', () => {
  it.each([
    ['the default', undefined, [SCHEDULE]],
    ['schedule', 'schedule', [SCHEDULE]],
    ['changes', 'changes', [CHANGE, CHANGE]],
    ['both', 'both', [CHANGE, CHANGE, SCHEDULE]],
  ] as const)('with %s sends to a rule with both triggers', async (_, start, expected) => {
    const { dispatcher, config, sent } = await setup(start);
    const input = { ConfigRuleNames: [RULE_NAME] };

    await dispatcher.call({
      service: 'config',
      operation: 'StartConfigRulesEvaluation',
      input,
      principal: 'operator',
    });
    await config.settled();

    expect(sent()).toEqual(expected);
  });

  it('equals the evaluation of a new rule', async () => {
    const { config, sent } = await setup('both');

    await config.evaluateNewRule(RULE_NAME);

    expect(sent()).toEqual([CHANGE, CHANGE, SCHEDULE]);
  });

  it.each([
    [SCHEDULE, 'changes', [SCHEDULE]],
    [CHANGE, 'schedule', [CHANGE, CHANGE]],
  ] as const)('sends only %s to a rule with only that trigger', async (type, start, expected) => {
    const { config, sent } = await setup(start, [type]);

    await config.evaluateNewRule(RULE_NAME);

    expect(sent()).toEqual(expected);
  });
});

describe('the schedule', () => {
  it('sends its own notification', async () => {
    const { config, sent } = await setup('changes');

    await config.deliverSchedule(RULE_NAME);

    expect(sent()).toEqual([SCHEDULE]);
  });
});
