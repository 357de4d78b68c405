import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../support/build.ts';
import { createRunbookAccount, pass } from '../../support/runbook-account.ts';

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
beforeAll(async () => {
  runbooks = await createRunbookAccount();
});
afterAll(() => runbooks.account.close());

const errorOf = (run: () => unknown): { code: string; message: string } => {
  try {
    run();
  } catch (error) {
    return Object(error);
  }
  throw new Error('expected an error, got none');
};

describe('StartAutomationExecution', () => {
  const parameters = {
    Name: { type: 'String', allowedPattern: '[a-z]{2,4}' },
    Flag: { type: 'Boolean', default: false },
    Count: { type: 'Integer', default: 1 },
    List: { type: 'StringList', default: [], allowedValues: ['a', 'b'] },
  };
  const start = (given: Record<string, string[]>) =>
    runbooks.start([pass('Only')], { parameters, given });

  it.each([
    ['the shortest value of a pattern', { Name: ['ab'] }],
    ['the longest value of a pattern', { Name: ['abcd'] }],
    ['a boolean', { Name: ['abc'], Flag: ['true'] }],
    ['a number', { Name: ['abc'], Count: ['-12'] }],
    ['a list of allowed values', { Name: ['abc'], List: ['a', 'b', 'a'] }],
  ])('accepts %s', async (_, given) => {
    const execution = await runbooks.account.ssm.finished(start(given));

    expect(execution.AutomationExecutionStatus).toBe('Success');
  });

  it('records the ARN of its caller, which GetAutomationExecution returns', () => {
    const { account, assumeRole } = runbooks;
    const { GetAutomationExecution, StartAutomationExecution } = account.ssm.operations;
    const Content = { schemaVersion: '0.3', assumeRole, mainSteps: [pass('Only')] };
    account.ssm.documents.create({ Name: 'Plain', Content, DocumentType: 'Automation' });
    const startedBy = (principal: string) => {
      const started = StartAutomationExecution({ DocumentName: 'Plain' }, principal);
      const { AutomationExecution } = Object(GetAutomationExecution(started, 'operator'));
      return AutomationExecution.ExecutedBy;
    };

    expect(startedBy('operator')).toBe('arn:aws:iam::123456789012:user/operator');
    expect(startedBy('automation')).toBe(
      'arn:aws:sts::123456789012:assumed-role/automation/session',
    );
  });

  it.each([
    ['no value for a required parameter', {}, 'Name must be given'],
    ['an undeclared parameter', { Name: ['abc'], Missing: ['x'] }, 'unknown parameter Missing'],
    ['less than the pattern', { Name: ['a'] }, 'Name must match'],
    ['more than the pattern', { Name: ['abcde'] }, 'Name must match'],
    ['two values for a text', { Name: ['abc', 'abc'] }, 'Name must have one value, got 2'],
    ['no value for a text', { Name: [] }, 'Name must have one value, got 0'],
    ['a boolean that is none', { Name: ['abc'], Flag: ['yes'] }, 'Flag must be of type Boolean'],
    ['a number that is none', { Name: ['abc'], Count: ['1.5'] }, 'Count must be of type Integer'],
    ['a value that is not allowed', { Name: ['abc'], List: ['a', 'c'] }, 'must be one of a, b'],
  ])('refuses %s', (_, given, message) => {
    const error = errorOf(() => start(given));

    expect(error.code).toBe('InvalidAutomationExecutionParametersException');
    expect(error.message).toContain(message);
  });

  it.each([
    ['1 character', ['x'], undefined],
    ['512 characters', ['x'.repeat(512)], undefined],
    ['no character', [''], 'ValidationException'],
    ['513 characters', ['x'.repeat(513)], 'ValidationException'],
  ])('checks the length of a value of %s', (_, Text, code) => {
    const run = () =>
      runbooks.start([pass('Only')], { parameters: { Text: { type: 'String' } }, given: { Text } });

    if (code === undefined) expect(run()).toMatch(/^[0-9a-f-]{36}$/);
    else expect(errorOf(run).code).toBe(code);
  });

  it('refuses a missing document and an unknown member', () => {
    const { StartAutomationExecution } = runbooks.account.ssm.operations;
    const call = (input: unknown) =>
      errorOf(() => StartAutomationExecution(input, 'operator')).code;

    expect(call({ DocumentName: 'Missing' })).toBe('AutomationDefinitionNotFoundException');
    expect(call({ DocumentName: 'Runbook', Other: 1 })).toBe('ValidationException');
  });

  it('starts one execution for a ClientToken and refuses the token for another request', () => {
    const { StartAutomationExecution } = runbooks.account.ssm.operations;
    const ClientToken = '01234567-89ab-4def-8123-456789abcdef';
    runbooks.start([pass('Only')], { parameters: { Text: { type: 'String', default: '' } } });
    const call = (Parameters: Record<string, string[]>) =>
      StartAutomationExecution({ DocumentName: 'Runbook', ClientToken, Parameters }, 'operator');

    expect(call({ Text: ['a'] })).toEqual(call({ Text: ['a'] }));
    expect(errorOf(() => call({ Text: ['b'] })).code).toBe('IdempotentParameterMismatch');
  });

  it.each([
    ['does not exist', 'arn:aws:iam::123456789012:role/missing'],
    ['does not trust Systems Manager', 'arn:aws:iam::123456789012:role/executor'],
  ])('refuses a role that %s', (_, assumeRole) => {
    const { account, start: begin } = runbooks;
    const Statement = [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
    ];
    account.roles.create({ RoleName: 'executor', AssumeRolePolicyDocument: { Statement } });
    const Content = { schemaVersion: '0.3', assumeRole, mainSteps: [pass('Only')] };
    begin([pass('Only')]);
    account.ssm.documents.create({ Name: 'Runbook', Content, DocumentType: 'Automation' });

    const { StartAutomationExecution } = account.ssm.operations;
    const error = errorOf(() => StartAutomationExecution({ DocumentName: 'Runbook' }, 'operator'));

    expect(error.code).toBe('InvalidAutomationExecutionParametersException');
    expect(error.message).toContain('The defined assume role is unable to be assumed');
  });
});

describe('GetAutomationExecution', () => {
  it('shows an execution from its start to its end', async () => {
    const { GetAutomationExecution } = runbooks.account.ssm.operations;
    const id = runbooks.start([pass('Only')]);

    expect(GetAutomationExecution({ AutomationExecutionId: id }, 'operator')).toMatchObject({
      AutomationExecution: {
        AutomationExecutionStatus: 'InProgress',
        DocumentName: 'Runbook',
        DocumentVersion: '1',
        ExecutionStartTime: at,
        StepExecutions: [{ StepName: 'Only', Action: 'aws:sleep', StepStatus: 'Pending' }],
      },
    });
    expect(await runbooks.account.ssm.finished(id)).toMatchObject({ ExecutionEndTime: at });
  });

  it('refuses a missing execution', () => {
    const { GetAutomationExecution } = runbooks.account.ssm.operations;
    const AutomationExecutionId = '00000000-0000-4000-8000-000000000000';

    expect(errorOf(() => GetAutomationExecution({ AutomationExecutionId }, 'operator')).code).toBe(
      'AutomationExecutionNotFoundException',
    );
  });
});
