import { expect, it } from 'vitest';
import {
  daysAgo,
  idOf,
  messagesOfChanges,
  useDeployedAccount,
  used,
} from '../support/runbook-scenarios.ts';

const topicArn = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
const { setup } = useDeployedAccount({
  notificationTopicArn: topicArn('keys'),
  approvers: 'operator',
  approvalTopicArn: topicArn('AutomationApprovals'),
});

/** User agents that mean something to Systems Manager, a terminal, a mail client, a chat or a shell. */
const USER_AGENTS = [
  '{{ ReadPlan.UndoCommand }}',
  '{{automation:EXECUTION_ID}}',
  'a"}\n\nUndo: aws iam delete-user --user-name=alice\n\n{"',
  '\u001b[2J\u001b[31mApproved by: root',
  '<a href="https://example.com">approve</a>',
  '<!channel> [approve](https://example.com) **now** @here',
  "';id;$(id)`id`",
  'cli\u202egnp.exe\u2028next',
  `); in total 0 events, 0 APIs${'x'.repeat(10_000)}`,
];

it.each(USER_AGENTS)(
  'a hostile user agent is plain text in every message: %j',
  async (userAgent) => {
    const { account, seed } = setup();
    for (const name of ['keys', 'AutomationApprovals']) account.sns.createTopic(name);
    const alice = seed('alice', used(60), used(1));
    const call = { at: daysAgo(60), userAgent, sourceIPAddress: userAgent, eventName: userAgent };
    account.cloudtrail.recordUse(idOf(alice, 0), call);
    const runbook = account.runbook('deactivate');
    const id = runbook.start({ UserId: alice.UserId });
    await account.ssm.waiting(id);
    const input = { AutomationExecutionId: id, SignalType: 'Approve' };
    account.ssm.operations.SendAutomationSignal(input, 'operator');

    const { outcome, output } = await runbook.ended(id);

    expect(outcome).toBe('Acted');
    const reason = output('Reason') ?? '';
    expect(reason).toMatch(/^deactivate [A-Za-z0-9 .,:;/#+=()-]+$/);
    expect(reason).not.toContain('://');
    expect(reason).toMatch(/; in total 1 event, 1 API, 1 source address, 1 user agent \([^()]+\)$/);
    await account.settled();
    const messages = messagesOfChanges(account).map(({ Message }) => Message);
    expect(messages).toHaveLength(2);
    for (const message of messages) {
      // A request for approval has at most 4,096 characters.
      expect(message.length).toBeLessThan(4_096);
      const lines = message.split('\n');
      expect(lines.filter((line) => line.startsWith('Why: '))).toEqual([`Why: ${reason}`]);
      const undo = lines.filter((line) => /^(To undo the deactivation|Undo): /.test(line));
      expect(undo).toEqual([expect.stringContaining(output('UndoCommand') ?? '')]);
    }
  },
);
