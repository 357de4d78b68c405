import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunbookAccount, pass } from '../../support/runbook-account.ts';

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
beforeAll(async () => {
  runbooks = await createRunbookAccount();
});
afterAll(() => runbooks.account.close());

/** Text, Flag and Number are the runbook's parameters; the branch leads to Yes, or else to No. */
const branchOn = async (condition: Record<string, unknown>, branchMore = { Default: 'No' }) => {
  const { steps, execution } = await runbooks.run(
    [
      {
        name: 'Branch',
        action: 'aws:branch',
        inputs: { Choices: [{ NextStep: 'Yes', ...condition }], ...branchMore },
      },
      pass('No', { isEnd: true }),
      pass('Yes'),
    ],
    {
      parameters: {
        Text: { type: 'String' },
        Flag: { type: 'Boolean' },
        Number: { type: 'Integer' },
      },
      given: { Text: ['Deactivate'], Flag: ['true'], Number: ['3'] },
    },
  );
  const taken = ['Yes', 'No'].filter((name) => steps[name]?.StepStatus === 'Success');
  return { taken: taken.join(), status: execution.AutomationExecutionStatus, steps };
};

const text = (operator: string, operand: unknown) => ({
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
    [text('Contains', 'activ'), 'Yes'],
    [text('Contains', 'Activ'), 'No'],
    [{ Variable: '{{ Flag }}', BooleanEquals: true }, 'Yes'],
    [{ Variable: '{{ Flag }}', BooleanEquals: false }, 'No'],
    [{ Variable: '{{ Number }}', NumericEquals: 3 }, 'Yes'],
    [{ Variable: '{{ Number }}', NumericEquals: 4 }, 'No'],
    [{ Not: doesNot }, 'Yes'],
    [{ And: [holds, doesNot] }, 'No'],
    [{ And: [holds, holds] }, 'Yes'],
    [{ Or: [doesNot, holds] }, 'Yes'],
    [{ Or: [doesNot, doesNot] }, 'No'],
  ])('%j leads to %s', async (condition, expected) => {
    expect((await branchOn(condition)).taken).toBe(expected);
  });

  it('goes on with the step below when no choice holds and there is no default', async () => {
    expect((await branchOn(doesNot, {} as { Default: string })).taken).toBe('No');
  });

  it.each([
    ['an unknown operator', text('StringMatches', 'x'), 'unknown operator StringMatches'],
    ['two operators at once', { ...holds, Contains: 'a' }, 'expected one operator'],
    ['a text where a number is compared', text('NumericEquals', 3), 'Expected number'],
  ])('fails on %s', async (_, condition, message) => {
    expect((await branchOn(condition)).steps['Branch']?.FailureMessage).toContain(message);
  });
});
