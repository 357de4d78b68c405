import type { Plan } from '../plans/plan.ts';
import type { AutomaticSettings } from './settings.ts';

/** A message to an SNS topic. The subject is ASCII and has at most 100 characters. */
export type Message = { readonly Subject: string; readonly Message: string };

/** What a runbook does not do when it is refused, and what the reader can do. Names no document, which a deployment replaces. */
const TEXTS = {
  DeactivateAccessKey: {
    done: 'deactivated',
    decide:
      'To decide yourself, start the runbook DeactivateAccessKey with UserId and AccessKeyId: the stack output DeactivationCommand is its command.',
  },
  DeleteInactiveAccessKey: {
    done: 'deleted',
    decide:
      'To decide yourself, start the runbook DeleteInactiveAccessKey with UserId and AccessKeyId: the stack output DeletionCommand is its command.',
  },
} as const;

const LONGEST_SUBJECT = 100;

const subjectOf = (text: string): string => text.slice(0, LONGEST_SUBJECT);

type Rule = Pick<AutomaticSettings, 'Runbook' | 'ConfigRuleName' | 'accountId'>;

/** Returns the message about a plan that was refused: the user, the account, the rule, the reason, and what to do. */
export const refusalMessage = (
  { UserName, UserId, Reason }: Plan,
  { Runbook, ConfigRuleName, accountId }: Rule,
): Message => {
  const { done, decide } = TEXTS[Runbook];
  return {
    Subject: subjectOf(`Access key not ${done}: ${UserName}`),
    Message: [
      `The IAM user ${UserName} (${UserId}) in the account ${accountId} is NON_COMPLIANT with the AWS Config rule ${ConfigRuleName}, and no access key was ${done} automatically.`,
      `Why: ${Reason}`,
      `What to do: see the reason. ${decide} Every schedule plans again, and a key is ${done} when the reason no longer applies.`,
    ].join('\n\n'),
  };
};

/** Returns the message about the refusals that got no message of their own. */
export const furtherRefusals = (
  count: number,
  { Runbook, ConfigRuleName, accountId }: Rule,
): Message => {
  const { done, decide } = TEXTS[Runbook];
  return {
    Subject: subjectOf(`Access keys not ${done}: ${count} more users`),
    Message: [
      `In the account ${accountId}, ${count} more IAM users are NON_COMPLIANT with the AWS Config rule ${ConfigRuleName}, and none of their access keys was ${done} automatically. They get no messages of their own.`,
      `What to do: read the annotations of the NON_COMPLIANT results of the rule in AWS Config. ${decide}`,
    ].join('\n\n'),
  };
};
