import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Dashboard } from './dashboard.ts';
import type { KeyEventTrigger } from './key-event-trigger.ts';
import type { Runbook } from './runbook.ts';
import type { SingleAccessKeyRule } from './single-access-key-rule.ts';

/** What the outputs speak of. */
type Deployed = {
  readonly rule: SingleAccessKeyRule;
  readonly runbook: Runbook;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly dashboard?: Dashboard | undefined;
};

/** Stands where the operator puts the id of a user; the pattern of the runbook's parameter refuses it as it is. */
const USER_ID = 'USER_ID';

/** Prints the rule, the runbook and the AWS CLI commands that start them; `USER_ID` is for the operator to fill in. */
export const addOutputs = (stack: Stack, { rule, runbook, trigger, dashboard }: Deployed): void => {
  const name = rule.configRule.ref;
  const document = runbook.document.ref;
  const role = runbook.automationRole.roleArn;
  const region = `--region ${stack.region}`;
  const add = (id: string, description: string, value: string) =>
    new CfnOutput(stack, id, { description, value });

  add('ConfigRuleName', 'The AWS Config rule', name);
  add('RunbookName', 'The runbook that deactivates an access key', document);
  add('DeadLetterQueueUrl', 'Events that could not be evaluated', rule.deadLetterQueue.queueUrl);
  if (trigger !== undefined)
    add(
      'KeyEventDeadLetterQueueUrl',
      'Key events that could not be served',
      trigger.deadLetterQueue.queueUrl,
    );
  if (dashboard !== undefined)
    add('DashboardName', 'The CloudWatch dashboard', dashboard.dashboardName);
  add('AutomationRoleArn', 'The role with which the runbook acts', role);
  add(
    'EvaluateCommand',
    'Evaluates every IAM user now, at most once a minute',
    `aws configservice start-config-rules-evaluation ${region} --config-rule-names ${name}`,
  );
  add(
    'RemediateCommand',
    'Remediates a NON_COMPLIANT user, as the button Remediate does',
    `aws configservice start-remediation-execution ${region} --config-rule-name ${name} --resource-keys resourceType=AWS::IAM::User,resourceId=${USER_ID}`,
  );
  add(
    'RunbookCommand',
    'Starts the runbook for any user; takes AccessKeyId, MinimumIdleDays and DryRun too',
    `aws ssm start-automation-execution ${region} --document-name ${document} --parameters UserId=${USER_ID},AutomationAssumeRole=${role},ConfigRuleName=${name}`,
  );
};
