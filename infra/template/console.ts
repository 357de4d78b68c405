import type { Settings } from '../settings/settings.ts';

/** A heading of the console, and what it says of the settings below. */
type Group = {
  readonly label: string;
  readonly descriptions: Partial<Record<keyof Settings, string>>;
};

/** How the CloudFormation console asks for the parameters: by group, each with what it means. */
export const GROUPS: readonly Group[] = [
  {
    label: 'How many access keys a user may have',
    descriptions: {
      maxActiveAccessKeys: 'Active access keys that a user may have',
      countInactiveAccessKeys: 'Whether keys that are not active count too: the strict reading',
      rotationGraceDays: 'Days after its newest active key was made for which a user may have more',
      minimumIdleDays: 'Days that a key must have been idle to be chosen for deactivation',
      maxInactiveDays: 'Days after which an inactive key has to be active again, or deleted',
      exemptionTagKey:
        'Key of the tag whose value, a date such as 2026-12-31, exempts a user; or nothing',
    },
  },
  {
    label: 'When the rules are evaluated',
    descriptions: {
      triggers: 'hybrid: changes of a user, and the schedule; schedule: the schedule only',
      maximumExecutionFrequency: 'How often the schedule evaluates the whole account',
      keyEvents:
        'Whether a change of a key evaluates the rules within minutes; needs a trail, and the Region of IAM',
      refreshDays: 'Days after which an unchanged result is reported again',
    },
  },
  {
    label: 'Who remediates',
    descriptions: {
      automaticRemediation:
        'Whether AWS Config deactivates keys by itself; else a person clicks Remediate',
      automaticDeletion:
        'Whether AWS Config deletes inactive keys by itself; else a person clicks Remediate',
      approvers: 'IAM users or roles, with commas between: one must approve each write; or nothing',
      approvalTopicArn: 'SNS topic that tells the approvers; or nothing',
    },
  },
  {
    label: 'Who is told',
    descriptions: {
      alarmTopicArn: 'SNS topic for alarms; or nothing',
      notificationTopicArn: 'SNS topic that is told what a runbook did; or nothing',
      dashboard: 'Whether there is a CloudWatch dashboard',
      securityHubFindings: 'Whether Security Hub is told of each violation, with the evidence',
      findingSeverity: 'How severe those findings are',
      monitoringSinkArn:
        'CloudWatch sink of another account that the metrics are shared with; or nothing',
    },
  },
  {
    label: 'Names and logs',
    descriptions: {
      configRuleName: 'Name of the AWS Config rule on the number of keys',
      inactiveConfigRuleName: 'Name of the one on inactive keys',
      logRetentionInDays: 'Days that the logs of the functions are kept',
    },
  },
];
