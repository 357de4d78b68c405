import { beforeEach, describe, expect, it } from 'vitest';
import { trustOf } from '../../support/build.ts';
import { denied, planFor, useDeployedAccount } from '../../support/runbook-scenarios.ts';

const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const OPERATOR = 'arn:aws:iam::123456789012:user/operator';
const sessionOf = (role: string) => `arn:aws:sts::123456789012:assumed-role/${role}/session`;

/** Accounts in which a runbook publishes to a topic, each with an active key of alice to deactivate. */
const useAccount = (approval: Record<string, unknown> = {}) => {
  const { setup } = useDeployedAccount({ notificationTopicArn, ...approval });
  return () => {
    const given = setup();
    given.account.sns.createTopic('keys');
    for (const RoleName of ['on-call', 'security'])
      given.account.roles.create({
        RoleName,
        AssumeRolePolicyDocument: trustOf('ec2.amazonaws.com'),
      });
    const alice = given.seed('alice', {}, {});
    given.answerPlans(planFor(alice, 'Deactivate'));
    return { ...given, alice };
  };
};
type Given = ReturnType<ReturnType<typeof useAccount>>;

/** The last two lines of the one message. */
const peopleIn = ({ message }: Given) => message().Message.split('\n').slice(-2);

describe('a message of a runbook', () => {
  const begin = useAccount();
  let given: Given;
  beforeEach(() => {
    given = begin();
  });
  const run = () => given.account.run({ UserId: given.alice.UserId });
  /** Changes what Systems Manager returns about an execution. */
  const answer = (change: (execution: object) => object) => {
    const { GetAutomationExecution } = given.account.ssm.operations;
    given.account.register('ssm', {
      GetAutomationExecution: (input, principal) => {
        const { AutomationExecution } = Object(GetAutomationExecution(input, principal));
        return { AutomationExecution: change(AutomationExecution) };
      },
    });
  };

  it('names the user that started the runbook', async () => {
    await run();

    expect(peopleIn(given)).toEqual([`Started by: ${OPERATOR}`, 'Approved by: not required']);
  });

  it.each([
    ['operator', OPERATOR],
    ['on-call', sessionOf('on-call')],
  ])('names the principal that clicked Remediate: %s', async (principal, arn) => {
    const ResourceKeys = [{ resourceType: 'AWS::IAM::User', resourceId: given.alice.UserId }];
    const input = { ConfigRuleName: given.account.ConfigRuleName, ResourceKeys };
    const request = { service: 'config', operation: 'StartRemediationExecution' } as const;
    await given.account.call({ ...request, input, principal });
    await given.account.settled();

    expect(peopleIn(given)).toEqual([`Started by: ${arn}`, 'Approved by: not required']);
  });

  it.each([
    [
      'is denied',
      () =>
        given.account.faults.fail({
          service: 'ssm',
          operation: 'GetAutomationExecution',
          error: denied,
        }),
    ],
    [
      'returns nothing',
      () => given.account.register('ssm', { GetAutomationExecution: () => ({}) }),
    ],
    [
      'returns no list of steps and a list as caller',
      () => answer(() => ({ ExecutedBy: [OPERATOR] })),
    ],
    [
      'returns no caller and not all steps',
      () => answer(() => ({ ExecutedBy: '', StepExecutions: [], StepExecutionsTruncated: true })),
    ],
  ])('is published although GetAutomationExecution %s', async (_, prepare) => {
    prepare();

    const { outcome, output } = await run();

    expect([outcome, output('Notification')]).toEqual(['Acted', 'Published']);
    expect(peopleIn(given)).toEqual(['Started by: unknown', 'Approved by: unknown']);
  });

  it('says who started a runbook whose write is not verified', async () => {
    given.deny('UpdateAccessKey');

    await run();

    expect(given.message().Message).toContain('Unverified: ');
    expect(peopleIn(given)).toEqual([`Started by: ${OPERATOR}`, 'Approved by: not required']);
  });
});

describe('a message of a runbook that was approved', () => {
  const begin = useAccount({
    approvers: `operator,${sessionOf('on-call')},arn:aws:iam::123456789012:role/security`,
    minRequiredApprovals: 2,
  });
  let given: Given;
  beforeEach(() => {
    given = begin();
  });

  /** Runs the runbook with the approvals of two roles. */
  const approve = async () => {
    const runbook = given.account.runbook('deactivate');
    const id = runbook.start({ UserId: given.alice.UserId });
    await given.account.ssm.waiting(id);
    for (const approver of ['on-call', 'security']) {
      const input = {
        AutomationExecutionId: id,
        SignalType: 'Approve',
        Payload: { Comment: ['ok'] },
      };
      given.account.ssm.operations.SendAutomationSignal(input, approver);
    }
    return runbook.ended(id);
  };

  it('names every approver', async () => {
    await approve();

    expect(peopleIn(given)).toEqual([
      `Started by: ${OPERATOR}`,
      `Approved by: ${sessionOf('on-call')}, ${sessionOf('security')}`,
    ]);
  });

  it('does not name the approvers of a reactivation, which needs no approval', async () => {
    given.answerPlans(planFor(given.alice, 'Reactivate'));
    await given.account.runbook('reactivate').run({ UserId: given.alice.UserId });

    expect(peopleIn(given)[1]).toBe('Approved by: not required');
  });

  const decision = (Approver: unknown, Decision = 'Approve') => ({ Approver, Decision });
  it.each<[string, unknown, string]>([
    [
      'one text for all decisions',
      [JSON.stringify([decision('alice'), decision('bob')])],
      'alice, bob',
    ],
    [
      'a rejection too',
      [decision('alice', 'Reject'), decision('bob')].map((one) => JSON.stringify(one)),
      'bob',
    ],
    ['only a rejection', [JSON.stringify(decision('alice', 'Reject'))], 'unknown'],
    ['a decision without an approver', ['{"Decision":"Approve"}'], 'unknown'],
    ['an approver that is no text', [JSON.stringify(decision({}))], 'unknown'],
    ['text that is not JSON', ['Approve'], 'unknown'],
    ['deep JSON', ['['.repeat(100_000)], 'unknown'],
    ['no decision', [], 'unknown'],
    ['no list', undefined, 'unknown'],
  ])(
    'shows the approvers, or that they are unknown, if Systems Manager returns %s',
    async (_, ApproverDecisions, shown) => {
      given.account.register('ssm', {
        GetAutomationExecution: () => ({
          AutomationExecution: {
            ExecutedBy: OPERATOR,
            StepExecutions: [{ StepName: 'Approve', Outputs: { ApproverDecisions } }],
          },
        }),
      });

      expect((await approve()).outcome).toBe('Acted');

      expect(peopleIn(given)).toEqual([`Started by: ${OPERATOR}`, `Approved by: ${shown}`]);
    },
  );
});
