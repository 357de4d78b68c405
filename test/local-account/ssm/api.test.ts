import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyId, trustOf } from '../../support/build.ts';
import { createRunbookAccount } from '../../support/runbook-account.ts';
import type { LocalAccountOptions } from '../account.ts';
import { ServiceError } from '../dispatch.ts';

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
const start = async (options: LocalAccountOptions = {}) => {
  runbooks = await createRunbookAccount(options);
  const { account } = runbooks;
  account.iam.seedUser({ UserName: 'alice', keys: [{ AccessKeyId: keyId('A') }] });
  const AssumeRolePolicyDocument = trustOf('lambda.amazonaws.com');
  const role = account.roles.create({ RoleName: 'executor', AssumeRolePolicyDocument });
  account.lambda.functions.create({
    ...{ FunctionName: 'planner', directory: '/nowhere', Handler: 'index.handler' },
    ...{ Runtime: 'nodejs24.x', Role: role.Arn },
  });
};
beforeEach(() => start());
afterEach(() => runbooks.account.close());

const api = (Api: string, more: Record<string, unknown> = {}) => ({
  name: 'Step',
  action: 'aws:executeAwsApi',
  inputs: { Service: 'iam', Api, UserName: 'alice' },
  ...more,
});

const runStep = async (step: Record<string, unknown>) => {
  const { steps } = await runbooks.run([{ name: 'Step', ...step }]);
  const shown = steps['Step'];
  return { status: shown?.StepStatus, outputs: shown?.Outputs, message: shown?.FailureMessage };
};

describe('aws:executeAwsApi', () => {
  it.each(['ListAccessKeys', 'list_access_keys'])(
    'calls %s as the automation role',
    async (Api) => {
      const outputs = [
        { Name: 'First', Selector: '$.AccessKeyMetadata[0].AccessKeyId', Type: 'String' },
        { Name: 'Quoted', Selector: "$['AccessKeyMetadata'][0]['Status']", Type: 'String' },
        { Name: 'IsTruncated', Selector: '$.IsTruncated', Type: 'Boolean' },
        { Name: 'Keys', Selector: '$.AccessKeyMetadata', Type: 'MapList' },
        { Name: 'Key', Selector: '$.AccessKeyMetadata[0]', Type: 'StringMap' },
      ];

      const step = await runStep(api(Api, { outputs }));

      expect(step.outputs).toMatchObject({
        First: [keyId('A')],
        Quoted: ['Active'],
        IsTruncated: ['false'],
      });
      expect(runbooks.account.calls).toMatchObject([
        { service: 'iam', operation: 'ListAccessKeys', principal: 'automation' },
      ]);
    },
  );

  it.each([
    ['$.Missing', 'the response has no $.Missing'],
    ['$.AccessKeyMetadata[1].Status', 'the response has no'],
    ['$.AccessKeyMetadata[*]', 'expected a Selector of members and indexes'],
  ])('fails on the Selector %s', async (Selector, message) => {
    const outputs = [{ Name: 'Out', Selector, Type: 'String' }];

    expect((await runStep(api('ListAccessKeys', { outputs }))).message).toContain(message);
  });

  it('retries a throttled call and no other failure', async () => {
    const { account } = runbooks;
    const throttled = new ServiceError('Throttling', 'Rate exceeded');
    const denied = new ServiceError('AccessDenied', 'not allowed', 403);
    account.faults.fail({ service: 'iam', operation: 'GetUser', error: throttled });
    account.faults.fail({ service: 'iam', operation: 'ListAccessKeys', error: denied });

    expect(await runStep(api('GetUser'))).toMatchObject({ status: 'Success' });
    expect((await runStep(api('ListAccessKeys'))).message).toContain('(AccessDenied)');
    expect(account.calls.map(({ operation }) => operation)).toEqual([
      'GetUser',
      'GetUser',
      'ListAccessKeys',
    ]);
  });

  it('fails on an operation that the simulated account lacks', async () => {
    expect((await runStep(api('CreateRole'))).message).toContain('has no iam:CreateRole');
  });
});

describe('aws:invokeLambdaFunction', () => {
  const invoke = (inputs: Record<string, unknown>) => ({
    action: 'aws:invokeLambdaFunction',
    inputs: { FunctionName: 'planner', ...inputs },
  });

  it.each([
    ['InputPayload', { InputPayload: { UserId: 'AIDA' } }],
    ['Payload', { Payload: '{"UserId":"AIDA"}' }],
  ])('passes %s to the function and returns its result as text', async (_, inputs) => {
    runbooks.account.lambda.override('planner', (event) => ({ got: event }));

    const { outputs } = await runStep(invoke(inputs));

    expect(outputs).toMatchObject({ StatusCode: ['200'], Payload: ['{"got":{"UserId":"AIDA"}}'] });
    expect(runbooks.account.lambda.invocations).toMatchObject([{ invoker: 'automation' }]);
  });

  it('finds a function by its ARN', async () => {
    runbooks.account.lambda.override('planner', () => 1);
    const FunctionName = 'arn:aws:lambda:us-east-1:123456789012:function:planner';

    expect((await runStep(invoke({ FunctionName }))).status).toBe('Success');
    expect((await runStep(invoke({ FunctionName: `${FunctionName}2` }))).message).toContain(
      'ResourceNotFoundException',
    );
  });

  it.each([
    [false, 'Success'],
    [true, 'Failed'],
  ])(
    'with failsOnFunctionError %s, a function that throws makes its step a %s',
    async (failsOnFunctionError, status) => {
      await runbooks.account.close();
      await start({ automation: { failsOnFunctionError } });
      runbooks.account.lambda.override('planner', () => {
        throw new RangeError('no plan');
      });

      const step = await runStep(invoke({}));

      expect(step.status).toBe(status);
      expect(step.outputs?.['FunctionError']?.[0] ?? step.message).toMatch(/Unhandled/);
    },
  );
});
