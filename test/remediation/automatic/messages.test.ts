import { describe, expect, it } from 'vitest';
import { furtherRefusals, refusalMessage } from '../../../remediation/automatic/messages.ts';
import { planOf } from '../../support/plans.ts';

const rule = {
  Runbook: 'DeactivateAccessKey',
  ConfigRuleName: 'iam-user-single-access-key',
  accountId: '123456789012',
} as const;
const deletion = {
  ...rule,
  Runbook: 'DeleteInactiveAccessKey',
  ConfigRuleName: 'iam-user-inactive-access-key',
} as const;
const plan = planOf({ Outcome: 'Refused', Reason: 'no key of alice is selected: a tie' });

describe('refusalMessage', () => {
  it('names the user, the account, the rule and the reason, and says what to do', () => {
    expect(refusalMessage(plan, rule)).toEqual({
      Subject: 'Access key not deactivated: alice',
      Message: `The IAM user alice (AIDAXXXXXXXXXXXXALICE) in the account 123456789012 is NON_COMPLIANT with the AWS Config rule iam-user-single-access-key, and no access key was deactivated automatically.

Why: no key of alice is selected: a tie

What to do: see the reason. To decide yourself, start the runbook DeactivateAccessKey with UserId and AccessKeyId: the stack output DeactivationCommand is its command. Every schedule plans again, and a key is deactivated when the reason no longer applies.`,
    });
  });

  it('is about a deletion for the rule on inactive keys', () => {
    const { Subject, Message } = refusalMessage(plan, deletion);
    expect(Subject).toBe('Access key not deleted: alice');
    expect(Message).toContain('iam-user-inactive-access-key, and no access key was deleted');
    expect(Message).toContain('DeleteInactiveAccessKey with UserId and AccessKeyId');
    expect(Message).not.toContain('deactivated');
  });

  it.each([
    [72, 100],
    [73, 100],
    [71, 99],
  ])('has a subject of at most 100 characters: a name of %i', (length, expected) => {
    const { Subject } = refusalMessage({ ...plan, UserName: 'u'.repeat(length) }, rule);
    expect(Subject).toHaveLength(expected);
  });
});

describe('furtherRefusals', () => {
  it('names the number, the account and the rule, and says what to do', () => {
    expect(furtherRefusals(400, rule)).toEqual({
      Subject: 'Access keys not deactivated: 400 more users',
      Message: `In the account 123456789012, 400 more IAM users are NON_COMPLIANT with the AWS Config rule iam-user-single-access-key, and none of their access keys was deactivated automatically. They get no messages of their own.

What to do: read the annotations of the NON_COMPLIANT results of the rule in AWS Config. To decide yourself, start the runbook DeactivateAccessKey with UserId and AccessKeyId: the stack output DeactivationCommand is its command.`,
    });
  });
});
