import { Duration, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NodeFunction } from '../functions/node-function.ts';
import { allowOnUsers, allowWithoutResource } from '../functions/permissions.ts';
import { deadLetterQueueOf, EventQueue, invokeOnSchedule } from '../functions/queues.ts';
import type { UserRule } from '../rules/user-rule.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';

/** The timeout, enough for 5,000 violations at 20 calls a second and for the calls to Security Hub. */
const TIMEOUT = Duration.minutes(10);

export type SecurityHubFindingsProps = Pick<
  SettingProps,
  'findingSeverity' | 'logRetentionInDays'
> & {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
};

const environmentOf = ({ rule, inactiveRule }: SecurityHubFindingsProps, severity: string) => ({
  CONFIG_RULE_NAME: rule.configRule.ref,
  CONFIG_RULE_ARN: rule.configRule.attrArn,
  INACTIVE_CONFIG_RULE_NAME: inactiveRule.configRule.ref,
  INACTIVE_CONFIG_RULE_ARN: inactiveRule.configRule.attrArn,
  FINDING_SEVERITY: severity,
});

/** The function that imports the results of AWS Config into Security Hub as findings. */
class FindingFunction extends NodeFunction {
  constructor(scope: Construct, id: string, props: SecurityHubFindingsProps) {
    const { findingSeverity, logRetentionInDays } = completeSettings(props);
    super(scope, id, {
      entry: 'rule/security-hub/index.ts',
      description: 'Imports violations of the rules on access keys into Security Hub',
      timeout: TIMEOUT,
      logRetentionInDays,
      deadLetterQueue: deadLetterQueueOf(scope),
      environment: environmentOf(props, findingSeverity),
    });
    const configRules = [props.rule.configRule, props.inactiveRule.configRule];
    allowOnUsers(this.role, ['iam:ListAccessKeys']);
    allowWithoutResource(this.role, [
      'iam:ListUsers',
      'config:GetComplianceDetailsByResource',
      'config:DescribeConfigRules',
    ]);
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

/** The time in which changes are collected, because a first sweep can cause hundreds. */
const BATCHING_WINDOW = Duration.seconds(10);

/**
 * Imports a finding into Security Hub CSPM for each user that violates a rule, and archives it when the violation ends.
 *
 * Each change of compliance updates a finding at once. A daily run reconciles all findings with the results of AWS
 * Config. Events that cannot be delivered or processed go to the dead-letter queue.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-custom-providers.html
 */
export class SecurityHubFindings extends Construct {
  /** Imports the findings. */
  readonly importer: FindingFunction;
  /** The AWS CLI command that reconciles all findings now. */
  readonly reconcileCommand: string;

  constructor(scope: Construct, id: string, props: SecurityHubFindingsProps) {
    super(scope, id);
    this.importer = new FindingFunction(this, 'Importer', props);
    const { functionName } = this.importer.function;
    this.reconcileCommand = `aws lambda invoke --region ${Stack.of(this).region} --function-name ${functionName} --invocation-type Event --cli-binary-format raw-in-base64-out --payload '{"source":"aws.events","detail-type":"Scheduled Event"}' /dev/null`;
    invokeOnSchedule(this, 'Daily', {
      description: 'Reconciles the findings in Security Hub with the results of AWS Config',
      schedule: Schedule.rate(Duration.days(1)),
      target: this.importer,
    });
    this.importChanges([props.rule, props.inactiveRule]);
  }

  private importChanges(rules: readonly UserRule[]): void {
    new EventQueue(this, 'Changes', {
      description: 'Changes in the compliance of IAM users with the rules on access keys',
      eventPattern: {
        source: ['aws.config'],
        detailType: ['Config Rules Compliance Change'],
        detail: {
          messageType: ['ComplianceChangeNotification'],
          configRuleName: rules.map(({ configRule }) => configRule.ref),
          resourceType: ['AWS::IAM::User'],
        },
      },
      target: this.importer,
      // One call imports up to 100 findings.
      batchSize: 100,
      batchingWindow: BATCHING_WINDOW,
      // A failed message becomes visible again after its invocation has ended.
      visibilityTimeout: Duration.seconds(BATCHING_WINDOW.toSeconds() + TIMEOUT.toSeconds()),
      maxReceiveCount: 3,
    });
  }
}
