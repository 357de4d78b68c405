import { describe, expect, it } from 'vitest';
import type { LocalUser } from '../../local-account/iam/users.ts';
import {
  daysAgo,
  denied,
  idOf,
  messagesOfChanges,
  planFor,
  statusesOf,
  useDeployedAccount,
  used,
} from '../../support/runbook-scenarios.ts';
import { ruleProperties } from '../../support/served-account.ts';

const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const { setup } = useDeployedAccount({ notificationTopicArn });
const run = ({ UserId }: LocalUser, parameters: Record<string, string> = {}) =>
  setup().account.run({ UserId, ...parameters });

describe('the runbook DeactivateAccessKey', () => {
  it('deactivates the longest-idle key, verifies it, starts an evaluation and states the undo command', async () => {
    const { seed, account, callsOf } = setup();
    const alice = seed('alice', used(1), used(200));

    const { outcome, steps, output } = await run(alice);

    expect(outcome).toBe('Acted');
    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
    expect(steps).toEqual([
      'Plan Success',
      'ReadPlan Success',
      'Decide Success',
      'DeactivateAccessKey Success',
      'Verify Success',
      'EvaluateAgain Success',
      'Report Success',
    ]);
    expect(output('UserName')).toBe('alice');
    expect(output('AccessKeyId')).toBe(idOf(alice, 1));
    expect(output('Reason')).toContain(idOf(alice, 1));
    expect(output('UndoCommand')).toBe(
      `aws iam update-access-key --user-name=alice --access-key-id=${idOf(alice, 1)} --status=Active`,
    );
    expect(output('NextCommand')).toBe(
      `aws configservice start-remediation-execution --region=us-east-1 --config-rule-name=${account.InactiveConfigRuleName} --resource-keys=resourceType=AWS::IAM::User,resourceId=${alice.UserId}`,
    );
    expect(callsOf('deactivate')).toEqual([
      'Invoke',
      'UpdateAccessKey',
      'ListAccessKeys',
      'ListAccessKeys',
      'StartConfigRulesEvaluation',
      'SendMessage',
    ]);
  });

  it('names no document and no role in its outputs and its message', async () => {
    const { seed, account, message } = setup();
    account.sns.createTopic('keys');

    const { output } = await run(seed('alice', used(1), used(200)));

    const names = ['Reason', 'UndoCommand', 'NextCommand', 'Notification'];
    const text = [...names.map(output), (await message()).Message].join('\n');
    expect(text).toContain('--config-rule-name=iam-user-inactive-access-key');
    for (const [name, value] of Object.entries(account.outputs))
      if (/(RunbookName|RoleArn)$/.test(name)) expect(text).not.toContain(value.split('/').at(-1));
  });

  it('deactivates one of three keys', async () => {
    const alice = setup().seed('alice', used(1), used(200), used(100));

    await run(alice);

    expect(statusesOf(alice)).toEqual(['Active', 'Inactive', 'Active']);
  });

  it('deactivates the named key although another one has been idle longer', async () => {
    const alice = setup().seed('alice', used(1), used(200));

    expect((await run(alice, { AccessKeyId: idOf(alice, 0) })).outcome).toBe('Acted');

    expect(statusesOf(alice)).toEqual(['Inactive', 'Active']);
  });

  it('states in a dry run which key it would deactivate', async () => {
    const alice = setup().seed('alice', used(1), used(200));

    const { outcome, output, steps } = await run(alice, { DryRun: 'true' });

    expect([outcome, output('AccessKeyId')]).toEqual(['DryRun', idOf(alice, 1)]);
    expect(steps).toEqual(['Plan Success', 'ReadPlan Success', 'Decide Success', 'Report Success']);
    expect(statusesOf(alice)).toEqual(['Active', 'Active']);
  });

  it.each(['true', 'false'])(
    'says who used the key, in its output and its message (DryRun %s)',
    async (DryRun) => {
      const { seed, account } = setup();
      account.sns.createTopic('keys');
      const alice = seed('alice', used(1), used(60));
      account.cloudtrail.recordUse(idOf(alice, 1), { at: daysAgo(60) });

      const { output } = await run(alice, { DryRun });

      const reason = output('Reason') ?? '';
      expect(reason).toContain(
        ' s3:ListBuckets from 203.0.113.7 (aws-cli/2.15.30); in total 1 event',
      );
      await account.settled();
      const published = messagesOfChanges(account).map(({ Message }) => Message);
      expect(published).toEqual(DryRun === 'true' ? [] : [expect.stringContaining(reason)]);
    },
  );

  it('acts although CloudTrail cannot be read in the Region of the last use', async () => {
    const { seed, account } = setup();
    const lastUsed = { LastUsedDate: daysAgo(60), ServiceName: 's3', Region: 'ap-east-1' };
    const alice = seed('alice', used(1), { ...used(60), lastUsed });
    const { LookupEvents } = account.cloudtrail.operations;
    account.register('cloudtrail', {
      LookupEvents: (input, principal, region) => {
        if (region === 'ap-east-1') throw denied;
        return LookupEvents(input, principal, region);
      },
    });

    const { outcome, output } = await run(alice);

    expect(outcome).toBe('Acted');
    expect(output('Reason')).toContain(
      'in ap-east-1 could not be read from CloudTrail (AccessDenied)',
    );
  });

  it.each([
    ['for a user with one active key', false],
    ['for a named key that is inactive', true],
  ])('has nothing to do %s', async (_, isNamed) => {
    const alice = setup().seed('alice', used(1), { ...used(200), Status: 'Inactive' });

    const { outcome } = await run(alice, isNamed ? { AccessKeyId: idOf(alice, 1) } : {});

    expect(outcome).toBe('NothingToDo');
  });

  it('applies the parameters that the rule has now', async () => {
    const { seed, account } = setup();
    const alice = seed('alice', used(1), used(200));
    const InputParameters = { maxActiveAccessKeys: '2' };
    account.config.putConfigRule({ ...ruleProperties(), InputParameters });

    expect((await run(alice)).outcome).toBe('NothingToDo');
  });

  it('applies MinimumIdleDays instead of the minimumIdleDays of the rule', async () => {
    const alice = setup().seed('alice', used(1), used(4));

    expect((await run(alice)).message).toContain('Refused: ');
    expect((await run(alice, { MinimumIdleDays: '3' })).outcome).toBe('Acted');
  });

  it('starts one execution for two requests with one ClientToken', async () => {
    const { seed, account, callsOf } = setup();
    account.sns.createTopic('keys');
    const { outputs } = account;
    const given = {
      UserId: seed('alice', used(1), used(200)).UserId,
      AutomationAssumeRole: outputs['DeactivationRoleArn'],
      ConfigRuleName: outputs['ConfigRuleName'],
    };
    const start = () =>
      account.ssm.operations.StartAutomationExecution(
        {
          DocumentName: outputs['DeactivationRunbookName'],
          ClientToken: '11111111-2222-4333-8444-555555555555',
          Parameters: Object.fromEntries(
            Object.entries(given).map(([name, value]) => [name, [value]]),
          ),
        },
        'operator',
      );

    const [first, second] = [start(), start()];

    expect(second).toEqual(first);
    await account.settled();
    expect(callsOf('deactivate').filter((operation) => operation === 'Invoke')).toHaveLength(1);
  });
});

describe('the runbook DeactivateAccessKey refuses', () => {
  const refusal = async (user: LocalUser, parameters: Record<string, string> = {}) => {
    const before = statusesOf(user);
    const { status, message, steps } = await run(user, parameters);
    expect(status).toBe('Failed');
    expect(steps).toEqual(['Plan Success', 'ReadPlan Failed']);
    expect(statusesOf(user)).toEqual(before);
    return message;
  };

  it('two keys that have been idle since the same instant', async () => {
    const { lastUsed } = used(200);

    expect(await refusal(setup().seed('alice', { lastUsed }, { lastUsed }))).toContain(
      'the same instant',
    );
  });

  it('the last active key, even if it is named', async () => {
    const alice = setup().seed('alice', used(200), { Status: 'Inactive' });

    expect(await refusal(alice, { AccessKeyId: idOf(alice, 0) })).toContain('last active key');
  });

  it('a key of another user', async () => {
    const { seed } = setup();
    const [alice, bob] = [seed('alice', used(200), used(1)), seed('bob', used(200), used(1))];

    expect(await refusal(alice, { AccessKeyId: idOf(bob, 0) })).toContain('not an access key');
    expect(statusesOf(bob)).toEqual(['Active', 'Active']);
  });

  it('an id that no user has', async () => {
    const { message } = await setup().account.run({ UserId: 'AIDAXXXXXXXXXXXXGHOST' });

    expect(message).toContain('AIDAXXXXXXXXXXXXGHOST');
  });

  it('a rule that does not exist', async () => {
    const alice = setup().seed('alice', used(1), used(200));

    const { status, message } = await run(alice, { ConfigRuleName: 'missing-rule' });

    expect([status, message]).toEqual([
      'Failed',
      expect.stringContaining('NoSuchConfigRuleException'),
    ]);
    expect(statusesOf(alice)).toEqual(['Active', 'Active']);
  });
});

describe('two executions that deactivate different keys', () => {
  it('leave the user an active key', async () => {
    const alice = setup().seed('alice', used(1), used(200));

    await Promise.all([0, 1].map((index) => run(alice, { AccessKeyId: idOf(alice, index) })));

    expect(statusesOf(alice)).toContain('Active');
  });

  it('leave the user an active key although both were planned', async () => {
    const { seed, account } = setup();
    const alice = seed('alice', {}, {});
    const [first, second] = [idOf(alice, 0), idOf(alice, 1)];
    const plan = planFor(alice, 'Deactivate');
    account.lambda.override(account.planner, (input) =>
      Object(input).AccessKeyId === first
        ? plan
        : { ...plan, AccessKeyId: second, KeepAccessKeyId: first },
    );

    const ends = await Promise.all(
      [first, second].map((AccessKeyId) => run(alice, { AccessKeyId })),
    );

    expect(statusesOf(alice)).toContain('Active');
    expect(ends.map(({ status }) => status)).toContain('Failed');
  });
});

describe('a deactivation that leaves the user no active key', () => {
  /** Plans to deactivate the first key of alice, whose other key becomes inactive at the same time. */
  const begin = () => {
    const given = setup();
    const alice = given.seed('alice', {}, {});
    const [, other] = alice.keys;
    given.answerPlans(planFor(alice, 'Deactivate'));
    given.atStep('DeactivateAccessKey', () => Object.assign(other ?? {}, { Status: 'Inactive' }));
    return { ...given, alice };
  };

  it('is undone, and the execution fails', async () => {
    const { alice } = begin();

    const { status, message } = await run(alice);

    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
    expect(status).toBe('Failed');
    expect(message).toContain('Unverified: alice had no active access key left');
    expect(message).toContain('so it was set to Active again');
    expect(message).not.toContain('topic');
  });

  it('is undone although IAM shows the change of the other key later', async () => {
    const { alice, account } = begin();
    const { ListAccessKeys } = account.iam.operations;
    let reads = 0;
    account.register('iam', {
      ListAccessKeys: async (input, principal) => {
        const { AccessKeyMetadata, ...answer } = Object(await ListAccessKeys?.(input, principal));
        const [key, other] = AccessKeyMetadata;
        reads += 1;
        if (reads > 1) return { AccessKeyMetadata, ...answer };
        return { AccessKeyMetadata: [key, { ...other, Status: 'Active' }], ...answer };
      },
    });

    expect((await run(alice)).message).toContain('no active access key');
    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
  });

  it('is undone although IAM denies the first attempts', async () => {
    const { alice, deny } = begin();
    for (const nth of [2, 3]) deny('UpdateAccessKey', { nth });

    await run(alice);

    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
  });

  it('fails with the undo command when IAM denies every attempt', async () => {
    const { alice, deny, account } = begin();
    deny('UpdateAccessKey', { nth: 2, always: true });

    const { status, message } = await run(alice);

    expect(status).toBe('Failed');
    expect(message).toContain('COULD NOT BE MADE ACTIVE AGAIN');
    expect(message).toContain('an undo command');
    const writes = account.calls.filter(({ operation }) => operation === 'UpdateAccessKey');
    expect(writes).toHaveLength(1 + 5);
  });

  it('is published', async () => {
    const { alice, account, message } = begin();
    account.sns.createTopic('keys');

    const end = await run(alice);

    const { Subject, Message } = await message();
    expect(Subject).toBe('The deactivation of an access key is not verified');
    expect(Message).toContain('Unverified: alice had no active access key left');
    expect(end.message).toContain(Message.split('\n\n')[0]);
  });

  it('is undone although SQS denies the message, and the failure says so', async () => {
    const { alice, account } = begin();
    account.faults.fail({ service: 'sqs', operation: 'SendMessage', error: denied });

    const { message } = await run(alice);

    expect(statusesOf(alice)).toEqual(['Active', 'Inactive']);
    expect(message).toContain('Unverified: alice had no active access key left');
    expect(message).toContain('(Notification: Failed)');
  });
});

describe('a deactivated key', () => {
  it('is unverified when it is active again at the second read', async () => {
    const { seed, account, answerPlans } = setup();
    const alice = seed('alice', {}, {});
    const [key] = alice.keys;
    answerPlans(planFor(alice, 'Deactivate'));
    const { ListAccessKeys } = account.iam.operations;
    account.register('iam', {
      ListAccessKeys: (input, principal) => {
        const answer = ListAccessKeys?.(input, principal);
        Object.assign(key ?? {}, { Status: 'Active' });
        return answer;
      },
    });

    const { status, message } = await run(alice);

    expect([status, message]).toEqual([
      'Failed',
      expect.stringContaining('should be Inactive, but is Active'),
    ]);
  });

  it('is unverified when somebody deletes it', async () => {
    const { seed, answerPlans, atStep } = setup();
    const alice = seed('alice', {}, {});
    answerPlans(planFor(alice, 'Deactivate'));
    atStep('Verify', () => alice.keys.splice(0, 1));

    expect((await run(alice)).message).toContain('but is not listed');
  });
});
