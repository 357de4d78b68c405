import { isActive } from '../rule/access-key.ts';
import { type Needs, needsOf } from '../rule/allowance.ts';
import type { Config } from '../rule/config.ts';
import { readUser } from '../rule/find-user.ts';
import type { Iam } from '../rule/iam.ts';
import type { LogRun } from '../rule/log.ts';
import { parseRuleParameters } from '../rule/parameters.ts';
import { parsePlannerInput } from './input.ts';
import type { Plan } from './outcome.ts';
import { type PlanPolicy, planDeactivation } from './plan.ts';

/** What the planner reads with; it has nothing to write with. */
export type Dependencies = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'getInputParameters'>;
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** What a plan needs beside the keys: a tag unless a key is named, the last use where there is a choice. */
const needsOfPlan = (policy: PlanPolicy): Needs => ({
  tag: policy.AccessKeyId === undefined ? needsOf(policy).tag : () => undefined,
  // A plan takes no key without another active one.
  lastUse: ({ keys }) => keys.filter(isActive).length > 1,
});

/**
 * One plan of the runbook: reads the rule's own parameters and the user's live state, then decides.
 *
 * Whatever fails is thrown: a plan that could not be made is no plan.
 */
export const createHandler =
  ({ iam, config, logRun, now }: Dependencies) =>
  (input: unknown): Promise<Plan> =>
    logRun('planned', async ({ fields, metrics }) => {
      const { UserId, AccessKeyId, MinimumIdleDays, DryRun, ConfigRuleName } =
        parsePlannerInput(input);
      const parameters = parseRuleParameters(await config.getInputParameters(ConfigRuleName));
      const policy = {
        ...parameters,
        minimumIdleDays: MinimumIdleDays ?? parameters.minimumIdleDays,
        AccessKeyId,
        DryRun,
        at: now(),
      };
      const found = await readUser(iam, { UserId }, needsOfPlan(policy));
      const plan = planDeactivation(UserId, found, policy);
      // A key id in full belongs in annotations and outputs, not in logs.
      Object.assign(fields, {
        ConfigRuleName,
        UserId,
        outcome: plan.Outcome,
        keyEndsWith: plan.AccessKeyId.slice(-4),
      });
      Object.assign(metrics, { Plans: 1, Refusals: plan.Outcome === 'Refused' ? 1 : 0 });
      return plan;
    });
