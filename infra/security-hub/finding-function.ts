import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeadLetterQueue } from '../functions/dead-letter-queue.ts';
import { NodeFunction } from '../functions/node-function.ts';
import { allowOnUsers, allowWithoutResource } from '../functions/permissions.ts';
import { measureOf } from '../monitoring/measure.ts';
import type { UserRule } from '../rules/user-rule.ts';
import type { Runbooks } from '../runbooks/runbooks.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';

/** How long it may take: 5,000 violations at 20 calls a second, and the calls to Security Hub. */
export const TIMEOUT = Duration.minutes(10);

/** Whose violations are findings, what remediates them, and how severe they are. */
export type FindingFunctionProps = Partial<
  Pick<Settings, 'findingSeverity' | 'logRetentionDays'>
> & {
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
    const { findingSeverity, logRetentionDays } = { ...DEFAULT_SETTINGS, ...props };
    super(scope, id, {
      entry: 'rule/security-hub/index.ts',
      description: 'Tells Security Hub of the users that violate the rules on access keys',
      timeout: TIMEOUT,
      logRetentionDays,
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
