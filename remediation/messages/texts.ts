import { type Plan, remediateCommand } from '../plans/plan.ts';
import type { Message } from './message.ts';

/** What a runbook does to a key, and what a reader can do. Names no document, which a deployment replaces. */
const TEXTS = {
  DeactivateAccessKey: {
    act: 'deactivate',
    done: 'deactivated',
    decide:
      'To choose a key yourself, start the runbook DeactivateAccessKey with UserId and AccessKeyId: the stack output DeactivationCommand is its command.',
  },
  DeleteInactiveAccessKey: {
    act: 'delete',
    done: 'deleted',
    decide:
      'To choose a key yourself, start the runbook DeleteInactiveAccessKey with UserId and AccessKeyId: the stack output DeletionCommand is its command.',
  },
} as const;

/** The rule of a message, and the runbook of its remediation. */
export type MessageRule = {
  readonly Runbook: keyof typeof TEXTS;
  readonly ConfigRuleName: string;
  readonly accountId: string;
};

type User = Pick<Plan, 'UserId' | 'UserName'>;

const aboutUser = (
  { UserId, UserName }: User,
  { accountId, ConfigRuleName }: Omit<MessageRule, 'Runbook'>,
) => ({ accountId, ConfigRuleName, about: UserName, threadId: `${accountId}/${UserId}` });

/** The earliest date at which automatic remediation may act: `None` while the plan refuses, `Off` without automatic remediation. */
export type Forecast = Date | 'None' | 'Off';

/** A user that has turned NON_COMPLIANT. */
type NewViolation = {
  readonly eventId: string;
  readonly plan: Plan;
  readonly annotation: string;
  readonly forecast: Forecast;
  readonly region: string;
};

/** Formats an instant to the minute: `2026-01-31 12:00 UTC`. */
const minute = (instant: Date): string =>
  `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Returns the message about a user that has turned NON_COMPLIANT: why, what happens automatically and when, and what to do. */
export const violationMessage = (
  { eventId, plan, annotation, forecast, region }: NewViolation,
  rule: MessageRule,
): Message => {
  const { UserId, UserName, AccessKeyId, Reason } = plan;
  const { accountId, ConfigRuleName } = rule;
  const { act, done, decide } = TEXTS[rule.Runbook];
  const acts = plan.Outcome !== 'Refused';
  const automatic = {
    Off: `Automatic remediation is off: no access key is ${done} until somebody decides.`,
    None: `Automatic remediation ${act}s no access key while the plan refuses. It plans again at every schedule.`,
  };
  return {
    ...{ event: 'NON_COMPLIANT', eventId, title: 'IAM user is NON_COMPLIANT' },
    ...aboutUser(plan, rule),
    paragraphs: (show) => [
      `The IAM user ${show(UserName)} (${show(UserId)}) in the account ${show(accountId)} is NON_COMPLIANT with the AWS Config rule ${show(ConfigRuleName)}.`,
      `Why: ${show(annotation)}`,
      forecast instanceof Date
        ? `Automatic remediation may ${act} an access key on ${minute(forecast)} at the earliest.`
        : automatic[forecast],
      `The plan now: ${show(Reason)}`,
    ],
    nextSteps: (show) =>
      acts
        ? [
            `Make sure that nothing needs ${show(AccessKeyId)} any more.`,
            `To ${act} it without waiting, an operator starts the remediation: ${show(remediateCommand({ ...rule, region }, UserId))}`,
          ]
        : [`See the reason. ${decide}`],
  };
};

/** What a runbook has done or could not verify. Its words are those of the plan. */
export type Notice = User &
  Pick<Plan, 'AccessKeyId' | 'Reason'> & {
    readonly ConfigRuleName: string;
    readonly ExecutionId: string;
  } & (
    | {
        readonly Outcome: 'Deactivate' | 'Reactivate' | 'Delete';
        readonly UndoCommand?: string | undefined;
        readonly NextCommand?: string | undefined;
      }
    | {
        readonly Outcome: 'Unverified';
        readonly Change: 'deactivation' | 'reactivation' | 'deletion';
      }
  );

const ACTED = {
  Deactivate: { event: 'DEACTIVATED', title: 'Access key deactivated', was: 'deactivated' },
  Reactivate: { event: 'REACTIVATED', title: 'Access key active again', was: 'made active again' },
  Delete: { event: 'DELETED', title: 'Access key deleted', was: 'deleted' },
} as const;

/** Where a notice comes from: who started and approved its execution. */
type Origin = {
  readonly accountId: string;
  readonly region: string;
  readonly starter: string;
  readonly approvers: string;
};

const noticeMembers = (
  { ExecutionId, ConfigRuleName, ...user }: Notice,
  { accountId, region, starter, approvers }: Origin,
) => ({
  ...aboutUser(user, { accountId, ConfigRuleName }),
  eventId: ExecutionId,
  facts: [
    ['Execution', `${ExecutionId} in ${region}`],
    ['Started by', starter],
    ['Approved by', approvers],
  ] as const,
});

const unverifiedMessage = (
  notice: Extract<Notice, { Outcome: 'Unverified' }>,
  origin: Origin,
): Message => {
  const { about: _, ...members } = noticeMembers(notice, origin);
  const { UserId, UserName, AccessKeyId, Reason, Change } = notice;
  return {
    ...members,
    event: 'UNVERIFIED',
    title: `The ${Change} of an access key is not verified`,
    paragraphs: (show) => [
      show(Reason),
      `The access key is ${show(AccessKeyId)} of the IAM user ${show(UserName)} (${show(UserId)}) in the account ${show(origin.accountId)}.`,
    ],
    nextSteps: () => [],
  };
};

/** Returns the message about a write of a runbook, or about one that it could not verify. */
export const noticeMessage = (notice: Notice, origin: Origin): Message => {
  if (notice.Outcome === 'Unverified') return unverifiedMessage(notice, origin);
  const { UserId, UserName, AccessKeyId, Reason, Outcome, UndoCommand, NextCommand } = notice;
  const { was, ...words } = ACTED[Outcome];
  return {
    ...noticeMembers(notice, origin),
    ...words,
    paragraphs: (show) => [
      `The access key ${show(AccessKeyId)} of the IAM user ${show(UserName)} (${show(UserId)}) in the account ${show(origin.accountId)} was ${was}.`,
      `Why: ${show(Reason)}`,
    ],
    nextSteps: (show) => [
      ...(UndoCommand === undefined ? [] : [`Undo: ${show(UndoCommand)}`]),
      ...(Outcome === 'Deactivate' && NextCommand !== undefined
        ? [`When it has been inactive for long enough, delete it: ${show(NextCommand)}`]
        : []),
    ],
  };
};

/** Returns the message about a plan of automatic mode that was refused, at a schedule. */
export const refusalMessage = (plan: Plan, rule: MessageRule, schedule: Date): Message => {
  const { UserName, UserId, Reason } = plan;
  const { Runbook, ConfigRuleName, accountId } = rule;
  const { done, decide } = TEXTS[Runbook];
  return {
    ...{ event: 'REFUSED', title: `Access key not ${done}` },
    eventId: `${ConfigRuleName}/${UserId}/${schedule.toISOString()}`,
    ...aboutUser(plan, rule),
    paragraphs: (show) => [
      `The IAM user ${show(UserName)} (${show(UserId)}) in the account ${show(accountId)} is NON_COMPLIANT with the AWS Config rule ${show(ConfigRuleName)}, and no access key was ${done} automatically.`,
      `Why: ${show(Reason)}`,
    ],
    nextSteps: () => [
      `What to do: see the reason. ${decide} Automatic remediation plans again at every schedule, and a key is ${done} when the reason no longer applies.`,
    ],
  };
};

/** Returns the message about the refusals of a schedule that got no message of their own. */
export const furtherRefusals = (count: number, rule: MessageRule, schedule: Date): Message => {
  const { Runbook, ConfigRuleName, accountId } = rule;
  const { done, decide } = TEXTS[Runbook];
  return {
    ...{ event: 'REFUSED', title: `Access keys not ${done}`, about: `${count} more users` },
    ...{ accountId, ConfigRuleName, threadId: `${accountId}/${ConfigRuleName}` },
    eventId: `${ConfigRuleName}/${schedule.toISOString()}`,
    paragraphs: (show) => [
      `In the account ${show(accountId)}, ${count} more IAM users are NON_COMPLIANT with the AWS Config rule ${show(ConfigRuleName)}, and none of their access keys was ${done} automatically. No separate messages are sent for them.`,
    ],
    nextSteps: () => [
      `What to do: read the annotations of the NON_COMPLIANT results of the rule in AWS Config. ${decide}`,
    ],
  };
};
