import { makePlan, type Sources } from '../../remediation/planner/make-plan.ts';
import { remediateInput } from '../../remediation/plans/input.ts';
import { deleteCommand, type Plan, updateCommand } from '../../remediation/plans/plan.ts';
import type { IamUser } from '../../rule/aws/iam.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import type { Recommendation } from './result.ts';
import type { DeployedRule } from './rules.ts';

/** The value of a member of a plan that does not apply. */
const NONE = 'none';

/** Converts the plan of a runbook to a recommendation. */
export const recommendationOf = ({
  Outcome,
  UserName,
  AccessKeyId,
  Reason,
}: Plan): Recommendation => {
  const planned = { AccessKeyId, Reason };
  if (Outcome === 'Deactivate')
    return {
      Action: Outcome,
      ...planned,
      Command: updateCommand({ UserName, AccessKeyId }, 'Inactive'),
    };
  if (Outcome === 'Delete')
    return { Action: Outcome, ...planned, Command: deleteCommand({ UserName, AccessKeyId }) };
  return { Action: 'None', ...(AccessKeyId !== NONE && { AccessKeyId }), Reason };
};

/**
 * Matches the ARN of a role that the runbook `DeactivateAccessKey` assumes. CloudFormation generates its name, and shortens it
 * in a stack of a StackSet.
 */
const DEACTIVATION_ROLE = /:role\/[\w+=,.@-]*-DeactivateAccessKeyAutom\w*-\w+$/;

/**
 * Returns the role of the runbook that made the newest visible change, if the stack is already deployed. Before the deployment,
 * no change can be its own.
 */
const deactivationRoleIn = ({ changes }: KeyHistory): string =>
  changes.find(({ roleArn = '' }) => DEACTIVATION_ROLE.test(roleArn))?.roleArn ?? NONE;

/** The sources of a recommendation: the calls for one user, and the event history, which is read once. */
export type PlanSources = Pick<Sources, 'iam' | 'accountId' | 'region' | 'readHistory'>;

/** Makes the plan that a click on Remediate would make for a user. */
export const recommend = async (
  { Rule: ConfigRuleName, Runbook, parameters }: DeployedRule,
  user: IamUser,
  { at, ...sources }: PlanSources & { readonly at: Date },
): Promise<Recommendation> => {
  const inputParameters = JSON.stringify(parameters);
  const config = { getInputParameters: async () => inputParameters };
  // A plan that does not need the history does not fail without it.
  const deactivationRoleArn = await sources.readHistory(at).then(deactivationRoleIn, () => NONE);
  const input = remediateInput(user, { Runbook, ConfigRuleName });
  return recommendationOf(await makePlan(input, { ...sources, config, deactivationRoleArn }, at));
};
