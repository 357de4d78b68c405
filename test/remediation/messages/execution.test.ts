import { describe, expect, it } from 'vitest';
import { readPeople } from '../../../remediation/messages/execution.ts';

const OPERATOR = 'arn:aws:iam::123456789012:user/operator';

const decision = (Approver: unknown, Decision = 'Approve') => ({ Approver, Decision });

const executionWith = (ApproverDecisions: unknown) => ({
  ExecutedBy: OPERATOR,
  StepExecutions: [{ StepName: 'Approve', Outputs: { ApproverDecisions } }],
});

describe('readPeople', () => {
  it('returns who started an execution, which required no approval', () => {
    const StepExecutions = [{ StepName: 'Plan', Outputs: {} }, { StepName: 'Decide' }];
    expect(readPeople({ ExecutedBy: OPERATOR, StepExecutions })).toEqual({
      starter: OPERATOR,
      approvers: 'not required',
    });
  });

  it.each<[string, unknown, string]>([
    [
      'one text for each decision',
      ['alice', 'bob'].map((name) => JSON.stringify(decision(name))),
      'alice, bob',
    ],
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
    [
      'ten approvers',
      [JSON.stringify('abcdefghij'.split('').map((name) => decision(name)))],
      'a, b, c, d, e, f, g, h, i, j',
    ],
    [
      'eleven approvers',
      [JSON.stringify('abcdefghijk'.split('').map((name) => decision(name)))],
      'a, b, c, d, e, f, g, h, i, j',
    ],
    ['only a rejection', [JSON.stringify(decision('alice', 'Reject'))], 'unknown'],
    ['a decision without an approver', ['{"Decision":"Approve"}'], 'unknown'],
    ['an approver that is no text', [JSON.stringify(decision({}))], 'unknown'],
    ['text that is not JSON', ['Approve'], 'unknown'],
    ['deep JSON', ['['.repeat(100_000)], 'unknown'],
    ['no decision', [], 'unknown'],
    ['no list', undefined, 'unknown'],
  ])('returns the approvers, or that they are unknown, for %s', (_, decisions, approvers) => {
    expect(readPeople(executionWith(decisions))).toEqual({ starter: OPERATOR, approvers });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no steps and a list as caller', { ExecutedBy: [OPERATOR] }],
    [
      'no caller and not all steps',
      { ExecutedBy: '', StepExecutions: [], StepExecutionsTruncated: true },
    ],
  ])('shows unknown people for %s', (_, execution) => {
    expect(readPeople(execution)).toEqual({ starter: 'unknown', approvers: 'unknown' });
  });

  it.each([
    ['a line break', 'eve\nApproved by: alice\r\u2028', 'eve?Approved?by:?alice??'],
    ['an emoji, which is one character', 'e\u{1f600}', 'e?'],
    ['700 characters', 'e'.repeat(700), 'e'.repeat(700)],
    ['701 characters', 'e'.repeat(701), 'e'.repeat(700)],
  ])('shows a principal as one word of ASCII: %s', (_, ExecutedBy, starter) => {
    expect(readPeople({ ExecutedBy }).starter).toBe(starter);
  });
});
