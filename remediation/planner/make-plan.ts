import type { ReadHistory } from '../../rule/aws/cloudtrail.ts';
import type { Config } from '../../rule/aws/config.ts';
import type { Iam } from '../../rule/aws/iam.ts';
import {
  parseInactiveRuleParameters,
  parseRuleParameters,
} from '../../rule/evaluation/parameters.ts';
import { readRequired, readUser } from '../../rule/evaluation/read-user.ts';
import { NO_READS, type RequiredReads, type UserKeys } from '../../rule/evaluation/user-rule.ts';
import { inactiveKeys, isTooLong } from '../../rule/inactive-access-key/inactivity.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import {
  type CompliancePolicy,
  countedKeys,
  findComplianceReason,
  requiredTag,
} from '../../rule/single-access-key/compliance-reason.ts';
import { planDeactivation } from '../plans/deactivation.ts';
import { inactivitiesNow, planDeletion } from '../plans/deletion.ts';
import type { InputOf, PlannerInput } from '../plans/input.ts';
import { type Plan, unknownUser } from '../plans/plan.ts';
import { planReactivation } from '../plans/reactivation.ts';

/** The sources of a plan. None of them can write. */
export type Sources = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'getInputParameters'>;
  readonly readHistory: ReadHistory;
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
 * same time. The planner itself may take 290 s.
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

const makeDeactivation = async (
  input: InputOf<'DeactivateAccessKey'> & UserHint,
  { iam, config, readHistory, ...sources }: Sources,
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
  if (!acts || AccessKeyId !== undefined) return plan;
  return planDeactivation(user, { ...policy, history: await readHistory(at) });
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
  { iam, config, readHistory, accountId, region }: Sources,
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
    return user && planDeletion(user, { ...policy, history });
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
