import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import { configFindings } from './config-findings.ts';
import { keyEventFindings } from './key-event-findings.ts';
import type { Options } from './preflight.ts';
import { type AccountFacts, partitionOf } from './read-account.ts';

/** The parts of an account that are looked at, in the order of the report. */
export const GROUPS = ['Account', 'AWS Config', 'Key events', 'Security Hub CSPM'] as const;

/**
 * One thing that was looked at.
 *
 * `fine`     is as the rule needs it
 * `missing`  the rule needs it; `why`, and what `mends` it
 * `note`     the rule can do without it
 * `unread`   neither of them: it could not be read
 */
export type Finding = {
  readonly group: (typeof GROUPS)[number];
  readonly state: 'fine' | 'missing' | 'note' | 'unread';
  readonly what: string;
  readonly why?: string;
  /** Commands and settings, each a line that can be copied. */
  readonly mends?: readonly string[];
};

/** Why something could not be read, and the IAM action that reads it. */
export type Unread = { readonly action: string; readonly reason: string };

/** What was read from the account, or why it could not be. */
export type Reading<Facts> = { readonly facts: Facts } | { readonly unread: Unread };

/** The finding of what could not be read: neither fine nor missing. */
export const unreadFinding = (group: Finding['group'], what: string, unread: Unread): Finding => ({
  group,
  state: 'unread',
  what: `${what}: could not be read (${unread.reason})`,
  why: `it needs the permission ${unread.action}`,
});

/**
 * The exit code of a report: 0 when nothing needed is missing, 1 when something is, 2 when that cannot be told.
 *
 * What is missing outweighs what could not be read: it has to be mended whatever the rest says.
 */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 | 2 => {
  const has = (state: Finding['state']) => findings.some((finding) => finding.state === state);
  if (has('missing')) return 1;
  return has('unread') ? 2 : 0;
};

/** A value as JSON in single quotes, as a POSIX shell takes it. */
export const quoteJson = (value: unknown): string =>
  `'${JSON.stringify(value).replaceAll("'", String.raw`'\''`)}'`;

const group = 'Key events';

/**
 * Key events start evaluations in an account of so many users.
 *
 * `fine`     500 users or fewer, or a rule that has a schedule only, whatever the users
 * `missing`  more, and a hybrid rule: the function holds back
 */
export const userFinding = (
  users: AccountFacts['users'],
  triggers: Options['triggers'],
): Finding => {
  if ('unread' in users) return unreadFinding(group, 'the number of users', users.unread);
  const counted = users.facts === 1 ? '1 user' : `${users.facts} users`;
  if (triggers === 'schedule' || users.facts <= MAXIMUM_USERS_OF_HYBRID_RULE)
    return { group, state: 'fine', what: `${counted}: key events start evaluations` };
  return {
    group,
    state: 'missing',
    what: `${counted}: above ${MAXIMUM_USERS_OF_HYBRID_RULE}, key events start no evaluation of a rule with triggers=hybrid`,
    why: 'each start could cost an evaluation of every user: a new or reactivated key is found by the schedule only, up to a day later',
    mends: ['deploy with -c triggers=schedule'],
  };
};

const accountFinding = ({ identity, region }: AccountFacts): Finding => {
  const group = 'Account';
  if ('unread' in identity)
    return unreadFinding(group, `account and partition (Region ${region})`, identity.unread);
  const { Account, Arn } = identity.facts;
  const what = `${Account}, partition ${partitionOf(Arn)}, Region ${region}, as ${Arn}`;
  return { group, state: 'fine', what };
};

const securityHubFinding = (
  { isSecurityHubOn, region }: AccountFacts,
  { securityHubFindings = false }: Options,
): Finding => {
  const group = 'Security Hub CSPM';
  if ('unread' in isSecurityHubOn)
    return unreadFinding(group, 'whether it is on', isSecurityHubOn.unread);
  if (isSecurityHubOn.facts) return { group, state: 'fine', what: 'it is on' };
  const command = `aws securityhub enable-security-hub --region ${region}`;
  if (!securityHubFindings) {
    const what = 'it is off: the results stay in AWS Config, which is all that the rule needs';
    return { group, state: 'note', what, mends: [command] };
  }
  return {
    group,
    state: 'missing',
    what: 'it is off',
    why: 'without it no finding can be imported, and each try fails (InvalidAccessException)',
    mends: [command, 'or deploy with -c securityHubFindings=false'],
  };
};

/**
 * What an account lacks before the rule is deployed into it.
 *
 * What the rule needs and is not there is `missing`; what could not be read is `unread`, and is
 * neither said to be fine nor to be missing.
 */
export const findingsOf = (facts: AccountFacts, options: Options): readonly Finding[] => [
  accountFinding(facts),
  ...configFindings(facts, options),
  ...keyEventFindings(facts, options),
  securityHubFinding(facts, options),
];
