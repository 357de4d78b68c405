import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import { allowOnUsers, allowToPlan } from '../functions/permissions.ts';
import { deadLetterQueueOf, invokeOnSchedule } from '../functions/queues.ts';
import { type Frequency, HOURS, type Settings } from '../settings/settings.ts';
import type { Runbook } from './runbook.ts';

/** The rule whose violations are remediated, its runbook, and the settings of the function. */
type AutomaticRemediationProps = Pick<
  Settings,
  | 'maximumExecutionFrequency'
  | 'logRetentionInDays'
  | 'exemptionTagKey'
  | 'notificationTopicArn'
  | 'ownerTagKey'
> & {
  readonly configRule: CfnConfigRule;
  readonly runbook: Runbook;
  /** The name by which the function knows what to plan. */
  readonly runbookName: 'DeactivateAccessKey' | 'DeleteInactiveAccessKey';
  /** The role of the runbook that deactivates keys. The event history shows its deactivations. */
  readonly deactivationRole: Role;
};

/** The timeout: enough for 3,600 plans of five calls at 20 calls a second, and for several hundred starts at one a second. */
const TIMEOUT = Duration.minutes(15);

/** Returns the times of the schedule in UTC. They are aligned to hours, because reports of refusals depend on it. */
const scheduleOf = (frequency: Frequency): Schedule => {
  const hour = { 1: '*', 24: '0' }[HOURS[frequency] as number] ?? `0/${HOURS[frequency]}`;
  return Schedule.expression(`cron(0 ${hour} * * ? *)`);
};

/** The function that plans the violations of a rule, and starts the runbook where the plan acts. */
class AutomaticFunction extends NodeFunction {
  constructor(scope: Construct, id: string, props: AutomaticRemediationProps) {
    const { configRule, runbook, runbookName, deactivationRole } = props;
    const { maximumExecutionFrequency, logRetentionInDays, notificationTopicArn } = props;
    // The tag is needed only for messages.
    const ownerTagKey = notificationTopicArn === undefined ? undefined : props.ownerTagKey;
    super(scope, id, {
      entry: 'remediation/automatic/index.ts',
      description: `Starts ${runbookName} for each IAM user whose key the runbook would change`,
      timeout: TIMEOUT,
      logRetentionInDays,
      deadLetterQueue: deadLetterQueueOf(scope),
      environment: {
        RUNBOOK: runbookName,
        CONFIG_RULE_NAME: configRule.ref,
        DOCUMENT_NAME: runbook.document.ref,
        AUTOMATION_ROLE_ARN: runbook.automationRole.roleArn,
        DEACTIVATION_ROLE_ARN: deactivationRole.roleArn,
        PERIOD_HOURS: String(HOURS[maximumExecutionFrequency]),
        ...(notificationTopicArn !== undefined && { NOTIFICATION_TOPIC_ARN: notificationTopicArn }),
        ...(ownerTagKey !== undefined && { OWNER_TAG_KEY: ownerTagKey }),
      },
    });
    allowToPlan(this.role, props.exemptionTagKey ?? ownerTagKey);
    allowOnUsers(this.role, [
      'iam:GetUser',
      ...(runbookName === 'DeactivateAccessKey' ? ['iam:ListAttachedUserPolicies'] : []),
    ]);
    this.allow('config:GetComplianceDetailsByConfigRule', [configRule.attrArn]);
    if (notificationTopicArn !== undefined) this.allow('sns:Publish', [notificationTopicArn]);
    this.allowToStart(runbook);
  }

  private allow(action: string, resources: string[]): void {
    this.role.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources }));
  }

  /**
   * Allows the function to start one runbook with its own role.
   *
   * Systems Manager checks the document and the new execution. It used to check the automation definition, which stays
   * allowed for partitions that still do.
   *
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
   */
  private allowToStart({ document, automationRole }: Runbook): void {
    const arnOf = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ssm', resource, resourceName });
    this.allow('ssm:StartAutomationExecution', [
      arnOf('document', document.ref),
      arnOf('automation-definition', `${document.ref}:*`),
      arnOf('automation-execution', '*'),
    ]);
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [automationRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
      }),
    );
    const ssm = 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>';
    const id = Stack.of(this).getLogicalId(document);
    for (const wildcard of [`automation-definition/<${id}>:*`, 'automation-execution/*'])
      Validations.of(this.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${ssm}:${wildcard}]`,
        reason:
          'A new execution has no id yet. The document and its versions are those of the stack.',
      });
  }
}

/**
 * Automatic mode for one rule. On each schedule, a function plans every NON_COMPLIANT user like the runbook does, and starts
 * the runbook where the plan acts. It has no write permission in IAM and AWS Config.
 *
 * Events that cannot be delivered or processed go to the dead-letter queue.
 */
export class AutomaticRemediation extends Construct {
  /** Starts the runbook. */
  readonly starter: NodeFunction;

  constructor(scope: Construct, id: string, props: AutomaticRemediationProps) {
    super(scope, id);
    this.starter = new AutomaticFunction(this, 'Starter', props);
    const { maximumExecutionFrequency, runbookName } = props;
    invokeOnSchedule(this, 'Schedule', {
      description: `Starts ${runbookName} for each IAM user whose key the runbook would change`,
      schedule: scheduleOf(maximumExecutionFrequency),
      target: this.starter,
    });
  }
}
