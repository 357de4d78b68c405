import type { Remediation } from '@aws-sdk/client-securityhub';
import { remediatesIn } from '../aws/regions.ts';
import { isActive } from '../keys/access-key.ts';
import { cut, LIMITS, type Violation } from './asff.ts';
import type { FindingRule, FindingSettings, Place } from './settings.ts';

/** Where the consoles of each partition are; those of other partitions are nobody's to know here. */
const DOMAINS: Readonly<Record<string, string>> = {
  aws: 'aws.amazon.com',
  'aws-us-gov': 'amazonaws-us-gov.com',
  'aws-cn': 'amazonaws.cn',
};

/** How the address of a console begins. */
const CONSOLE = 'https://console';

/**
 * A page of the AWS console, or nothing in a partition whose console is not known.
 *
 * @param page  path, and fragment where it has one
 */
export const consolePage = ({ partition, region }: Place, page: string): string | undefined => {
  const domain = DOMAINS[partition];
  const [path, fragment] = page.split('#');
  const anchor = fragment === undefined ? '' : `#${fragment}`;
  return domain && `${CONSOLE}.${domain}/${path}?region=${region}${anchor}`;
};

/** What to do and where, with the command where it fits whole; the runbook in the Systems Manager console as link. */
export const toRemediation = (
  { instruction, command, rule }: Remedy,
  place: Place,
): Remediation => {
  const page = `systems-manager/automation/execute/${encodeURIComponent(rule.runbookName)}`;
  const what = `In account ${place.accountId}: ${instruction}`;
  const whole = `${what}: ${command}`;
  const Text =
    whole.length <= LIMITS.RecommendationText
      ? whole
      : `${what}. The command is RemediationCommand of the ProductFields.`;
  return {
    Recommendation: { Text: cut(Text, 'RecommendationText'), Url: consolePage(place, page) },
  };
};

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

const startCommand = (rule: FindingRule, region: string, key: object): string => {
  const given = { AutomationAssumeRole: rule.automationRoleArn, ConfigRuleName: rule.name, ...key };
  const parameters = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  return `aws ssm start-automation-execution --region ${region} --document-name ${rule.runbookName} --parameters ${parameters.join()}`;
};

/** Starts the runbook of a rule as its Remediate button does, where AWS Config offers one. */
const remediateCommand = (rule: FindingRule, region: string, UserId: string): string =>
  remediatesIn(region)
    ? `aws configservice start-remediation-execution --region ${region} --config-rule-name ${rule.name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`
    : startCommand(rule, region, { UserId });

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
  if (advised?.recommendation === 'NameKey')
    return key !== undefined && !isActive(key)
      ? start(`Decide which inactive key is deleted, ${FINAL}, ${THEN}`, deletionRule)
      : start(`Decide which key goes ${THEN}`, rule);
  // Stryker disable next-line OptionalChaining: a key is only there by what is advised.
  if (key === undefined || key.Status !== advised?.Status)
    return start(`Look at the keys of the user, decide which one goes, ${THEN}`, rule);
  const { AccessKeyId } = key;
  if (advised.recommendation === 'Delete')
    return start(`Delete ${AccessKeyId}, ${FINAL}; ${REFUSES}`, deletionRule, AccessKeyId);
  return {
    instruction: `${rule.subject.remediationOf(AccessKeyId)}; ${REFUSES}`,
    command: remediateCommand(rule, region, UserId),
    rule,
  };
};
