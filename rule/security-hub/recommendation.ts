import type { Remediation } from '@aws-sdk/client-securityhub';
import { cut, LIMITS } from './limits.ts';
import type { Remedy } from './remedy.ts';
import type { Place } from './settings.ts';

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
