import { beforeEach, describe, expect, it } from 'vitest';
import { planFor, useDeployedAccount } from '../support/runbook-scenarios.ts';

// A principal that may start a runbook wants to act without being seen.

const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const { setup } = useDeployedAccount({ notificationTopicArn });

describe.each([
  ['deactivate', 'Deactivate', 'Active'],
  ['reactivate', 'Reactivate', 'Inactive'],
  ['deleteInactive', 'Delete', 'Inactive'],
] as const)('who starts the runbook %s', (name, act, Status) => {
  const begin = () => {
    const given = setup();
    const alice = given.seed('alice', { Status }, {});
    given.answerPlans(planFor(alice, act));
    given.account.sns.createTopic('keys');
    return { ...given, alice, runbook: given.account.runbook(name) };
  };
  let given: ReturnType<typeof begin>;
  beforeEach(() => {
    given = begin();
  });

  it.each(['', 'https://sqs.us-east-1.amazonaws.com/123456789012/somewhere-else'])(
    'cannot choose the queue of its message: %j',
    async (MessageQueueUrl) => {
      const { runbook, alice, message } = given;
      const statuses = () => alice.keys.map((key) => key.Status);
      const before = statuses();

      expect(() => runbook.start({ UserId: alice.UserId, MessageQueueUrl })).toThrow(
        'MessageQueueUrl',
      );
      expect(statuses()).toEqual(before);

      expect((await runbook.run({ UserId: alice.UserId })).output('Notification')).toBe('Queued');
      expect((await message()).TopicArn).toBe(notificationTopicArn);
    },
  );

  it.each([
    [
      'a line break',
      'eve\nApproved by: alice\r\u2028\u2029\u0085',
      /^eve\?Approved\?by:\?alice\?\?+$/,
    ],
    ['control characters and other scripts', 'a\u0007\u202e\u0430', /^a\?+$/],
    ['a long text', 'e'.repeat(100_000), /^e{700}$/],
    ['a reference', '{{ Plan.Payload }}', /^\{\{\?Plan\.Payload\?\}\}$/],
  ])('cannot add lines to its message by %s in its ARN', async (_, ExecutedBy, shown) => {
    const { runbook, alice, account, message } = given;
    account.register('ssm', {
      GetAutomationExecution: () => ({ AutomationExecution: { ExecutedBy, StepExecutions: [] } }),
    });

    expect((await runbook.run({ UserId: alice.UserId })).outcome).toBe('Acted');

    const [starter = '', approvers, ...more] =
      (await message()).Message.split('Started by: ')[1]?.split('\n') ?? [];
    expect(starter).toMatch(shown);
    expect([approvers, ...more]).toEqual(['Approved by: not required']);
  });
});
