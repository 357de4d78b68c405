import type { Content } from './content.ts';
import { problem } from './problem.ts';
import { wholeReference } from './references.ts';

/**
 * Whether an execution acts with a role that somebody named: a parameter, or an ARN.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
export const roleProblems = ({ assumeRole, parameters }: Content): readonly string[] => {
  const reference = wholeReference(assumeRole);
  const isNamed =
    reference === undefined
      ? /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(assumeRole)
      : Object.hasOwn(parameters, reference);
  return isNamed ? [] : [problem('assumeRole', 'a parameter or the ARN of a role', assumeRole)];
};
