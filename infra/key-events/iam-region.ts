import { Aws, CfnRule, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IAM_REGIONS } from '../../rule/aws/iam-regions.ts';

/** Something that needs the events of IAM is deployed where they do not arrive. */
export class WrongRegionError extends Error {
  override readonly name = 'WrongRegionError';
}

const needOfKeyEvents = (regions: string): string =>
  `key events need the Region of IAM, ${regions}: deploy there, or without them (setting keyEvents=false, parameter KeyEvents=false)`;

/**
 * Lets a construct be deployed only where the events of IAM calls arrive.
 *
 * Where the Region is not known at synthesis, CloudFormation refuses the stack before it makes anything.
 *
 * @param need  says what needs the Region, by the names of these Regions; ends in what to do
 * @throws {WrongRegionError} when the stack has another Region
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const requireIamRegion = (
  scope: Construct,
  need: (regions: string) => string = needOfKeyEvents,
): void => {
  const regions = Object.values(IAM_REGIONS);
  const { region } = Stack.of(scope);
  const expected = need(regions.join(' or '));
  if (Token.isUnresolved(region)) {
    new CfnRule(scope, 'IamRegion', {
      assertions: [
        { assert: Fn.conditionContains(regions, Aws.REGION), assertDescription: expected },
      ],
    });
  } else if (!regions.includes(region))
    throw new WrongRegionError(`${scope.node.path}: ${expected}; got ${region}`);
};
