import { describe, expect, it } from 'vitest';
import { toPublishInput } from '../../../remediation/messages/message.ts';
import {
  type Forecast,
  furtherRefusals,
  type Notice,
  noticeMessage,
  refusalMessage,
  violationMessage,
} from '../../../remediation/messages/texts.ts';
import { at, keyId } from '../../support/build.ts';
import { alice, planOf } from '../../support/plans.ts';

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
const refused = planOf({ Outcome: 'Refused', Reason: 'no key of alice is selected: a tie' });
const acting = planOf({
  Outcome: 'Deactivate',
  Reason: `deactivate ${keyId('OLD')}, keep ${keyId('NEW')}`,
  AccessKeyId: keyId('OLD'),
});

/** The subject and the plain text of a message. */
const textOf = (message: Parameters<typeof toPublishInput>[0]) => {
  const { Subject, Message = '' } = toPublishInput(message, {
    TopicArn: 'topic',
    owner: undefined,
  });
  return { Subject, text: JSON.parse(Message).default };
};

describe('violationMessage', () => {
  const tell = (
    forecast: Forecast,
    plan = acting,
    of: Parameters<typeof violationMessage>[1] = rule,
  ) =>
    textOf(
      violationMessage(
        {
          eventId: 'event-1',
          plan,
          annotation: 'alice: 2 active access keys.',
          forecast,
          region: 'us-east-1',
        },
        of,
      ),
    );

  it('says why, when automatic remediation may act, what the plan is and what to do', () => {
    expect(tell(at)).toEqual({
      Subject: 'IAM user is NON_COMPLIANT: alice',
      text: `The IAM user alice (AIDAXXXXXXXXXXXXALICE) in the account 123456789012 is NON_COMPLIANT with the AWS Config rule iam-user-single-access-key.

Why: alice: 2 active access keys.

Automatic remediation may deactivate an access key on 2026-01-31 12:00 UTC at the earliest.

The plan now: deactivate ${keyId('OLD')}, keep ${keyId('NEW')}

Make sure that nothing needs ${keyId('OLD')} any more.

To deactivate it without waiting, an operator starts the remediation: aws configservice start-remediation-execution --region=us-east-1 --config-rule-name=iam-user-single-access-key --resource-keys=resourceType=AWS::IAM::User,resourceId=AIDAXXXXXXXXXXXXALICE

Event: NON_COMPLIANT event-1`,
    });
  });

  it('says that nothing happens automatically if automatic remediation is off', () => {
    const { text } = tell('Off');
    expect(text).toContain(
      'Automatic remediation is off: no access key is deactivated until somebody decides.',
    );
    expect(text).not.toContain('at the earliest');
  });

  it('gives no date while no key is selected, and says how to decide', () => {
    const { text } = tell('None', refused);
    expect(text).toContain(
      'Automatic remediation deactivates no access key while the plan refuses. It plans again at every schedule.',
    );
    expect(text).toContain('The plan now: no key of alice is selected: a tie');
    expect(text).toContain(
      'See the reason. To choose a key yourself, start the runbook DeactivateAccessKey',
    );
    expect(text).not.toMatch(/at the earliest|start-remediation-execution/);
  });

  it('gives the date at which the reason of a refusal may have ended', () => {
    expect(tell(at, refused).text).toContain('on 2026-01-31 12:00 UTC at the earliest');
  });

  it('is about a deletion for the rule on inactive keys', () => {
    const plan = planOf({ Outcome: 'Delete', Reason: 'delete it', AccessKeyId: keyId('OLD') });
    const { text } = tell(at, plan, deletion);
    expect(text).toContain('Automatic remediation may delete an access key on 2026-01-31');
    expect(text).toContain('To delete it without waiting');
    expect(tell('None', refused, deletion).text).toContain('deletes no access key');
  });
});

describe('noticeMessage', () => {
  const origin = {
    ...{ accountId: '123456789012', region: 'us-east-1' },
    ...{ starter: 'arn:aws:iam::123456789012:user/eve', approvers: 'not required' },
  };
  const notice = {
    ...alice,
    AccessKeyId: keyId('OLD'),
    ConfigRuleName: rule.ConfigRuleName,
    ExecutionId: 'execution-1',
    Reason: 'a reason',
  };
  const tell = (given: Notice) => noticeMessage(given, origin);
  const ending = (event: string) => `

Event: ${event} execution-1
Execution: execution-1 in us-east-1
Started by: arn:aws:iam::123456789012:user/eve
Approved by: not required`;

  it('says which key was deactivated, why, by whom, and what the next commands are', () => {
    const commands = { UndoCommand: 'undo', NextCommand: 'next' };
    const message = tell({ ...notice, Outcome: 'Deactivate', ...commands });
    expect(textOf(message)).toEqual({
      Subject: 'Access key deactivated: alice',
      text: `The access key ${keyId('OLD')} of the IAM user alice (AIDAXXXXXXXXXXXXALICE) in the account 123456789012 was deactivated.

Why: a reason

Undo: undo

When it has been inactive for long enough, delete it: next${ending('DEACTIVATED')}`,
    });
    expect(message).toMatchObject({ event: 'DEACTIVATED', eventId: 'execution-1' });
  });

  it.each([
    ['Reactivate', 'REACTIVATED', 'Access key active again: alice', 'was made active again.'],
    ['Delete', 'DELETED', 'Access key deleted: alice', 'was deleted.'],
  ] as const)('says that a key was changed: %s', (Outcome, event, Subject, was) => {
    const told = textOf(tell({ ...notice, Outcome, NextCommand: 'next' }));
    expect(told.Subject).toBe(Subject);
    expect(told.text).toContain(was);
    expect(told.text).not.toMatch(/Undo:|next/);
    expect(told.text.endsWith(ending(event))).toBe(true);
  });

  it('says first what could not be verified', () => {
    const message = tell({ ...notice, Outcome: 'Unverified', Change: 'deletion' });
    const { Subject, text } = textOf(message);
    expect(Subject).toBe('The deletion of an access key is not verified');
    expect(text).toBe(
      `a reason\n\nThe access key is ${keyId('OLD')} of the IAM user alice (AIDAXXXXXXXXXXXXALICE) in the account 123456789012.${ending('UNVERIFIED')}`,
    );
  });
});

describe('refusalMessage', () => {
  it('names the user, the account, the rule and the reason, and says what to do', () => {
    const message = refusalMessage(refused, rule, at);
    expect(textOf(message)).toEqual({
      Subject: 'Access key not deactivated: alice',
      text: `The IAM user alice (AIDAXXXXXXXXXXXXALICE) in the account 123456789012 is NON_COMPLIANT with the AWS Config rule iam-user-single-access-key, and no access key was deactivated automatically.

Why: no key of alice is selected: a tie

What to do: see the reason. To choose a key yourself, start the runbook DeactivateAccessKey with UserId and AccessKeyId: the stack output DeactivationCommand is its command. Automatic remediation plans again at every schedule, and a key is deactivated when the reason no longer applies.

Event: REFUSED iam-user-single-access-key/AIDAXXXXXXXXXXXXALICE/2026-01-31T12:00:00.000Z`,
    });
  });

  it('is about a deletion for the rule on inactive keys', () => {
    const { Subject, text } = textOf(refusalMessage(refused, deletion, at));
    expect(Subject).toBe('Access key not deleted: alice');
    expect(text).toContain('iam-user-inactive-access-key, and no access key was deleted');
    expect(text).toContain('DeleteInactiveAccessKey with UserId and AccessKeyId');
    expect(text).not.toContain('deactivated');
  });
});

describe('furtherRefusals', () => {
  it('names the number, the account and the rule, and says what to do', () => {
    expect(textOf(furtherRefusals(400, rule, at))).toEqual({
      Subject: 'Access keys not deactivated: 400 more users',
      text: `In the account 123456789012, 400 more IAM users are NON_COMPLIANT with the AWS Config rule iam-user-single-access-key, and none of their access keys was deactivated automatically. No separate messages are sent for them.

What to do: read the annotations of the NON_COMPLIANT results of the rule in AWS Config. To choose a key yourself, start the runbook DeactivateAccessKey with UserId and AccessKeyId: the stack output DeactivationCommand is its command.

Event: REFUSED iam-user-single-access-key/2026-01-31T12:00:00.000Z`,
    });
  });
});
