import type { Remediation } from '@aws-sdk/client-securityhub';
import { remediatesIn } from '../aws/regions.ts';
import { isActive } from '../keys/access-key.ts';
import { annotationOf, type Violation } from './asff.ts';
import type { FindingRule, FindingSettings, Place } from './settings.ts';

/** The console domain of each partition that has a public one. */
const DOMAINS: Readonly<Record<string, string>> = {
  aws: 'aws.amazon.com',
  'aws-us-gov': 'amazonaws-us-gov.com',
  'aws-cn': 'amazonaws.cn',
};

/** The beginning of the URLs of all AWS consoles. */
const CONSOLE = 'https://console';

/**
 * Returns the URL of an AWS console page, or undefined if the console of the partition is unknown.
 *
 * @param page  the path, with its fragment if it has one
 */
export const consolePage = ({ partition, region }: Place, page: string): string | undefined => {
  const domain = DOMAINS[partition];
  const [path, fragment] = page.split('#');
  const anchor = fragment === undefined ? '' : `#${fragment}`;
  return domain && `${CONSOLE}.${domain}/${path}?region=${region}${anchor}`;
};

/** What a person can do about a violation. */
type NextStep = {
  readonly instruction: string;
  /** The AWS CLI command for it. */
  readonly command: string;
  /** The rule whose runbook the command starts. */
  readonly rule: FindingRule;
};

/**
 * The maximum length of a recommendation in ASFF, in characters.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Recommendation.html
 */
const LONGEST_TEXT = 512;

/** Returns the next step as ASFF, with a link to the runbook. The text contains the command only if the whole command fits. */
export const toRemediation = (
  { instruction, command, rule }: NextStep,
  place: Place,
): Remediation => {
  const page = `systems-manager/automation/execute/${encodeURIComponent(rule.runbookName)}`;
  const step = `In account ${place.accountId}: ${instruction}.`;
  const withCommand = `${step} Run: ${command}`;
  const Text =
    withCommand.length <= LONGEST_TEXT
      ? withCommand
      : `${step} The command is in ProductFields.RemediationCommand.`;
  return { Recommendation: { Text, Url: consolePage(place, page) } };
};

/** The placeholder for a key id, which the runbook's parameter pattern refuses. */
const KEY_ID = 'KEY_ID';

const START = 'start the runbook with its AccessKeyId';
const CHECK_KEYS = `Check the access keys of the user, choose one, and ${START}`;
const CHOOSE_KEY = `Choose which access key to deactivate, and ${START}`;
const CHOOSE_INACTIVE_KEY = `Choose which inactive access key to delete, which cannot be undone, and ${START}`;
const REFUSES = 'the runbook refuses if this is not safe, and gives the reason';

const startCommand = (rule: FindingRule, region: string, target: object): string => {
  const { runbookName, automationRoleArn: AutomationAssumeRole, name: ConfigRuleName } = rule;
  const parameters = Object.entries({ AutomationAssumeRole, ConfigRuleName, ...target });
  const list = parameters.map(([name, value]) => `${name}=${value}`).join();
  return `aws ssm start-automation-execution --region ${region} --document-name ${runbookName} --parameters ${list}`;
};

/**
 * Returns the command that does what the Remediate button does. In Regions where AWS Config has no remediation, it starts
 * the runbook directly.
 */
const remediateCommand = (rule: FindingRule, region: string, UserId: string): string =>
  remediatesIn(region)
    ? `aws configservice start-remediation-execution --region ${region} --config-rule-name ${rule.name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`
    : startCommand(rule, region, { UserId });

/**
 * Returns the next step for a violation, according to the annotation that AWS Config recorded.
 *
 *   1  the annotation recommends the remediation                   → remediate, as the Remediate button does
 *   2  it selects no key                                           → choose a key, start the rule's runbook
 *   3  as 2, and the first key that it names is inactive           → choose a key, start the runbook that deletes
 *   4  it recommends to delete an inactive key                     → start the runbook that deletes, with this key
 *   5  it recommends nothing, or the status of the key changed     → check the keys, then as 2
 */
export const nextStepOf = (
  violation: Violation,
  { place: { region }, deletionRule }: FindingSettings,
): NextStep => {
  const { rule, user } = violation;
  const { UserId } = user;
  const start = (instruction: string, by: FindingRule, AccessKeyId = KEY_ID): NextStep => ({
    instruction,
    command: startCommand(by, region, { UserId, AccessKeyId }),
    rule: by,
  });

  const parsed = rule.text.parseAnnotation(annotationOf(violation));
  if (parsed === undefined) return start(CHECK_KEYS, rule);
  const { recommendation, AccessKeyId, Status } = parsed;
  const key = user.keys.find((one) => one.AccessKeyId === AccessKeyId);
  if (recommendation === 'NameKey')
    return key === undefined || isActive(key)
      ? start(CHOOSE_KEY, rule)
      : start(CHOOSE_INACTIVE_KEY, deletionRule);
  if (key?.Status !== Status) return start(CHECK_KEYS, rule);
  if (recommendation === 'Delete') {
    const instruction = `Delete ${AccessKeyId}, which cannot be undone; ${REFUSES}`;
    return start(instruction, deletionRule, AccessKeyId);
  }
  return {
    instruction: `${rule.text.describeRemediation(AccessKeyId)}; ${REFUSES}`,
    command: remediateCommand(rule, region, UserId),
    rule,
  };
};
