import { describe, expect, it } from 'vitest';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import { denied, idOf, planFor, useDeployedAccount } from '../../support/runbook-scenarios.ts';

const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const { setup, setupWith } = useDeployedAccount({ notificationTopicArn });
const inactive: Partial<LocalAccessKey> = { Status: 'Inactive' };

/** The runbooks. Each acts on the first key of alice. */
const RUNBOOKS = [
  {
    name: 'deactivate',
    act: 'Deactivate',
    write: 'UpdateAccessKey',
    keys: [{}, {}],
    ...{ was: 'Active', becomes: 'Inactive', noun: 'deactivation' },
    subject: 'Access key deactivated: alice',
    others: [],
  },
  {
    name: 'reactivate',
    act: 'Reactivate',
    write: 'UpdateAccessKey',
    keys: [inactive],
    ...{ was: 'Inactive', becomes: 'Active', noun: 'reactivation' },
    subject: 'Access key active again: alice',
    others: [],
  },
  {
    name: 'deleteInactive',
    act: 'Delete',
    write: 'DeleteAccessKey',
    keys: [inactive, {}],
    ...{ was: 'Inactive', becomes: 'not listed', noun: 'deletion' },
    subject: 'Access key deleted: alice',
    others: ['PlanAgain', 'ReadPlanAgain', 'Wait'],
  },
] as const;

describe.each(RUNBOOKS)('the runbook $name', (runbook) => {
  const { name, act, write, becomes } = runbook;

  const begin = (given = setup()) => {
    const alice = given.seed('alice', ...runbook.keys);
    const plan = planFor(alice, act);
    const AccessKeyId = idOf(alice, 0);
    const [, ...other] = alice.keys;
    given.answerPlans(plan);
    return {
      ...{ ...given, alice, plan, AccessKeyId },
      run: (parameters: Record<string, string> = {}) =>
        given.account.runbook(name).run({ UserId: alice.UserId, ...parameters }),
      denyMessages: () =>
        given.account.faults.fail({ service: 'sqs', operation: 'SendMessage', error: denied }),
      status: () =>
        alice.keys.find((key) => key.AccessKeyId === AccessKeyId)?.Status ?? 'not listed',
      others: () => other.map(({ Status }) => Status),
      writes: () => given.account.calls.filter(({ operation }) => operation === write),
    };
  };

  it('acts on the planned key and no other', async () => {
    const { run, status, others } = begin();

    expect((await run()).outcome).toBe('Acted');

    expect(status()).toBe(becomes);
    expect(others()).not.toContain('Inactive');
  });

  it('acts on the boto3 of this machine', async () => {
    const { run, status } = begin(await setupWith({ python: ['python3'] }));

    expect((await run()).outcome).toBe('Acted');

    expect(status()).toBe(becomes);
  });

  it('publishes which key it wrote, why, and how to undo it', async () => {
    const { run, alice, AccessKeyId, account, message } = begin();
    account.sns.createTopic('keys');

    const { output } = await run();

    expect(output('Notification')).toBe('Queued');
    const { Subject, Message } = await message();
    expect(Subject).toBe(runbook.subject);
    for (const part of [
      `The access key ${AccessKeyId} of the IAM user alice (${alice.UserId})`,
      'in the account 123456789012',
      'Why: a reason',
    ])
      expect(Message).toContain(part);
    expect(Message.includes('Undo: an undo command')).toBe(act !== 'Delete');
    expect(Message).toMatch(
      /\nExecution: [\da-f-]{36} in us-east-1\nStarted by: arn:aws:iam::123456789012:user\/operator\nApproved by: not required$/,
    );
  });

  it.each([
    ['a dry run', 'DryRun', 'DryRun', { DryRun: 'true' }, ['Invoke']],
    ['no action', 'NothingToDo', 'NothingToDo', {}, ['Invoke', 'StartConfigRulesEvaluation']],
    ['a refusal', 'Refused', undefined, {}, ['Invoke']],
  ] as const)(
    'writes and publishes nothing when the plan is %s',
    async (_, Outcome, outcome, parameters, calls) => {
      const { run, status, plan, answerPlans, callsOf, account } = begin();
      answerPlans({ ...plan, Outcome });

      const end = await run(parameters);

      expect(end.outcome).toBe(outcome);
      if (outcome !== undefined) expect(end.output('Notification')).toBe('None');
      if (outcome === undefined) expect(end.message).toContain('Refused: a reason');
      expect(status()).toBe(runbook.was);
      expect(callsOf(name)).toEqual(calls);
      expect(account.sqs.all().flatMap((queue) => queue.messages())).toEqual([]);
    },
  );

  it.each([
    ['null', () => null],
    ['a plan for another runbook', (plan: object) => ({ ...plan, Outcome: 'Rotate' })],
    ['a plan for another user', (plan: object) => ({ ...plan, UserId: 'AIDAXXXXXXXXXXXXXXBOB' })],
  ])('writes nothing when the planner returns %s', async (_, make) => {
    const { run, plan, answerPlans, writes } = begin();
    answerPlans(make(plan));

    const { status, message } = await run();

    expect([status, message]).toEqual(['Failed', expect.stringContaining('invalid plan')]);
    expect(writes()).toEqual([]);
  });

  it.each([true, false])(
    'writes nothing when the planner throws, with failsOnFunctionError %s',
    async (failsOnFunctionError) => {
      const { run, account, writes } = begin(await setupWith({ failsOnFunctionError }));
      account.lambda.override(account.planner, () => {
        throw new TypeError('out of order');
      });

      const { status, message } = await run();

      expect([status, message]).toEqual(['Failed', expect.stringContaining('out of order')]);
      expect(writes()).toEqual([]);
    },
  );

  const writing = `${act}AccessKey`;
  const before = ['Plan', 'ReadPlan', 'Decide', ...runbook.others];
  it.each(
    [...before, writing, 'Verify', 'EvaluateAgain', 'Report'].flatMap((StepName) => [
      { StepName, StepStatus: 'Failed' as const, when: 'before' as const },
      { StepName, StepStatus: 'TimedOut' as const, when: 'after' as const },
    ]),
  )('never claims Acted falsely when $StepName is $StepStatus $when its action', async (one) => {
    const { run, account, others, status: keyStatus, writes } = begin();
    account.ssm.interruptStep(one);

    const { status, outcome } = await run();

    if (outcome === 'Acted') expect(keyStatus()).toBe(becomes);
    if (before.includes(one.StepName)) expect(writes()).toEqual([]);
    expect(others()).not.toContain('Inactive');
    const isVerified = one.StepName === writing && one.when === 'after';
    expect(status === 'Success').toBe(one.StepName === 'EvaluateAgain' || isVerified);
  });

  it('fails and publishes the failure when IAM denies the write', async () => {
    const { run, deny, account, message, AccessKeyId } = begin();
    account.sns.createTopic('keys');
    deny(write);

    const end = await run();

    expect(end.status).toBe('Failed');
    const { Subject, Message } = await message();
    expect(Subject).toBe(`The ${runbook.noun} of an access key is not verified`);
    expect(Message).toContain(
      `Unverified: ${AccessKeyId} of alice should be ${becomes}, but is ${runbook.was}. Check the step ${writing}`,
    );
    expect(Message.includes('Undo: an undo command')).toBe(act !== 'Delete');
    const [failure] = Message.split('\n\n');
    expect(Message).toMatch(
      /\nStarted by: arn:aws:iam::123456789012:user\/operator\nApproved by: not required$/,
    );
    expect(end.message).toContain(`${failure} (Notification: Queued)`);
  });

  it('says in its failure that no message is queued if SQS denies it', async () => {
    const { run, deny, denyMessages } = begin();
    denyMessages();
    deny(write);

    const { status, message } = await run();

    const notification = expect.stringContaining('(Notification: Failed)');
    expect([status, message]).toEqual(['Failed', notification]);
  });

  describe('of a stack without a topic', () => {
    const withoutTopic = useDeployedAccount();

    it.each([false, true])(
      'publishes nothing and says so, also if IAM denies its write: %s',
      async (isDenied) => {
        const { run, deny, callsOf } = begin(withoutTopic.setup());
        if (isDenied) deny(write);

        const { message, output } = await run();

        if (isDenied) expect(message).toContain('(Notification: None)');
        else expect(output('Notification')).toBe('None');
        expect(callsOf(name)).not.toContain('SendMessage');
      },
    );
  });

  it('acts when the write takes effect but returns an error', async () => {
    const { run, account, status } = begin();
    const { [write]: operation } = account.iam.operations;
    account.register('iam', {
      [write]: async (input, principal) => {
        await operation?.(input, principal);
        throw denied;
      },
    });

    const { outcome, steps } = await run();

    expect(outcome).toBe('Acted');
    expect(steps).toContain(`${writing} Failed`);
    expect(status()).toBe(becomes);
  });

  /** Changes what the first reads of Verify show. */
  const showFirst = (reads: number, show: (keys: object[], user: LocalUser) => unknown) => {
    const given = begin();
    const { ListAccessKeys } = given.account.iam.operations;
    let read = 0;
    given.account.register('iam', {
      ListAccessKeys: async (input, principal) => {
        read += 1;
        const answer = Object(await ListAccessKeys?.(input, principal));
        return read > reads ? answer : show(answer.AccessKeyMetadata, given.alice);
      },
    });
    return given;
  };
  const withKeys = (AccessKeyMetadata: object[]) => ({ AccessKeyMetadata, IsTruncated: false });

  it.each<[string, Parameters<typeof showFirst>[1]]>([
    [
      'the key as it was',
      (keys, { UserName }) =>
        withKeys([...keys.slice(1), { UserName, AccessKeyId: 'X', Status: 'Active' }]),
    ],
    ['no list', () => ({})],
    ['a key without a status', () => withKeys([{ AccessKeyId: 'AKIA' }])],
  ])('reads the keys again when IAM shows %s at first', async (_, show) => {
    const { run, status } = showFirst(2, show);

    expect((await run()).outcome).toBe('Acted');

    expect(status()).toBe(becomes);
  });

  it('reads the keys again when IAM denies the first reads', async () => {
    const { run, deny } = begin();
    for (const nth of [1, 2]) deny('ListAccessKeys', { nth });

    expect((await run()).outcome).toBe('Acted');
  });

  it('fails as unverified when it cannot read the keys for a minute', async () => {
    const { run, deny, account } = begin();
    deny('ListAccessKeys', { always: true });

    const { status, message } = await run();

    expect(status).toBe('Failed');
    expect(message).toContain(
      `should be ${becomes}, but is unknown (An error occurred (AccessDenied)`,
    );
    // One read at the start, and one every two seconds.
    expect(account.calls.filter(({ operation }) => operation === 'ListAccessKeys')).toHaveLength(
      31,
    );
  });

  it('reads every page of the keys', async () => {
    const { seed, account, answerPlans, deny } = setup();
    const zoe = seed('zoe', ...Array.from({ length: 130 }, () => runbook.keys[0]));
    const AccessKeyId = idOf(zoe, 129);
    answerPlans({
      ...planFor(zoe, act),
      AccessKeyId,
      ...(act === 'Deactivate' && { KeepAccessKeyId: idOf(zoe, 0) }),
    });
    deny(write);

    const { message } = await account.runbook(name).run({ UserId: zoe.UserId });

    expect(message).toContain(`${AccessKeyId} of zoe should be ${becomes}, but is ${runbook.was}`);
  });

  it('has acted although the evaluation cannot be started', async () => {
    const { run, account, status } = begin();
    const operation = 'StartConfigRulesEvaluation';
    account.faults.fail({ service: 'config', operation, error: denied });

    const { outcome, steps, output } = await run();

    expect([outcome, output('Notification')]).toEqual(['Acted', 'Queued']);
    expect(status()).toBe(becomes);
    expect(steps).toContain('EvaluateAgain Failed');
  });

  it('has acted although SQS denies its message, and its outputs say so', async () => {
    const { run, status, account, denyMessages } = begin();
    denyMessages();

    const end = await run();

    expect([end.outcome, end.status, end.output('Notification')]).toEqual([
      ...['Acted', 'Success', 'Failed'],
    ]);
    expect(status()).toBe(becomes);
    expect(account.sqs.all().flatMap((queue) => queue.messages())).toEqual([]);
  });

  it('has acted although its topic does not exist', async () => {
    const { run, status } = begin();

    const { outcome, output } = await run();

    expect([outcome, output('Notification')]).toEqual(['Acted', 'Queued']);
    expect(status()).toBe(becomes);
  });

  it('acts on one key although two operators start it', async () => {
    const { run, status, others } = begin();

    const ends = await Promise.all([run(), run()]);

    expect(ends.map(({ outcome }) => outcome)).toEqual(['Acted', 'Acted']);
    expect(status()).toBe(becomes);
    expect(others()).not.toContain('Inactive');
  });
});
