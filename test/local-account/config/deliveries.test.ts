import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { recordedEvent } from '../../support/build.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';
import type { EvaluationStart } from './deliveries.ts';

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
});
afterEach(() => account.close());

const invokingEvents = () => account.delivered.map((event) => JSON.parse(event.invokingEvent));

/** The names and types of all members, without the content of arrays. */
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .map(([name, member]) => [name, shapeOf(member)] as const)
          .sort(([one], [other]) => (one < other ? -1 : 1)),
      )
    : typeof value;

describe('a schedule', () => {
  it('sends an event like a recorded one', async () => {
    account.config.putConfigRule(ruleProperties());

    await account.config.deliverSchedule(RULE_NAME);

    const recorded = recordedEvent('scheduled-notification');
    expect(Object.keys(account.delivered[0] ?? {}).sort()).toEqual(Object.keys(recorded).sort());
    expect(shapeOf(invokingEvents()[0])).toEqual(shapeOf(recorded.invokingEvent));
    expect(invokingEvents()[0].notificationCreationTime).toBe('2026-01-31T12:00:00.000Z');
  });
});

describe('a changed user', () => {
  it('is sent to a rule for changes, with events like recorded ones', async () => {
    account.config.putConfigRule(ruleProperties());

    await account.iamClient.send(new CreateUserCommand({ UserName: 'alice' }));
    await account.iamClient.send(new UpdateUserCommand({ UserName: 'alice', NewUserName: 'bob' }));
    await account.iamClient.send(new DeleteUserCommand({ UserName: 'bob' }));
    await account.config.settled();

    const [created, renamed, deleted] = invokingEvents();
    const recorded = recordedEvent('configuration-item-change').invokingEvent;
    expect(shapeOf(created)).toEqual(shapeOf(recorded));
    expect(shapeOf(deleted)).toEqual(
      shapeOf(recordedEvent('configuration-item-deleted').invokingEvent),
    );
    expect(renamed.configurationItem).toMatchObject({
      configurationItemStatus: 'OK',
      resourceId: created.configurationItem.resourceId,
      resourceName: 'bob',
    });
    expect(deleted.configurationItem).toMatchObject({
      configurationItemStatus: 'ResourceDeleted',
      configuration: null,
    });
    expect(account.delivered.map((event) => event['eventLeftScope'])).toEqual([false, false, true]);
  });

  it('can have any status, and can be out of scope', async () => {
    account.config.putConfigRule(ruleProperties());
    const user = account.iam.seedUser({ UserName: 'alice' });
    const configurationItemStatus = 'ResourceNotRecorded' as const;
    await account.config.deliverChange(RULE_NAME, { configurationItemStatus, user });
    const change = { configurationItemStatus, user, eventLeftScope: true };
    await account.config.deliverChange(RULE_NAME, change);
    for (const { configurationItem } of invokingEvents())
      expect(configurationItem).toMatchObject({ configurationItemStatus, resourceName: 'alice' });
    expect(account.delivered.map((event) => event['eventLeftScope'])).toEqual([false, true]);
  });

  it('is not sent to a rule with only a schedule or for other resources', async () => {
    account.config.putConfigRule(ruleProperties('ScheduledNotification'));
    account.config.putConfigRule({
      ...ruleProperties('ConfigurationItemChangeNotification'),
      ConfigRuleName: 'for-roles',
      Scope: { ComplianceResourceTypes: ['AWS::IAM::Role'] },
    });

    await account.iamClient.send(new CreateUserCommand({ UserName: 'alice' }));
    await account.config.settled();

    expect(account.delivered).toEqual([]);
  });

  it('is not sent when only a key changes', async () => {
    account.iam.seedUser({ UserName: 'alice' });
    account.config.putConfigRule(ruleProperties());

    await account.iamClient.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    await account.config.settled();

    expect(account.delivered).toEqual([]);
  });

  it('that is too large is sent only by its id', async () => {
    const alice = account.iam.seedUser({ UserName: 'alice' });
    account.config.putConfigRule(ruleProperties());

    await account.config.deliverOversizedChange(RULE_NAME, alice);

    const recorded = recordedEvent('oversized-configuration-item-change').invokingEvent;
    expect(shapeOf(invokingEvents()[0])).toEqual(shapeOf(recorded));
    expect(invokingEvents()[0].configurationItemSummary).toMatchObject({
      resourceId: alice.UserId,
      resourceName: null,
    });
  });
});

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
    const request = { service: 'config', operation: 'StartConfigRulesEvaluation' } as const;
    const input = { ConfigRuleNames: [RULE_NAME] };

    await dispatcher.call({ ...request, input, principal: 'operator' });
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
