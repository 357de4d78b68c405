import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { KeyEventTrigger } from './key-events/key-event-trigger.ts';
import type { Dashboard } from './monitoring/dashboard.ts';
import type { UserRule } from './rules/user-rule.ts';
import { remediationIsOffered } from './runbooks/remediation.ts';
import type { Runbooks } from './runbooks/runbooks.ts';
import type { SecurityHubFindings } from './security-hub/security-hub-findings.ts';

/** What the outputs speak of. */
type Deployed = {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly runbooks: Runbooks;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly findings?: SecurityHubFindings | undefined;
  readonly dashboard?: Dashboard | undefined;
};

/** Adds one output: its id, its description, its value. */
type Add = (id: string, description: string, value: string) => CfnOutput;

/** Stands where the operator puts the id of a user; the pattern of the runbooks' parameter refuses it as it is. */
const USER_ID = 'USER_ID';

const addRules = (add: Add, { rule, inactiveRule, trigger, dashboard }: Deployed): void => {
  add('ConfigRuleName', 'The AWS Config rule on the number of keys', rule.configRule.ref);
  add('InactiveConfigRuleName', 'The one on inactive keys', inactiveRule.configRule.ref);
  const unevaluated = 'Events that could not be evaluated';
  add('DeadLetterQueueUrl', unevaluated, rule.deadLetterQueue.queueUrl);
  add(
    'InactiveDeadLetterQueueUrl',
    `${unevaluated} for inactive keys`,
    inactiveRule.deadLetterQueue.queueUrl,
  );
  if (trigger !== undefined)
    add(
      'KeyEventDeadLetterQueueUrl',
      'Key events that could not be served',
      trigger.deadLetterQueue.queueUrl,
    );
  if (dashboard !== undefined)
    add('DashboardName', 'The CloudWatch dashboard', dashboard.dashboardName);
};

const addFindings = (add: Add, { findings }: Deployed): void => {
  if (findings === undefined) return;
  const { deadLetterQueue, reconcileCommand } = findings;
  add('FindingDeadLetterQueueUrl', 'What Security Hub could not be told', deadLetterQueue.queueUrl);
  add(
    'ReconcileFindingsCommand',
    'Tells Security Hub of all findings now; needs version 2 of the AWS CLI',
    reconcileCommand,
  );
};

const addRunbooks = (add: Add, { deactivate, reactivate, deleteInactive }: Runbooks): void => {
  const startOf = ({ startCommand }: Runbooks[keyof Runbooks]) =>
    `${startCommand},UserId=${USER_ID}`;
  add(
    'DeactivationRunbookName',
    'The runbook that deactivates an access key',
    deactivate.document.ref,
  );
  add('ReactivationRunbookName', 'The one that makes it active again', reactivate.document.ref);
  add('DeletionRunbookName', 'The one that deletes an inactive key', deleteInactive.document.ref);
  const role = 'The role with which the runbook acts that';
  add('DeactivationRoleArn', `${role} deactivates`, deactivate.automationRole.roleArn);
  add('ReactivationRoleArn', `${role} reactivates`, reactivate.automationRole.roleArn);
  add('DeletionRoleArn', `${role} deletes`, deleteInactive.automationRole.roleArn);
  add(
    'DeactivationCommand',
    'Deactivates a key of any user; takes AccessKeyId, MinimumIdleDays and DryRun too',
    startOf(deactivate),
  );
  add(
    'ReactivationCommand',
    'Makes a key active again; takes AccessKeyId, AllowSecondActiveKey and DryRun too',
    startOf(reactivate),
  );
  add(
    'DeletionCommand',
    'Deletes an inactive key; takes AccessKeyId, MinimumInactiveDays and DryRun too',
    startOf(deleteInactive),
  );
};

/** Prints the rules, the runbooks and the AWS CLI commands that start them; `USER_ID` is for the operator to fill in. */
export const addOutputs = (stack: Stack, deployed: Deployed): void => {
  const add: Add = (id, description, value) => new CfnOutput(stack, id, { description, value });
  const { rule, inactiveRule } = deployed;
  const names = [rule, inactiveRule].map(({ configRule }) => configRule.ref).join(' ');
  const region = `--region ${stack.region}`;
  const remediate = ({ configRule }: UserRule) =>
    `aws configservice start-remediation-execution ${region} --config-rule-name ${configRule.ref} --resource-keys resourceType=AWS::IAM::User,resourceId=${USER_ID}`;

  addRules(add, deployed);
  addFindings(add, deployed);
  addRunbooks(add, deployed.runbooks);
  add(
    'EvaluateCommand',
    'Evaluates every IAM user by both rules now, at most once a minute',
    `aws configservice start-config-rules-evaluation ${region} --config-rule-names ${names}`,
  );
  const button = 'as the button Remediate does';
  for (const output of [
    add(
      'RemediateCommand',
      `Deactivates a key of a user with too many, ${button}`,
      remediate(rule),
    ),
    add('RemediateInactiveCommand', `Deletes an inactive key, ${button}`, remediate(inactiveRule)),
  ])
    output.condition = remediationIsOffered(stack);
};
