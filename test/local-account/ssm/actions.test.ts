import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunbookAccount, pass } from '../../support/runbook-account.ts';

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
beforeAll(async () => {
  runbooks = await createRunbookAccount();
});
afterAll(() => runbooks.account.close());

/** Runs a branch to Yes, else to No. Text is a parameter of the document. */
const branchOn = async (condition: Record<string, unknown>, branchMore = { Default: 'No' }) => {
  const { steps } = await runbooks.run(
    [
      {
        name: 'Branch',
        action: 'aws:branch',
        inputs: { Choices: [{ NextStep: 'Yes', ...condition }], ...branchMore },
      },
      pass('No', { isEnd: true }),
      pass('Yes'),
    ],
    { parameters: { Text: { type: 'String' } }, given: { Text: ['Deactivate'] } },
  );
  const taken = ['Yes', 'No'].filter((name) => steps[name]?.StepStatus === 'Success');
  return taken.join();
};

const text = (operator: string, operand: string) => ({
  Variable: '{{ Text }}',
  [operator]: operand,
});
const holds = text('StringEquals', 'Deactivate');
const doesNot = text('StringEquals', 'deactivate');

describe('aws:branch', () => {
  it.each([
    [text('StringEquals', 'Deactivate'), 'Yes'],
    [text('StringEquals', 'Deactivat'), 'No'],
    [text('StartsWith', 'Deact'), 'Yes'],
    [text('StartsWith', 'eact'), 'No'],
    [{ Not: doesNot }, 'Yes'],
    [{ And: [holds, doesNot] }, 'No'],
    [{ And: [holds, holds] }, 'Yes'],
    [{ Or: [doesNot, holds] }, 'Yes'],
    [{ Or: [doesNot, doesNot] }, 'No'],
  ])('%j continues with %s', async (condition, expected) => {
    expect(await branchOn(condition)).toBe(expected);
  });

  it('continues with the next step of the document without a true choice and a default', async () => {
    expect(await branchOn(doesNot, {} as { Default: string })).toBe('No');
  });
});
