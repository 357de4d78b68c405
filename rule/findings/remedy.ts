import { isActive } from '../access-key.ts';
import type { FindingRule, FindingSettings } from './settings.ts';
import type { Violation } from './violation.ts';

/** What a person is told to do, the AWS CLI command that does it, and the rule whose runbook it starts. */
export type Remedy = {
  readonly instruction: string;
  readonly command: string;
  readonly rule: FindingRule;
};

/** Stands in a command where a person puts the id of a key; the pattern of the runbook's parameter refuses it as it is. */
const KEY_ID = 'KEY_ID';

const REFUSES = 'in doubt this refuses and says why';
const FINAL = 'which cannot be undone';
const THEN = 'and start the runbook with its AccessKeyId';

/** Does what the Remediate button of a rule does. */
const remediate = (rule: FindingRule, UserId: string, region: string): Remedy => ({
  instruction: `${rule.subject.remediation}; ${REFUSES}`,
  command: `aws configservice start-remediation-execution --region ${region} --config-rule-name ${rule.name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`,
  rule,
});

const startCommand = (rule: FindingRule, region: string, key: object): string => {
  const given = { AutomationAssumeRole: rule.automationRoleArn, ConfigRuleName: rule.name, ...key };
  const parameters = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  return `aws ssm start-automation-execution --region ${region} --document-name ${rule.runbookName} --parameters ${parameters.join()}`;
};

/**
 * What to do about a violation, by what Config's annotation advises; commands name the user by id alone.
 *
 * Scenarios:
 *   1  a key is chosen: to deactivate, or by the rule on inactive keys → what the Remediate button does
 *   2  no key is chosen                                                → a person names one to the rule's runbook
 *   3  2, and the first that it names is inactive: all of them are     → a person names one to the runbook that deletes
 *   4  a key is to be deleted, and is inactive still                   → the runbook that deletes, with this key
 *   5  else: no annotation, one that the rule did not write, a key
 *      whose status is another by now                                  → look at the keys, then as 2
 */
export const remedyOf = (
  violation: Violation,
  { place: { region }, deletionRule }: FindingSettings,
): Remedy => {
  const { rule, user, held } = violation;
  const { UserId } = user;
  const start = (instruction: string, by: FindingRule, AccessKeyId = KEY_ID): Remedy => ({
    instruction,
    command: startCommand(by, region, { UserId, AccessKeyId }),
    rule: by,
  });

  // Stryker disable next-line StringLiteral: any text will do that advises nothing.
  const advised = rule.subject.advisedIn(held.Annotation ?? '');
  const key = user.keys.find(({ AccessKeyId }) => AccessKeyId === advised?.AccessKeyId);
  const isOfInactive = key !== undefined && !isActive(key);
  if (advised?.advice === 'Remediate') return remediate(rule, UserId, region);
  if (advised?.advice === 'Choose')
    return isOfInactive
      ? start(`Decide which inactive key is deleted, ${FINAL}, ${THEN}`, deletionRule)
      : start(`Decide which key goes ${THEN}`, rule);
  // Stryker disable next-line ConditionalExpression: of the three it is the one that is left; without advice there is no key.
  if (advised?.advice === 'Delete' && key?.Status === 'Inactive')
    return start(`Delete ${key.AccessKeyId}, ${FINAL}; ${REFUSES}`, deletionRule, key.AccessKeyId);
  return start(`Look at the keys of the user, decide which one goes, ${THEN}`, rule);
};
