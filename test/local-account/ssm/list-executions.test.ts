import { DescribeAutomationExecutionsCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../support/build.ts';
import { createRunbookAccount, fail, pass } from '../../support/runbook-account.ts';

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
beforeEach(async () => {
  runbooks = await createRunbookAccount();
});
afterEach(() => runbooks.account.close());

type Input = ConstructorParameters<typeof DescribeAutomationExecutionsCommand>[0];
const send = (input: Input = {}) =>
  new SSMClient(runbooks.account.clientConfig).send(new DescribeAutomationExecutionsCommand(input));
const ids = async (Filters?: NonNullable<Input>['Filters']) =>
  (await send({ Filters })).AutomationExecutionMetadataList?.map(
    ({ AutomationExecutionId }) => AutomationExecutionId,
  );
const runTwo = async () => {
  const { execution: first } = await runbooks.run([pass('Only')]);
  const { execution: second } = await runbooks.run([fail('Only')]);
  return [first.AutomationExecutionId, second.AutomationExecutionId] as const;
};

describe('DescribeAutomationExecutions', () => {
  it('returns executions without parameters, steps and outputs', async () => {
    const [id] = await runTwo();

    const { AutomationExecutionMetadataList } = await send();

    expect(AutomationExecutionMetadataList?.at(-1)).toEqual({
      AutomationExecutionId: id,
      AutomationExecutionStatus: 'Success',
      AutomationType: 'Local',
      DocumentName: 'Runbook',
      DocumentVersion: '1',
      ExecutedBy: 'arn:aws:iam::123456789012:user/operator',
      ExecutionStartTime: at,
      ExecutionEndTime: at,
      LogFile: '',
      Mode: 'Auto',
      Outputs: {},
      ResolvedTargets: { ParameterValues: [], Truncated: false },
      Targets: [],
    });
    expect(AutomationExecutionMetadataList?.[0]?.FailureMessage).toContain('NoSuchEntity');
  });

  it('returns the newest execution first, in pages', async () => {
    const [first, second] = await runTwo();

    const page = await send({ MaxResults: 1 });
    // An execution that starts between two pages changes nothing.
    await runbooks.run([pass('Only')]);
    const next = await send({ MaxResults: 1, NextToken: page.NextToken });

    const shown = [page, next].map(({ AutomationExecutionMetadataList }) =>
      AutomationExecutionMetadataList?.map((one) => one.AutomationExecutionId),
    );
    expect(shown).toEqual([[second], [first]]);
    expect(next.NextToken).toBeUndefined();
  });

  it('filters: an execution has one of the values of each filter', async () => {
    const [first, second] = await runTwo();

    expect(await ids([{ Key: 'DocumentNamePrefix', Values: ['Run'] }])).toEqual([second, first]);
    expect(await ids([{ Key: 'DocumentNamePrefix', Values: ['book', 'x'] }])).toEqual([]);
    expect(await ids([{ Key: 'ExecutionId', Values: [first, 'x'] }])).toEqual([first]);
    const failed = { Key: 'ExecutionStatus' as const, Values: ['Failed', 'TimedOut'] };
    expect(await ids([failed])).toEqual([second]);
    expect(await ids([failed, { Key: 'ExecutionId', Values: [first] }])).toEqual([]);
  });

  it.each<[string, Input, string]>([
    [
      'a filter of the API that the account lacks',
      { Filters: [{ Key: 'TagKey', Values: ['a'] }] },
      'InvalidFilterKey',
    ],
    ['no filter in a list', { Filters: [] }, 'ValidationException'],
    ['51 executions', { MaxResults: 51 }, 'ValidationException'],
    ['an unknown token', { NextToken: 'unknown' }, 'InvalidNextToken'],
  ])('refuses %s', async (_what, input, name) => {
    await expect(send(input)).rejects.toMatchObject({ name });
  });
});
