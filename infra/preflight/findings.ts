import { configFindings } from './config-findings.ts';
import { type AccountFacts, partitionOf } from './facts.ts';
import { type Finding, unreadFinding } from './finding.ts';
import { keyEventFindings } from './key-event-findings.ts';
import type { Options } from './options.ts';

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
