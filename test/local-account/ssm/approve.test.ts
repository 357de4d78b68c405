import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, trustOf } from '../../support/build.ts';
import { createRunbookAccount, fail, pass } from '../../support/runbook-account.ts';
import { createClock } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import type { ActionSettings } from './action.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const OPERATOR = 'arn:aws:iam::123456789012:user/operator';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals';

const setup = async (automation: Partial<ActionSettings> = {}) => {
  const clock = createClock({ start: at, speed: 0 });
  const runbooks = await createRunbookAccount({ ...clock, automation });
  const { account } = runbooks;
  const roleOf = (RoleName: string) =>
    account.roles.create({ RoleName, AssumeRolePolicyDocument: trustOf('ec2.amazonaws.com') });

  /** Sends a request over HTTP, signed by an operator unless another access key is given. */
  const ask = async (operation: string, input: unknown, accessKeyId = 'AKIALOCALOPERATOR000') => {
    const answer = await fetch(account.endpoint, {
      method: 'POST',
      body: JSON.stringify(input),
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260131/us-east-1/ssm/aws4_request`,
        'x-amz-target': `AmazonSSM.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
      },
    });
    return { status: answer.status, body: Object(await answer.json()) };
  };
  /** Sends a signal and returns the error code, if any. */
  const send = async (id: string, SignalType: string, more: object = {}, accessKeyId?: string) => {
    const input = { AutomationExecutionId: id, SignalType, ...more };
    const { status, body } = await ask('SendAutomationSignal', input, accessKeyId);
    expect(body).toEqual(
      status === 200 ? {} : expect.objectContaining({ __type: expect.any(String) }),
    );
    return body.__type as string | undefined;
  };
  const read = async (id: string) =>
    (await ask('GetAutomationExecution', { AutomationExecutionId: id })).body.AutomationExecution;

  return {
    ...runbooks,
    ...{ advance: clock.advance, now: clock.now, roleOf, send, read },
    /** Starts a document of these steps and returns its id when it waits. */
    startWaiting: async (...steps: unknown[]) => {
      const id = runbooks.start(steps);
      await account.ssm.waiting(id);
      return id;
    },
  };
};

let runbooks: Awaited<ReturnType<typeof setup>>;
beforeEach(async () => {
  runbooks = await setup();
});
afterEach(() => runbooks.account.close());

const approve = (inputs: object = {}, more: object = {}) => ({
  name: 'Approve',
  action: 'aws:approve',
  inputs: { Approvers: ['operator'], ...inputs },
  ...more,
});

/** Returns the result of an execution that needs no more signals. */
const endOf = async (id: string) => {
  const execution = await runbooks.account.ssm.finished(id);
  const [step] = execution.StepExecutions;
  return {
    execution: execution.AutomationExecutionStatus,
    step: step?.StepStatus,
    approval: step?.Outputs['ApprovalStatus'],
    decisions: step?.Outputs['ApproverDecisions']?.map((text) => JSON.parse(text)),
    message: step?.FailureMessage,
  };
};

describe('aws:approve', () => {
  it('waits before later steps run', async () => {
    const { startWaiting, read } = runbooks;

    const execution = await read(await startWaiting(approve(), pass('After')));

    expect(execution).toMatchObject({
      AutomationExecutionStatus: 'Waiting',
      CurrentStepName: 'Approve',
      StepExecutions: [
        {
          StepStatus: 'Waiting',
          Outputs: { ApprovalStatus: ['Waiting'], ApproverDecisions: [] },
        },
        { StepStatus: 'Pending' },
      ],
    });
  });

  it('succeeds when it is approved, and shows who approved, when and why', async () => {
    const { startWaiting, send, advance } = runbooks;
    const id = await startWaiting(approve());
    advance(DAY);

    expect(await send(id, 'Approve', { Payload: { Comment: ['Looks good'] } })).toBeUndefined();

    expect(await endOf(id)).toMatchObject({
      execution: 'Success',
      step: 'Success',
      approval: ['Approved'],
      decisions: [
        {
          Approver: OPERATOR,
          Decision: 'Approve',
          ApprovalDecisionTime: '2026-02-01T12:00:00.000Z',
          Comment: 'Looks good',
        },
      ],
    });
  });

  it('passes its outputs to later steps', async () => {
    const { startWaiting, send, account } = runbooks;
    const inputs = { Service: 'iam', Api: 'GetUser', UserName: '{{ Approve.ApprovalStatus }}' };
    const id = await startWaiting(approve(), fail('After', { inputs }));
    await send(id, 'Approve');

    const { StepExecutions } = await account.ssm.finished(id);

    expect(StepExecutions[1]?.Inputs['UserName']).toBe('"Approved"');
  });

  it('fails its execution when it is rejected', async () => {
    const { startWaiting, send, account } = runbooks;
    const id = await startWaiting(approve(), pass('After'));

    expect(await send(id, 'Reject', { Payload: { Comment: ['Not now'] } })).toBeUndefined();

    expect(await endOf(id)).toMatchObject({
      execution: 'Failed',
      step: 'Failed',
      approval: ['Rejected'],
      decisions: [{ Approver: OPERATOR, Decision: 'Reject', Comment: 'Not now' }],
      message: expect.stringContaining('The approval request was rejected'),
    });
    expect(account.ssm.execution(id).StepExecutions[1]?.StepStatus).toBe('Pending');
  });

  it.each([
    ['7 days', undefined, 7 * DAY],
    ['its own time', 60, 60 * SECOND],
    ['30 days', 30 * 86_400, 30 * DAY],
  ])('times out after %s, not a millisecond earlier', async (_, timeoutSeconds, limit) => {
    const { startWaiting, read, advance, account } = runbooks;
    const id = await startWaiting(approve({}, { timeoutSeconds }));

    advance(limit - 1);
    await account.settled();
    expect((await read(id)).AutomationExecutionStatus).toBe('Waiting');

    advance(1);
    expect(await endOf(id)).toMatchObject({
      execution: 'TimedOut',
      step: 'TimedOut',
      approval: ['Waiting'],
      message: expect.stringContaining(`Step timed out after ${limit / SECOND} seconds`),
    });
  });

  it('leads to its step for failures when it is rejected', async () => {
    const { startWaiting, send, account } = runbooks;
    const steps = [approve({}, { onFailure: 'step:Other' }), pass('Skipped'), pass('Other')];
    const id = await startWaiting(...steps);
    await send(id, 'Reject');

    const { StepExecutions, AutomationExecutionStatus } = await account.ssm.finished(id);

    expect(StepExecutions.map(({ StepStatus }) => StepStatus)).toEqual([
      'Failed',
      'Pending',
      'Success',
    ]);
    expect(AutomationExecutionStatus).toBe('Failed');
  });
});

describe('a rejection that does not fail the step', () => {
  it('is an output of the step', async () => {
    await runbooks.account.close();
    runbooks = await setup({ failsOnRejection: false });
    const { startWaiting, send } = runbooks;
    const id = await startWaiting(approve(), pass('After'));
    await send(id, 'Reject');

    expect(await endOf(id)).toMatchObject({
      ...{ execution: 'Success', step: 'Success' },
      approval: ['Rejected'],
    });
  });
});

describe('an approver', () => {
  it.each([
    ['the name of a user', 'operator'],
    ['the ARN of a user', OPERATOR],
    ['the ARN of a role', 'arn:aws:iam::123456789012:role/security'],
    ['the ARN of a role session', 'arn:aws:sts::123456789012:assumed-role/security/session'],
  ])('may be given as %s', async (_, approver) => {
    const { startWaiting, send, roleOf } = runbooks;
    const { environment } = roleOf('security');
    const id = await startWaiting(approve({ Approvers: ['somebody', approver] }));
    const accessKeyId = approver.includes('role/') ? environment.AWS_ACCESS_KEY_ID : undefined;

    expect(await send(id, 'Approve', {}, accessKeyId)).toBeUndefined();
    expect((await endOf(id)).execution).toBe('Success');
  });

  it.each(['Approve', 'Reject'])(
    'cannot be replaced: %s by another caller is refused',
    async (signal) => {
      const { startWaiting, send, read, roleOf } = runbooks;
      const { environment } = roleOf('intern');
      const id = await startWaiting(approve());

      expect(await send(id, signal, {}, environment.AWS_ACCESS_KEY_ID)).toBe(
        'InvalidAutomationSignalException',
      );
      expect((await read(id)).AutomationExecutionStatus).toBe('Waiting');
    },
  );

  it('counts once, and the step waits for the required number of approvals', async () => {
    const { startWaiting, send, read, roleOf } = runbooks;
    const role = roleOf('security');
    const Approvers = ['operator', OPERATOR, role.Arn];
    const id = await startWaiting(approve({ Approvers, MinRequiredApprovals: 2 }));

    await send(id, 'Approve');
    await send(id, 'Approve');
    const [step] = (await read(id)).StepExecutions;
    expect(step).toMatchObject({ StepStatus: 'Waiting', Outputs: { ApprovalStatus: ['Waiting'] } });
    expect(step.Outputs.ApproverDecisions).toHaveLength(1);

    await send(id, 'Approve', {}, role.environment.AWS_ACCESS_KEY_ID);
    const { approval, decisions } = await endOf(id);
    expect(approval).toEqual(['Approved']);
    expect(decisions?.map(({ Approver }) => Approver)).toEqual([
      OPERATOR,
      'arn:aws:sts::123456789012:assumed-role/security/session',
    ]);
  });

  it('rejects the step although another approver approved', async () => {
    const { startWaiting, send, roleOf } = runbooks;
    const role = roleOf('security');
    const inputs = { Approvers: ['operator', role.Arn], MinRequiredApprovals: 2 };
    const id = await startWaiting(approve(inputs));

    await send(id, 'Approve');
    await send(id, 'Reject', {}, role.environment.AWS_ACCESS_KEY_ID);

    expect(await endOf(id)).toMatchObject({ execution: 'Failed', approval: ['Rejected'] });
  });
});

describe('the request for approval', () => {
  it('is published to its topic by the automation role before the step waits', async () => {
    const { account, startWaiting } = runbooks;
    account.sns.createTopic('AutomationApprovals');

    const id = await startWaiting(approve({ NotificationArn: TOPIC, Message: 'Delete alice?' }));

    expect(account.calls).toMatchObject([
      { service: 'sns', operation: 'Publish', principal: 'automation', input: { TopicArn: TOPIC } },
    ]);
    const [published] = account.sns.published;
    expect(published?.Message).toMatch(/^Delete alice\?\n/);
    expect(published?.Message).toContain(id);
  });

  it('is not published without a topic', async () => {
    await runbooks.startWaiting(approve());

    expect(runbooks.account.calls).toEqual([]);
  });

  it('fails the step when its topic does not exist', async () => {
    const { steps } = await runbooks.run([approve({ NotificationArn: TOPIC })]);

    expect(steps['Approve']?.FailureMessage).toContain('(NotFound)');
  });

  it('is published again when it is throttled', async () => {
    const { account, startWaiting } = runbooks;
    account.sns.createTopic('AutomationApprovals');
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'sns', operation: 'Publish', error });

    await startWaiting(approve({ NotificationArn: TOPIC }));

    expect(account.sns.published).toHaveLength(1);
  });
});

describe('SendAutomationSignal', () => {
  it.each(['Approve', 'Reject'])('refuses to %s after the decision', async (signal) => {
    const { startWaiting, send, account } = runbooks;
    const id = await startWaiting(approve());
    await send(id, 'Approve');
    await account.ssm.finished(id);

    expect(await send(id, signal)).toBe('InvalidAutomationSignalException');
    expect((await endOf(id)).decisions).toHaveLength(1);
  });

  it('refuses to approve an execution that sleeps', async () => {
    const { startWaiting, send } = runbooks;
    const id = await startWaiting(pass('Sleep', { inputs: { Duration: 'PT1H' } }));

    expect(await send(id, 'Approve')).toBe('InvalidAutomationSignalException');
  });

  it('refuses a missing execution', async () => {
    const id = '00000000-0000-4000-8000-000000000000';

    expect(await runbooks.send(id, 'Approve')).toBe('AutomationExecutionNotFoundException');
  });

  const INVALID = 'InvalidAutomationSignalException';
  const StepExecutionId = ['01234567-89ab-4def-8123-456789abcdef'];

  it.each([
    ['a signal that no action accepts', 'StopStep', { StepExecutionId }, INVALID],
    ['a signal that no action accepts', 'Revoke', undefined, INVALID],
    ['a signal that no action accepts', 'Resume', { StepName: ['Approve'] }, INVALID],
    ['a signal that no action accepts', 'StartStep', { StepName: ['Approve'] }, INVALID],
    ['a missing step', 'Resume', { StepName: ['Missing'] }, 'AutomationStepNotFoundException'],
    ['a missing step', 'StartStep', undefined, 'AutomationStepNotFoundException'],
    ['a long comment', 'Approve', { Comment: ['x'.repeat(513)] }, 'ValidationException'],
    ['an empty comment', 'Approve', { Comment: [''] }, 'ValidationException'],
    ['an empty payload', 'Approve', {}, 'ValidationException'],
    ['two comments', 'Approve', { Comment: ['a', 'b'] }, INVALID],
    ['another member in the payload', 'Approve', { Reason: ['a'] }, INVALID],
    ['an unknown signal type', 'Agree', undefined, 'ValidationException'],
  ])('refuses %s: %s with %j', async (_, SignalType, Payload, code) => {
    const id = await runbooks.startWaiting(approve());

    expect(await runbooks.send(id, SignalType, { Payload })).toBe(code);
  });

  it('accepts the longest comment and refuses an unknown member', async () => {
    const id = await runbooks.startWaiting(approve());
    const Payload = { Comment: ['x'.repeat(512)] };

    expect(await runbooks.send(id, 'Approve', { Comment: 'a' })).toBe('ValidationException');
    expect(await runbooks.send(id, 'Approve', { Payload })).toBeUndefined();
  });
});
