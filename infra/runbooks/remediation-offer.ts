import { Aws, CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WITHOUT_REMEDIATION } from '../../rule/aws/remediation-regions.ts';

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
