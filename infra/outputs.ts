import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { deadLetterQueueOf } from './functions/queues.ts';
import type { Dashboard } from './monitoring/dashboard.ts';
import type { UserRule } from './rules/user-rule.ts';
import { offerOfRemediation } from './runbooks/remediation.ts';
import type { Runbooks } from './runbooks/runbooks.ts';
import type { SecurityHubFindings } from './security-hub/security-hub-findings.ts';

/** The constructs that the outputs name. */
type Deployed = {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly runbooks: Runbooks;
  readonly findings?: SecurityHubFindings | undefined;
  readonly dashboard?: Dashboard | undefined;
};

/** Adds one output. */
type Add = (id: string, description: string, value: string) => CfnOutput;

/** The placeholder for a user id. It does not match the pattern of the parameter, so the runbooks refuse it. */
const USER_ID = 'USER_ID';

const addRules = (add: Add, { rule, inactiveRule, dashboard }: Deployed): void => {
  add('ConfigRuleName', 'Name of the AWS Config rule on the number of keys', rule.configRule.ref);
  add(
    'InactiveConfigRuleName',
    'Name of the AWS Config rule on inactive keys',
    inactiveRule.configRule.ref,
  );
  add(
    'DeadLetterQueueUrl',
    'Queue of the events that a function could not process or EventBridge could not deliver',
    deadLetterQueueOf(rule).queueUrl,
  );
  if (dashboard !== undefined)
    add('DashboardName', 'Name of the CloudWatch dashboard', dashboard.dashboardName);
};

const addFindings = (add: Add, { findings }: Deployed): void => {
  if (findings === undefined) return;
  add(
    'ReconcileFindingsCommand',
    'Imports all findings into Security Hub now; requires version 2 of the AWS CLI',
    findings.reconcileCommand,
  );
};

/** Lists the runbooks with the prefix of their outputs, what they do, and the optional parameters of their commands. */
const runbooksByName = ({ deactivate, reactivate, deleteInactive }: Runbooks) => [
  {
    name: 'Deactivation',
    runbook: deactivate,
    does: 'deactivates an access key',
    parameters: 'AccessKeyId, MinimumIdleDays, DryRun',
  },
  {
    name: 'Reactivation',
    runbook: reactivate,
    does: 'makes an access key active again',
    parameters: 'AccessKeyId, AllowSecondActiveKey, DryRun',
  },
  {
    name: 'Deletion',
    runbook: deleteInactive,
    does: 'deletes an inactive access key',
    parameters: 'AccessKeyId, MinimumInactiveDays, DryRun',
  },
];

const addRunbooks = (add: Add, runbooks: Runbooks): void => {
  for (const { name, runbook, does, parameters } of runbooksByName(runbooks)) {
    const { document, automationRole, startCommand } = runbook;
    add(`${name}RunbookName`, `Name of the runbook that ${does}`, document.ref);
    add(`${name}RoleArn`, `Role of the runbook that ${does}`, automationRole.roleArn);
    add(
      `${name}Command`,
      `Starts the runbook that ${does}; optional parameters: ${parameters}`,
      `${startCommand},UserId=${USER_ID}`,
    );
  }
};

/** Adds the commands that do what the Remediate button does, unless the Region has no remediation. */
const addRemediations = (add: Add, stack: Stack, { rule, inactiveRule }: Deployed): void => {
  const { isOffered, condition } = offerOfRemediation(stack);
  if (!isOffered) return;
  const asClick = 'like a click on Remediate';
  const rules = [
    ['RemediateCommand', `Deactivates a key of a user with too many keys, ${asClick}`, rule],
    ['RemediateInactiveCommand', `Deletes an inactive key, ${asClick}`, inactiveRule],
  ] as const;
  for (const [id, description, { configRule }] of rules) {
    const command = `aws configservice start-remediation-execution --region ${stack.region} --config-rule-name ${configRule.ref} --resource-keys resourceType=AWS::IAM::User,resourceId=${USER_ID}`;
    const output = add(id, description, command);
    if (condition !== undefined) output.condition = condition;
  }
};

/** Adds the names of the rules and runbooks, and the AWS CLI commands that start them. */
export const addOutputs = (stack: Stack, deployed: Deployed): void => {
  const add: Add = (id, description, value) => new CfnOutput(stack, id, { description, value });
  const { rule, inactiveRule } = deployed;
  const names = [rule, inactiveRule].map(({ configRule }) => configRule.ref).join(' ');
  const region = `--region ${stack.region}`;

  addRules(add, deployed);
  addFindings(add, deployed);
  addRunbooks(add, deployed.runbooks);
  add(
    'EvaluateCommand',
    'Evaluates every IAM user with both rules now; allowed once a minute',
    `aws configservice start-config-rules-evaluation ${region} --config-rule-names ${names}`,
  );
  addRemediations(add, stack, deployed);
};
