import type { Remediation } from '@aws-sdk/client-securityhub';
import { cut } from './limits.ts';
import type { FindingRule, Place } from './settings.ts';

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
  const [path, ...fragment] = page.split('#');
  const anchor = fragment.map((text) => `#${text}`).join('');
  return domain && `${CONSOLE}.${domain}/${path}?region=${region}${anchor}`;
};

/** The AWS CLI command that does what the Remediate button of a rule does; it names the user by id alone. */
export const remediationCommand = (rule: FindingRule, UserId: string, { region }: Place): string =>
  `aws configservice start-remediation-execution --region ${region} --config-rule-name ${rule.name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`;

/** What to do: the command as text, the runbook in the Systems Manager console as link. */
export const toRemediation = (rule: FindingRule, UserId: string, place: Place): Remediation => {
  const page = `systems-manager/automation/execute/${encodeURIComponent(rule.runbookName)}`;
  const command = remediationCommand(rule, UserId, place);
  return {
    Recommendation: {
      Text: cut(`${rule.subject.remediation}: ${command}`, 'RecommendationText'),
      Url: consolePage(place, page),
    },
  };
};
