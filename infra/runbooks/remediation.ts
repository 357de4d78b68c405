import { Aws, CfnCondition, type Duration, Fn, Stack } from 'aws-cdk-lib';
import { type CfnConfigRule, CfnRemediationConfiguration } from 'aws-cdk-lib/aws-config';
import { Construct } from 'constructs';
import { WITHOUT_REMEDIATION } from '../../rule/aws/regions.ts';
import type { Runbook } from './runbook.ts';

const ID = 'RemediationIsOffered';

/**
 * The condition that AWS Config remediates in the Region: in AWS GovCloud (US) it does not, and people start the
 * runbooks by their commands. A stack has it once.
 *
 * @see https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-config.html
 */
export const remediationIsOffered = (scope: Construct): CfnCondition => {
  const stack = Stack.of(scope);
  const there = stack.node.tryFindChild(ID);
  if (there instanceof CfnCondition) return there;
  const without = WITHOUT_REMEDIATION.map((region) => Fn.conditionEquals(Aws.REGION, region));
  return new CfnCondition(stack, ID, { expression: Fn.conditionNot(Fn.conditionOr(...without)) });
};

/** What joins a rule and a runbook. */
export type RemediationProps = {
  readonly configRule: CfnConfigRule;
  readonly runbook: Runbook;
  /** Whether Config starts the runbook by itself, or only when somebody asks for it. */
  readonly automatic: boolean;
  /** Longer than the runbook can take: the window of the one automatic attempt. */
  readonly attemptWindow: Duration;
};

/**
 * The parameters that Config passes to a runbook, in the shape that CDK leaves unchecked.
 *
 * @param resourceIdParameter  the one parameter that gets the id of the resource
 * @param staticValues         the others
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
 * The Remediate button of the rule.
 *
 * An automatic attempt that fails blocks the user's next one until its remediation exception is deleted.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
 */
export class Remediation extends Construct {
  constructor(scope: Construct, id: string, props: RemediationProps) {
    super(scope, id);
    const { configRule, runbook, automatic, attemptWindow } = props;
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
      automatic,
      // One attempt, as a refusal repeated is noise.
      ...(automatic && {
        maximumAutomaticAttempts: 1,
        retryAttemptSeconds: attemptWindow.toSeconds(),
      }),
    });
    configuration.cfnOptions.condition = remediationIsOffered(this);
  }
}
