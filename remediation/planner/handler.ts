import type { ReadHistory } from '../../rule/aws/cloudtrail.ts';
import type { Config } from '../../rule/aws/config.ts';
import type { Iam } from '../../rule/aws/iam.ts';
import {
  parseInactiveRuleParameters,
  parseRuleParameters,
} from '../../rule/evaluation/parameters.ts';
import { readRequired, readUser } from '../../rule/evaluation/read-user.ts';
import type { RequiredReads, UserKeys } from '../../rule/evaluation/user-rule.ts';
import { inactiveKeys, isTooLong } from '../../rule/inactive-access-key/inactivity.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import type { LogRun } from '../../rule/log/log.ts';
import {
  type CompliancePolicy,
  countedKeys,
  requiredTag,
} from '../../rule/single-access-key/compliance-reason.ts';
import { planDeactivation } from '../plans/deactivation.ts';
import { inactivitiesNow, planDeletion } from '../plans/deletion.ts';
import { type InputOf, type PlannerInput, parsePlannerInput } from '../plans/input.ts';
import { type Plan, unknownUser } from '../plans/plan.ts';
import { planReactivation } from '../plans/reactivation.ts';

/**
 * How much of the event history the planner reads. CloudTrail allows an account two requests a second, so that a page can
 * take minutes if many executions read at the same time. The planner itself may take 290 s.
 */
export const HISTORY_LIMITS = { maximumEvents: 1_500, maximumSeconds: 150 };

/** The sources of the planner. None of them can write. */
export type Sources = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'getInputParameters'>;
  readonly readHistory: ReadHistory;
  /** The role of the runbook that deactivates keys. */
  readonly deactivationRoleArn: string;
  /** The Region of the rules. */
  readonly region?: string | undefined;
  /** Whether a deactivation is refused if the event history is incomplete. @default false */
  readonly requiresCompleteHistory?: boolean;
};

/** The dependencies of the handler. */
type Dependencies = Sources & {
  readonly logRun: LogRun;
  readonly now: () => Date;
};

/** Returns the history for a user without inactive keys, whose plan does not depend on events. */
const historyWithoutEvents = (at: Date): KeyHistory => ({
  from: at,
  isComplete: true,
  changes: [],
});

/**
 * Returns the reads that a deactivation requires: the tag, unless a key is named and only active keys count, and the last
 * use if there is more than one key to choose from.
 */
const deactivationReads = (policy: CompliancePolicy, isNamed: boolean): RequiredReads => ({
  tag: (user) =>
    isNamed && !policy.countInactiveAccessKeys ? undefined : requiredTag(user, policy),
  lastUse: ({ keys }) => {
    const counted = countedKeys(keys, policy);
    return counted.length > 1 ? counted : [];
  },
});

const makeDeactivation = async (
  input: InputOf<'DeactivateAccessKey'>,
  { iam, config, readHistory, ...sources }: Sources,
  at: Date,
): Promise<Plan> => {
  const { UserId, AccessKeyId, MinimumIdleDays, ConfigRuleName } = input;
  const parameters = parseRuleParameters(await config.getInputParameters(ConfigRuleName));
  const minimumIdleDays = MinimumIdleDays ?? parameters.minimumIdleDays;
  const { deactivationRoleArn, region, requiresCompleteHistory } = sources;
  const by = { deactivationRoleArn, region, requiresCompleteHistory };
  const policy = { ...input, ...parameters, ...by, minimumIdleDays, at };
  const reads = deactivationReads(policy, AccessKeyId !== undefined);
  const user = await readUser(iam, { UserId }, (found) => readRequired(iam, found, reads));
  if (user === undefined) return unknownUser(UserId);
  const plan = planDeactivation(user, policy);
  const acts = plan.Outcome === 'Deactivate' || plan.Outcome === 'DryRun';
  if (!acts || AccessKeyId !== undefined) return plan;
  return planDeactivation(user, { ...policy, history: await readHistory(at) });
};

const makeReactivation = async (
  input: InputOf<'ReactivateAccessKey'>,
  { iam }: Sources,
): Promise<Plan> => {
  const { UserId } = input;
  const user = await readUser(iam, { UserId }, async (found) => found);
  return user === undefined ? unknownUser(UserId) : planReactivation(user, input);
};

const makeDeletion = async (
  input: InputOf<'DeleteInactiveAccessKey'>,
  { iam, config, readHistory, region }: Sources,
  at: Date,
): Promise<Plan> => {
  const { UserId, AccessKeyId, MinimumInactiveDays, ConfigRuleName } = input;
  const parameters = parseInactiveRuleParameters(await config.getInputParameters(ConfigRuleName));
  const maxInactiveDays = MinimumInactiveDays ?? parameters.maxInactiveDays;
  const policy = { ...input, ...parameters, maxInactiveDays, region, at };
  const read = async (found: UserKeys) => {
    const history =
      inactiveKeys(found.keys).length > 0 ? await readHistory(at) : historyWithoutEvents(at);
    const isAffected = inactivitiesNow(found, history).some((one) => isTooLong(one, policy));
    const user = await readRequired(iam, found, {
      tag: () => (isAffected && AccessKeyId === undefined ? policy.exemptionTagKey : undefined),
      lastUse: ({ keys }) => inactiveKeys(keys),
    });
    return user && planDeletion(user, { ...policy, history });
  };
  return (await readUser(iam, { UserId }, read)) ?? unknownUser(UserId);
};

/** Makes the plan of a runbook from live reads. */
const makePlan = (input: PlannerInput, sources: Sources, at: Date): Promise<Plan> => {
  switch (input.Runbook) {
    case 'DeactivateAccessKey':
      return makeDeactivation(input, sources, at);
    case 'ReactivateAccessKey':
      return makeReactivation(input, sources);
    case 'DeleteInactiveAccessKey':
      return makeDeletion(input, sources, at);
  }
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
      log.measure({ Plans: 1, Refusals: plan.Outcome === 'Refused' ? 1 : 0 });
      return plan;
    });
