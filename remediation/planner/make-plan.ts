import type { ReadHistory, ReadKeyEvents } from '../../rule/aws/cloudtrail.ts';
import type { Config } from '../../rule/aws/config.ts';
import type { Iam } from '../../rule/aws/iam.ts';
import {
  parseInactiveRuleParameters,
  parseRuleParameters,
} from '../../rule/evaluation/parameters.ts';
import { readRequired, readUser } from '../../rule/evaluation/read-user.ts';
import { NO_READS, type RequiredReads, type UserKeys } from '../../rule/evaluation/user-rule.ts';
import { inactiveKeys, isTooLong } from '../../rule/inactive-access-key/inactivity.ts';
import { type AccessKey, wasUsed } from '../../rule/keys/access-key.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import { describeError } from '../../rule/log/log.ts';
import {
  type CompliancePolicy,
  countedKeys,
  findComplianceReason,
  requiredTag,
} from '../../rule/single-access-key/compliance-reason.ts';
import { planDeactivation } from '../plans/deactivation.ts';
import { inactivitiesNow, planDeletion } from '../plans/deletion.ts';
import type { InputOf, PlannerInput } from '../plans/input.ts';
import { describeKeyUse, describeUnreadUse, UNKNOWN_REGION } from '../plans/key-use.ts';
import { type Plan, unknownUser } from '../plans/plan.ts';
import { planReactivation } from '../plans/reactivation.ts';

/** The sources of a plan. None of them can write. */
export type Sources = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'getInputParameters'>;
  readonly readHistory: ReadHistory;
  /** Reads who uses the key of a plan that acts. @default - the reason does not say it */
  readonly readKeyEvents?: ReadKeyEvents;
  /** The role of the runbook that deactivates keys. */
  readonly deactivationRoleArn: string;
  /** The account whose users are read. */
  readonly accountId: string;
  /** The Region of the rules. */
  readonly region?: string | undefined;
  /** Whether a deactivation is refused if the event history is incomplete. @default false */
  readonly requiresCompleteHistory?: boolean;
};

/**
 * How much of the event history a plan reads: 30 pages, which take 15 s at two pages a second, and two minutes at 3.9 s a
 * page. CloudTrail allows an account two requests a second, so that a page can take minutes if many executions read at the
 * same time. The events of the key then take up to 20 s. The planner itself may take 290 s.
 */
export const HISTORY_LIMITS = { maximumEvents: 1_500, maximumSeconds: 150 };

/** The name of the user, which may be outdated. With it, the users need not be listed. */
type UserHint = { readonly UserName?: string };

/** Returns the history for a user without inactive keys, whose plan does not depend on events. */
const historyWithoutEvents = (at: Date): KeyHistory => ({
  from: at,
  isComplete: true,
  changes: [],
});

/**
 * Returns the reads that a deactivation requires: the tag, unless a key is named and only active keys count; the quarantine
 * of a violator, unless a key is named; and the last use if there is more than one key to choose from.
 */
const deactivationReads = (policy: CompliancePolicy, isNamed: boolean): RequiredReads => ({
  tag: (user) =>
    isNamed && !policy.countInactiveAccessKeys ? undefined : requiredTag(user, policy),
  quarantine: (user) => !isNamed && findComplianceReason(user, policy) === undefined,
  lastUse: ({ keys }) => {
    const counted = countedKeys(keys, policy);
    return counted.length > 1 ? counted : [];
  },
});

const readKeyUse = async (
  { AccessKeyId, Region }: AccessKey,
  readKeyEvents: ReadKeyEvents,
): Promise<string> => {
  if (Region === undefined) return UNKNOWN_REGION;
  try {
    return describeKeyUse(await readKeyEvents({ AccessKeyId, Region }), Region);
  } catch (error) {
    // The decision is made, so no failure of this read may prevent the plan. The reason says what is missing.
    return describeUnreadUse(describeError(error).errorType, Region);
  }
};

/** Adds to the reason of a plan that acts who used its key. Nothing else of the plan depends on it. */
const withKeyUse = async (
  plan: Plan,
  { keys }: UserKeys,
  readKeyEvents: ReadKeyEvents | undefined,
): Promise<Plan> => {
  const acts = plan.Outcome !== 'NothingToDo' && plan.Outcome !== 'Refused';
  const key = keys.find(({ AccessKeyId }) => AccessKeyId === plan.AccessKeyId);
  // The reason of a plan says that a key was never used.
  if (readKeyEvents === undefined || !acts || key === undefined || !wasUsed(key)) return plan;
  return { ...plan, Reason: `${plan.Reason}. ${await readKeyUse(key, readKeyEvents)}` };
};

const makeDeactivation = async (
  input: InputOf<'DeactivateAccessKey'> & UserHint,
  { iam, config, readHistory, readKeyEvents, ...sources }: Sources,
  at: Date,
): Promise<Plan> => {
  const { UserId, AccessKeyId, MinimumIdleDays, ConfigRuleName } = input;
  const parameters = parseRuleParameters(await config.getInputParameters(ConfigRuleName));
  const minimumIdleDays = MinimumIdleDays ?? parameters.minimumIdleDays;
  const { accountId, ...by } = sources;
  const policy = { ...input, ...parameters, ...by, minimumIdleDays, at };
  const reads = deactivationReads(policy, AccessKeyId !== undefined);
  const user = await readUser(iam, input, (found) => readRequired(iam, found, reads));
  if (user === undefined) return unknownUser(UserId, accountId);
  const plan = planDeactivation(user, policy);
  const acts = plan.Outcome === 'Deactivate' || plan.Outcome === 'DryRun';
  const checked =
    acts && AccessKeyId === undefined
      ? planDeactivation(user, { ...policy, history: await readHistory(at) })
      : plan;
  return withKeyUse(checked, user, readKeyEvents);
};

const makeReactivation = async (
  input: InputOf<'ReactivateAccessKey'>,
  { iam, accountId }: Sources,
): Promise<Plan> => {
  const { UserId } = input;
  const user = await readUser(iam, { UserId }, async (found) => found);
  return user === undefined ? unknownUser(UserId, accountId) : planReactivation(user, input);
};

const makeDeletion = async (
  input: InputOf<'DeleteInactiveAccessKey'> & UserHint,
  { iam, config, readHistory, readKeyEvents, accountId, region }: Sources,
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
      ...NO_READS,
      tag: () => (isAffected && AccessKeyId === undefined ? policy.exemptionTagKey : undefined),
      lastUse: ({ keys }) => inactiveKeys(keys),
    });
    return user && withKeyUse(planDeletion(user, { ...policy, history }), user, readKeyEvents);
  };
  return (await readUser(iam, input, read)) ?? unknownUser(UserId, accountId);
};

/** Makes the plan of a runbook from live reads. */
export const makePlan = (
  input: PlannerInput & UserHint,
  sources: Sources,
  at: Date,
): Promise<Plan> => {
  switch (input.Runbook) {
    case 'DeactivateAccessKey':
      return makeDeactivation(input, sources, at);
    case 'ReactivateAccessKey':
      return makeReactivation(input, sources);
    case 'DeleteInactiveAccessKey':
      return makeDeletion(input, sources, at);
  }
};
