import { Annotations, Aws, CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
import { type CfnConfigRule, CfnRemediationConfiguration } from 'aws-cdk-lib/aws-config';
import { Construct } from 'constructs';
import { remediatesIn, WITHOUT_REMEDIATION } from '../../rule/aws/regions.ts';
import type { Runbook } from './runbook.ts';

/** The name of the condition that CloudFormation can create remediations in the Region. */
export const REMEDIATION_IS_OFFERED = 'RemediationIsOffered';

const conditionOf = (stack: Stack): CfnCondition => {
  const existing = stack.node.tryFindChild(REMEDIATION_IS_OFFERED);
  if (existing instanceof CfnCondition) return existing;
  const unsupported = WITHOUT_REMEDIATION.map((region) => Fn.conditionEquals(Aws.REGION, region));
  return new CfnCondition(stack, REMEDIATION_IS_OFFERED, {
    // The CDK nests Fn::Or, which takes at most ten conditions.
    expression: Fn.conditionNot(Fn.conditionOr(...unsupported)),
  });
};

/**
 * Returns whether the stack has remediations. If its Region is not known at synthesis, it has them under a condition.
 *
 * A stack accepts a resource type that its Region lacks under a false condition. A StackSet does not.
 *
 * @see https://github.com/aws/aws-cdk/issues/25634
 */
export const offerOfRemediation = (
  scope: Construct,
): { readonly isOffered: boolean; readonly condition?: CfnCondition } => {
  const stack = Stack.of(scope);
  return Token.isUnresolved(stack.region)
    ? { isOffered: true, condition: conditionOf(stack) }
    : { isOffered: remediatesIn(stack.region) };
};

/** Adds a warning if the Region of the stack is known and has no remediation. */
export const warnWithoutRemediation = (scope: Construct): void => {
  const { region } = Stack.of(scope);
  if (remediatesIn(region)) return;
  Annotations.of(scope).addWarningV2(
    'iam-user-single-access-key:noRemediation',
    `CloudFormation has no AWS::Config::RemediationConfiguration in ${region}, so there is no Remediate button: start the runbooks with the outputs DeactivationCommand and DeletionCommand, or set automaticRemediation and automaticDeletion`,
  );
};

/** The properties of a remediation. */
type RemediationProps = {
  readonly configRule: CfnConfigRule;
  readonly runbook: Runbook;
  /** The condition under which the remediation exists; by default, always. */
  readonly condition?: CfnCondition | undefined;
};

/**
 * Returns the parameters that AWS Config passes to a runbook. The CDK does not check their shape.
 *
 * @param resourceIdParameter  the parameter that gets the id of the resource
 * @param staticValues         the other parameters
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationParameterValue.html
 */
const toParameters = (
  resourceIdParameter: string,
  staticValues: Readonly<Record<string, string>>,
) => ({
  [resourceIdParameter]: { ResourceValue: { Value: 'RESOURCE_ID' } },
  ...Object.fromEntries(
    Object.entries(staticValues).map(([name, value]) => [
      name,
      { StaticValue: { Values: [value] } },
    ]),
  ),
});

/**
 * The remediation configuration of a rule, which the Remediate button uses. It is never automatic: docs/decisions/0025.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
 */
export class Remediation extends Construct {
  constructor(scope: Construct, id: string, props: RemediationProps) {
    super(scope, id);
    const { configRule, runbook, condition } = props;
    const { document, automationRole } = runbook;

    const configuration = new CfnRemediationConfiguration(this, 'Configuration', {
      configRuleName: configRule.ref,
      resourceType: 'AWS::IAM::User',
      targetType: 'SSM_DOCUMENT',
      targetId: document.ref,
      parameters: toParameters('UserId', {
        AutomationAssumeRole: automationRole.roleArn,
        ConfigRuleName: configRule.ref,
      }),
      automatic: false,
    });
    if (condition !== undefined) configuration.cfnOptions.condition = condition;
  }
}
