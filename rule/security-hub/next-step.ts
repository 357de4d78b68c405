import type { Remediation } from '@aws-sdk/client-securityhub';
import { remediatesIn } from '../aws/regions.ts';
import { isActive } from '../keys/access-key.ts';
import { annotationOf, type UserWithKeys, type Violation } from './asff.ts';
import type { KeyAction } from './finding-text.ts';
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

/**
 * What a person can do about a violation. A finding outlives the deployment that imported it, so a next step names rules,
 * users and keys, but no generated name of a document or role.
 */
type NextStep = {
  readonly instruction: string;
  /** The AWS CLI command for it. Absent where AWS Config has no remediation. */
  readonly command?: string;
};

/**
 * The maximum length of a recommendation in ASFF, in characters.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Recommendation.html
 */
const LONGEST_TEXT = 512;

/**
 * Returns the next step as ASFF, with a link to the security credentials of the user in the IAM console. The text contains
 * the command only if the whole command fits.
 */
export const toRemediation = (
  { instruction, command }: NextStep,
  { UserName }: Pick<UserWithKeys, 'UserName'>,
  place: Place,
): Remediation => {
  const page = `iam/home#/users/details/${encodeURIComponent(UserName)}?section=security_credentials`;
  const step = `In account ${place.accountId}: ${instruction}.`;
  const withCommand = command === undefined ? step : `${step} Run: ${command}`;
  const Text =
    withCommand.length <= LONGEST_TEXT
      ? withCommand
      : `${step} The command is in ProductFields.RemediationCommand.`;
  return { Recommendation: { Text, Url: consolePage(place, page) } };
};

/** The placeholder for a key id. It is too short for IAM, so a command that contains it fails. */
const KEY_ID = 'KEY_ID';

const CHOOSE_KEY = 'Choose which access key to deactivate';
const CHOOSE_INACTIVE_KEY = 'Choose which inactive access key to delete permanently';
const EXPOSED = 'A key of the user is exposed: first contact its owner, and rotate the key.';

/** Returns the command for a key. With `=`, a user name that starts with `-` is not an option. */
const keyCommand = (act: KeyAction, UserName: string, AccessKeyId: string): string => {
  const name = UserName.replaceAll("'", "'\\''");
  const key = `--user-name='${name}' --access-key-id=${AccessKeyId}`;
  return act === 'delete'
    ? `aws iam delete-access-key ${key}`
    : `aws iam update-access-key ${key} --status=Inactive`;
};

/** Returns what the Remediate button does, and in Regions without remediation, how to start its runbook. */
const remediate = (
  { name, text }: FindingRule,
  AccessKeyId: string,
  { UserId, region }: { readonly UserId: string; readonly region: string },
): NextStep => {
  const instruction = `${text.describeRemediation(AccessKeyId)}; the runbook refuses if this is not safe, and gives the reason`;
  if (!remediatesIn(region))
    return {
      instruction: `${instruction}. Start the runbook ${text.runbook} (see the outputs of the stack) with UserId ${UserId}`,
    };
  const command = `aws configservice start-remediation-execution --region ${region} --config-rule-name ${name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`;
  return { instruction, command };
};

/**
 * Returns the next step for a violation, according to the annotation that AWS Config recorded.
 *
 *   1  the annotation recommends the remediation                   → remediate, as the Remediate button does
 *   2  it selects no key                                           → choose a key to deactivate
 *   3  as 2, and the first key that it names is inactive           → choose a key to delete
 *      as 2 and 3, and AWS has quarantined the user                → first, contact the owner of the exposed key and rotate it
 *   4  it recommends to delete an inactive key                     → delete this key
 *   5  it recommends nothing, or the key became (in)active or is gone → check the keys, then choose one
 */
export const nextStepOf = (
  violation: Violation,
  { place: { region } }: Pick<FindingSettings, 'place'>,
): NextStep => {
  const { rule, user } = violation;
  const { UserId, UserName } = user;
  const step = (instruction: string, act: KeyAction, AccessKeyId = KEY_ID): NextStep => ({
    instruction,
    command: keyCommand(act, UserName, AccessKeyId),
  });
  const { action } = rule.text;
  const checkKeys = step(`Check the access keys of the user, and choose one to ${action}`, action);

  const parsed = rule.text.parseAnnotation(annotationOf(violation));
  if (parsed === undefined) return checkKeys;
  const { recommendation, AccessKeyId, Status, isQuarantined } = parsed;
  const key = user.keys.find((one) => one.AccessKeyId === AccessKeyId);
  if (recommendation === 'NameKey') {
    const choose =
      key === undefined || isActive(key)
        ? step(CHOOSE_KEY, 'deactivate')
        : step(CHOOSE_INACTIVE_KEY, 'delete');
    return isQuarantined ? { ...choose, instruction: `${EXPOSED} ${choose.instruction}` } : choose;
  }
  if (key === undefined || isActive(key) !== (Status === 'Active')) return checkKeys;
  if (recommendation === 'Delete')
    return step(`Delete ${AccessKeyId} permanently`, 'delete', AccessKeyId);
  return remediate(rule, AccessKeyId, { UserId, region });
};
