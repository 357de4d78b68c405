import type { LogRun } from '../../rule/log/log.ts';
import type { Plan } from '../plans/plan.ts';
import { parsePlannerInput } from './input.ts';
import { makePlan, type Sources } from './make-plan.ts';

/** What the planner reads with, logs with, and tells the time by. */
export type Dependencies = Sources & {
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/**
 * One plan of a runbook: reads the rule's own parameters and the user's live state, then decides.
 *
 * Whatever fails is thrown: a plan that could not be made is no plan.
 */
export const createHandler =
  ({ logRun, now, ...sources }: Dependencies) =>
  (input: unknown): Promise<Plan> =>
    logRun('planned', async ({ fields, metrics }) => {
      const asked = parsePlannerInput(input);
      const { Runbook, ConfigRuleName, UserId } = asked;
      Object.assign(fields, { Runbook, ConfigRuleName, UserId });
      const plan = await makePlan(asked, sources, now());
      // A key id in full belongs in annotations and outputs, not in logs.
      Object.assign(fields, { outcome: plan.Outcome, keyEndsWith: plan.AccessKeyId.slice(-4) });
      Object.assign(metrics, { Plans: 1, Refusals: plan.Outcome === 'Refused' ? 1 : 0 });
      return plan;
    });
