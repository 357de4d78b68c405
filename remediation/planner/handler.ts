import type { LogRun } from '../../rule/log/log.ts';
import { parsePlannerInput } from '../plans/input.ts';
import type { Plan } from '../plans/plan.ts';
import { makePlan, type Sources } from './make-plan.ts';

/** The dependencies of the handler. */
type Dependencies = Sources & {
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** Creates the Lambda handler that makes the plan of a runbook. Throws every error, so that the runbook fails. */
export const createHandler =
  ({ logRun, now, ...sources }: Dependencies) =>
  (event: unknown): Promise<Plan> =>
    logRun('planned', async (log) => {
      const input = parsePlannerInput(event);
      const { Runbook, ConfigRuleName, UserId } = input;
      log.add({ Runbook, ConfigRuleName, UserId });
      const plan = await makePlan(input, sources, now());
      // Logs must not contain whole key ids.
      log.add({ outcome: plan.Outcome, keyEndsWith: plan.AccessKeyId.slice(-4) });
      return plan;
    });
