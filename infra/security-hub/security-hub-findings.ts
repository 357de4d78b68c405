import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import { allowOnUsers, allowToPoll, allowWithoutResource } from '../functions/permissions.ts';
import { DeadLetterQueue, letSend, targetOf } from '../functions/queues.ts';
import { measureOf } from '../monitoring/measure.ts';
import type { UserRule } from '../rules/user-rule.ts';
import type { Runbooks } from '../runbooks/runbooks.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';

/** How long it may take: 5,000 violations at 20 calls a second, and the calls to Security Hub. */
export const TIMEOUT = Duration.minutes(10);

/** Whose violations are findings, what remediates them, and how severe they are. */
export type FindingFunctionProps = Pick<SettingProps, 'findingSeverity' | 'logRetentionInDays'> & {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly runbooks: Pick<Runbooks, 'deactivate' | 'deleteInactive'>;
  readonly deadLetterQueue: DeadLetterQueue;
};

/** What it reads by actions that know no resource. */
const WITHOUT_RESOURCE = [
  'iam:ListUsers',
  'config:GetComplianceDetailsByResource',
  'config:DescribeConfigRules',
];

const environmentOf = (
  { rule, inactiveRule, runbooks }: FindingFunctionProps,
  severity: string,
) => ({
  CONFIG_RULE_NAME: rule.configRule.ref,
  CONFIG_RULE_ARN: rule.configRule.attrArn,
  RUNBOOK_NAME: runbooks.deactivate.document.ref,
  AUTOMATION_ROLE_ARN: runbooks.deactivate.automationRole.roleArn,
  INACTIVE_CONFIG_RULE_NAME: inactiveRule.configRule.ref,
  INACTIVE_CONFIG_RULE_ARN: inactiveRule.configRule.attrArn,
  DELETION_RUNBOOK_NAME: runbooks.deleteInactive.document.ref,
  DELETION_ROLE_ARN: runbooks.deleteInactive.automationRole.roleArn,
  FINDING_SEVERITY: severity,
});

/** The function that tells Security Hub what Config holds. */
export class FindingFunction extends NodeFunction {
  /** The metrics that it writes. */
  readonly measure: ReturnType<typeof measureOf>;

  constructor(scope: Construct, id: string, props: FindingFunctionProps) {
    const { findingSeverity, logRetentionInDays } = completeSettings(props);
    super(scope, id, {
      entry: 'rule/security-hub/index.ts',
      description: 'Tells Security Hub of the users that violate the rules on access keys',
      timeout: TIMEOUT,
      logRetentionInDays,
      deadLetterQueue: props.deadLetterQueue,
      environment: environmentOf(props, findingSeverity),
    });
    const configRules = [props.rule.configRule, props.inactiveRule.configRule];
    this.measure = measureOf(configRules);
    allowOnUsers(this.role, ['iam:ListAccessKeys']);
    allowWithoutResource(this.role, WITHOUT_RESOURCE);
    this.allow(
      ['config:GetComplianceDetailsByConfigRule'],
      configRules.map(({ attrArn }) => attrArn),
    );
    const { account } = Stack.of(this);
    this.allow(['securityhub:BatchImportFindings'], [this.hubArn('product', `${account}/default`)]);
    this.allow(['securityhub:GetFindings'], [this.hubArn('hub', 'default')]);
  }

  private hubArn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'securityhub', resource, resourceName });
  }

  /** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html */
  private allow(actions: string[], resources: string[]): void {
    this.role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
  }
}

/** How long changes gather before they are told together: a first sweep may find hundreds. */
const BATCHING_WINDOW = Duration.seconds(10);

/** Changes that one invocation tells: as many findings as one call imports. */
const BATCH_SIZE = 100;

/** Invocations at a time: the fewest that Lambda offers for a queue, as Security Hub admits few calls a second. */
const MAXIMUM_CONCURRENCY = 2;

/** Times that a change comes before it is a dead letter. */
const MAXIMUM_RECEIVES = 3;

/** Whose violations are told, and how. */
export type SecurityHubFindingsProps = Omit<FindingFunctionProps, 'deadLetterQueue'>;

/**
 * Tells Security Hub CSPM of each user that violates a rule, with the evidence, and when that is over.
 *
 * Once a day all findings are reconciled with what Config holds; a change of compliance makes one prompt. What
 * cannot be delivered or told ends in the dead-letter queue.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-custom-providers.html
 */
export class SecurityHubFindings extends Construct {
  /** Keeps what could not be told. */
  readonly deadLetterQueue: DeadLetterQueue;
  /** The function that tells Security Hub. */
  readonly teller: FindingFunction;
  /** The AWS CLI command that reconciles all findings now. */
  readonly reconcileCommand: string;

  constructor(scope: Construct, id: string, props: SecurityHubFindingsProps) {
    super(scope, id);
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    this.deadLetterQueue = deadLetterQueue;
    this.teller = new FindingFunction(this, 'Teller', { ...props, deadLetterQueue });
    const { functionName } = this.teller.function;
    this.reconcileCommand = `aws lambda invoke --region ${Stack.of(this).region} --function-name ${functionName} --invocation-type Event --cli-binary-format raw-in-base64-out --payload '{"source":"aws.events","detail-type":"Scheduled Event"}' /dev/null`;
    this.reconcileDaily();
    const rules = [props.rule, props.inactiveRule];
    this.tellChanges(rules.map(({ configRule }) => configRule.ref));
  }

  private reconcileDaily(): void {
    const daily = new Rule(this, 'Daily', {
      description: 'Reconciles the findings in Security Hub with the results of AWS Config',
      schedule: Schedule.rate(Duration.days(1)),
    });
    const { functionArn } = this.teller.function;
    daily.addTarget(targetOf(functionArn, this.deadLetterQueue));
    new CfnPermission(this, 'DailyPermission', {
      action: 'lambda:InvokeFunction',
      functionName: functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: daily.ruleArn,
    });
    letSend(daily, [this.deadLetterQueue]);
  }

  private tellChanges(configRuleNames: string[]): void {
    const queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // What was not told comes again when an invocation that still runs would have ended.
      visibilityTimeout: Duration.seconds(BATCHING_WINDOW.toSeconds() + TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAXIMUM_RECEIVES },
    });
    const changes = new Rule(this, 'Changes', {
      description: 'Users whose compliance with a rule on access keys has changed',
      eventPattern: {
        source: ['aws.config'],
        detailType: ['Config Rules Compliance Change'],
        detail: {
          messageType: ['ComplianceChangeNotification'],
          configRuleName: configRuleNames,
          resourceType: ['AWS::IAM::User'],
        },
      },
    });
    changes.addTarget(targetOf(queue.queueArn, this.deadLetterQueue));
    letSend(changes, [queue, this.deadLetterQueue]);
    allowToPoll(this.teller.role, queue);
    new EventSourceMapping(this, 'Messages', {
      target: this.teller.function,
      eventSourceArn: queue.queueArn,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: BATCHING_WINDOW,
      maxConcurrency: MAXIMUM_CONCURRENCY,
      reportBatchItemFailures: true,
    });
  }
}
