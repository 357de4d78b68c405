import { Aws, CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import { type CfnConfigRule, CfnRemediationConfiguration } from 'aws-cdk-lib/aws-config';
import { Construct } from 'constructs';
import { WITHOUT_REMEDIATION } from '../../rule/aws/regions.ts';
import type { Runbook } from './runbook.ts';

const ID = 'RemediationIsOffered';

/**
 * Returns the condition that AWS Config offers remediation in the Region. In AWS GovCloud (US) it does not, and operators
 * start the runbooks with commands. A stack has one such condition.
 *
 * @see https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-config.html
 */
export const remediationIsOffered = (scope: Construct): CfnCondition => {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(ID);
  if (existing instanceof CfnCondition) return existing;
  const unsupported = WITHOUT_REMEDIATION.map((region) => Fn.conditionEquals(Aws.REGION, region));
  return new CfnCondition(stack, ID, {
    expression: Fn.conditionNot(Fn.conditionOr(...unsupported)),
  });
};

/** The properties of a remediation. */
type RemediationProps = {
  readonly configRule: CfnConfigRule;
  readonly runbook: Runbook;
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
    const { configRule, runbook } = props;
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
    configuration.cfnOptions.condition = remediationIsOffered(this);
  }
}
