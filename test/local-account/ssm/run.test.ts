import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunbookAccount, fail, pass } from '../../support/runbook-account.ts';

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
beforeAll(async () => {
  runbooks = await createRunbookAccount();
});
afterAll(() => runbooks.account.close());

describe('an execution', () => {
  it('runs its steps in order and skips those that no step leads to', async () => {
    const steps = [
      pass('A', { nextStep: 'C' }),
      pass('B'),
      pass('C'),
      pass('D', { isEnd: true }),
      pass('E'),
    ];

    const { execution, statuses } = await runbooks.run(steps);

    expect(statuses).toEqual(['A Success', 'B Pending', 'C Success', 'D Success', 'E Pending']);
    expect(execution.AutomationExecutionStatus).toBe('Success');
  });

  it('stops at a step that fails and shows its message', async () => {
    const { execution, statuses, steps } = await runbooks.run([fail('A'), pass('B')]);

    expect(statuses).toEqual(['A Failed', 'B Pending']);
    expect(execution.AutomationExecutionStatus).toBe('Failed');
    expect(execution.FailureMessage).toBe(steps['A']?.FailureMessage);
    expect(execution.FailureMessage).toContain(
      'An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name nobody',
    );
  });

  it('continues after a failure with onFailure Continue and succeeds', async () => {
    const { execution, statuses } = await runbooks.run([
      fail('A', { onFailure: 'Continue' }),
      pass('B'),
    ]);

    expect(statuses).toEqual(['A Failed', 'B Success']);
    expect(execution.AutomationExecutionStatus).toBe('Success');
  });

  it.each([
    ['critical by default', {}, 'Failed'],
    ['critical', { isCritical: true }, 'Failed'],
    ['not critical', { isCritical: false }, 'Success'],
  ])(
    'leads to the step for failures, and ends with the right status when the failed step is %s',
    async (_, more, status) => {
      const steps = [fail('A', { onFailure: 'step:C', ...more }), pass('B'), pass('C')];

      const { execution, statuses } = await runbooks.run(steps);

      expect(statuses).toEqual(['A Failed', 'B Pending', 'C Success']);
      expect(execution.AutomationExecutionStatus).toBe(status);
    },
  );

  it('ends at a step with isEnd, even if it fails with onFailure Continue', async () => {
    const steps = [fail('A', { onFailure: 'Continue', isEnd: true }), pass('B')];

    expect((await runbooks.run(steps)).statuses).toEqual(['A Failed', 'B Pending']);
  });

  it('runs a failing step maxAttempts times', async () => {
    const before = runbooks.account.calls.length;

    await runbooks.run([fail('A', { maxAttempts: 3 })]);

    expect(runbooks.account.calls.slice(before)).toHaveLength(3);
  });

  it('calls its listeners at every change of a step', async () => {
    const heard: string[] = [];
    const id = runbooks.start([pass('A'), fail('B')]);
    runbooks.account.ssm.onStep((step, of) => {
      if (of === id) heard.push(`${step.StepName} ${step.StepStatus}`);
    });

    await runbooks.account.ssm.finished(id);

    expect(heard).toEqual(['A InProgress', 'A Success', 'B InProgress', 'B Failed']);
  });
});

describe('an interrupted step', () => {
  const remove = {
    name: 'Remove',
    action: 'aws:executeAwsApi',
    inputs: { Service: 'iam', Api: 'DeleteUser', UserName: 'alice' },
  };

  it.each([
    ['before', 'TimedOut', true],
    ['after', 'TimedOut', false],
    ['after', 'Failed', false],
  ] as const)(
    '%s its action has the status %s, and the user still exists: %s',
    async (when, StepStatus, isThere) => {
      const { account, run } = runbooks;
      if (!account.iam.users.has('alice')) account.iam.seedUser({ UserName: 'alice' });
      account.ssm.interruptStep({ StepName: 'Remove', StepStatus, when });

      const { statuses } = await run([remove]);

      expect(statuses).toEqual([`Remove ${StepStatus}`]);
      expect(account.iam.users.has('alice')).toBe(isThere);
    },
  );
});

describe('the outputs of a document', () => {
  const describeUser = {
    name: 'Read',
    action: 'aws:executeAwsApi',
    inputs: { Service: 'iam', Api: 'get_user', UserName: '{{ UserName }}' },
    outputs: [{ Name: 'Arn', Selector: '$.User.Arn', Type: 'String' }],
  };
  const parameters = { UserName: { type: 'String' } };

  it('are outputs of its steps', async () => {
    runbooks.account.iam.seedUser({ UserName: 'bob' });

    const { execution } = await runbooks.run([describeUser], {
      parameters,
      outputs: ['Read.Arn'],
      given: { UserName: ['bob'] },
    });

    expect(execution.Outputs).toEqual({ 'Read.Arn': ['arn:aws:iam::123456789012:user/bob'] });
    expect(execution.Parameters).toEqual({ UserName: ['bob'] });
  });

  it('contain a message when their step did not succeed', async () => {
    const { execution } = await runbooks.run([describeUser], {
      parameters,
      outputs: ['Read.Arn'],
      given: { UserName: ['nobody'] },
    });

    expect(execution.Outputs).toEqual({
      'Read.Arn': ['No output available yet because the step is not successfully executed'],
    });
  });
});

describe('a reference', () => {
  const parameters = {
    Days: { type: 'Integer', default: 7 },
    Names: { type: 'StringList', default: ['a', 'b'] },
  };
  const echo = (UserName: unknown) =>
    fail('Echo', { inputs: { Service: 'iam', Api: 'GetUser', UserName } });

  it.each([
    ['{{ Names }}', '["a","b"]'],
    ['{{Days}}', '7'],
    ['{{ Days }} days of {{ Names }}', '"7 days of [\\"a\\",\\"b\\"]"'],
    [
      '{{ global:ACCOUNT_ID }}/{{ global:REGION }}/{{ global:AWS_PARTITION }}',
      '"123456789012/us-east-1/aws"',
    ],
  ])('%s becomes the input %s', async (UserName, expected) => {
    const { steps } = await runbooks.run([echo(UserName)], { parameters });

    expect(steps['Echo']?.Inputs['UserName']).toBe(expected);
  });

  it('to the execution becomes its id', async () => {
    const { execution, steps } = await runbooks.run([echo('{{ automation:EXECUTION_ID }}')]);

    expect(steps['Echo']?.Inputs['UserName']).toBe(`"${execution.AutomationExecutionId}"`);
  });

  it('to an output of a failed step fails the step that refers to it', async () => {
    const outputs = [{ Name: 'Arn', Selector: '$.User.Arn', Type: 'String' }];
    const read = fail('Read', { outputs, onFailure: 'Continue' });
    const before = runbooks.account.calls.length;

    const { steps } = await runbooks.run([read, echo('{{ Read.Arn }}')]);

    expect(steps['Echo']?.FailureMessage).toContain(
      'expected a value for {{ Read.Arn }}, got none: the step did not succeed',
    );
    expect(runbooks.account.calls.slice(before)).toHaveLength(1);
  });
});
