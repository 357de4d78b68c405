import { describe, expect, it } from 'vitest';
import { contradictionsOf } from '../../../infra/settings/settings.ts';

const none = {
  configRuleName: 'single',
  inactiveConfigRuleName: 'inactive',
  automaticRemediation: false,
  automaticDeletion: false,
  approvers: undefined,
  approvalTopicArn: undefined,
};
const approvers = ['arn:aws:iam::123456789012:role/security'];
const approvalTopicArn = 'arn:aws:sns:eu-west-1:123456789012:approvals';
const automatic = (name: string) =>
  `${name} must be false with approvers: nobody is there to ask when Config starts a runbook by itself`;

describe('contradictionsOf', () => {
  it.each([
    ['nothing is set', {}],
    ['Config starts both runbooks', { automaticRemediation: true, automaticDeletion: true }],
    ['somebody approves', { approvers }],
    ['somebody approves, and is told', { approvers, approvalTopicArn }],
  ])('has none where %s', (_, settings) => {
    expect(contradictionsOf({ ...none, ...settings })).toEqual([]);
  });

  it.each([
    [
      { inactiveConfigRuleName: 'single' },
      ['inactiveConfigRuleName must be another name than configRuleName, got "single" twice'],
    ],
    [{ approvers, automaticRemediation: true }, [automatic('automaticRemediation')]],
    [{ approvers, automaticDeletion: true }, [automatic('automaticDeletion')]],
    [
      { approvers, automaticRemediation: true, automaticDeletion: true },
      [automatic('automaticRemediation'), automatic('automaticDeletion')],
    ],
    [
      { approvalTopicArn },
      ['approvalTopicArn must not be set without approvers: there is nobody to tell'],
    ],
    [
      { approvalTopicArn, inactiveConfigRuleName: 'single' },
      [
        expect.stringContaining('inactiveConfigRuleName'),
        expect.stringContaining('approvalTopicArn'),
      ],
    ],
  ])('says of %j what must be otherwise, and why', (settings, expected) => {
    expect(contradictionsOf({ ...none, ...settings })).toEqual(expected);
  });
});
