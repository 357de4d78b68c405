import type { ReadHistory } from '../../rule/aws/cloudtrail.ts';
import type { Config } from '../../rule/aws/config.ts';
import type { Iam } from '../../rule/aws/iam.ts';
import {
  parseInactiveRuleParameters,
  parseRuleParameters,
} from '../../rule/evaluation/parameters.ts';
import {
  completeFacts,
  type FoundUser,
  keysMissing,
  readUser,
} from '../../rule/evaluation/read-user.ts';
import { type Needs, NO_NEEDS } from '../../rule/evaluation/user-rule.ts';
import { inactiveKeys, isTooLong } from '../../rule/inactive-access-key/rule.ts';
import { historyBegins, noHistory } from '../../rule/keys/key-history.ts';
import type { LogRun } from '../../rule/log/log.ts';
import {
  type AllowancePolicy,
  countedKeys,
  tagToAskFor,
} from '../../rule/single-access-key/compliance-reason.ts';
import { planDeactivation } from '../plans/deactivation.ts';
import { type DeletionPolicy, inactivitiesNow, planDeletion } from '../plans/deletion.ts';
import { type InputOf, type PlannerInput, parsePlannerInput } from '../plans/input.ts';
import type { Plan } from '../plans/plan.ts';
import { planReactivation } from '../plans/reactivation.ts';

/** What the planner reads with; it has nothing to write with. */
export type Sources = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'getInputParameters'>;
  readonly readHistory: ReadHistory;
};

/** What a plan needs beside the keys: a tag unless a named key decides alone, the last use where there is a choice. */
const needsOfDeactivation = (policy: AllowancePolicy, isNamed: boolean): Needs => ({
  tag: (facts) =>
    isNamed && !policy.countInactiveAccessKeys ? undefined : tagToAskFor(facts, policy),
  lastUse: ({ keys }) => {
    const counted = countedKeys(keys, policy);
    return counted.length > 1 ? counted : [];
  },
});

const makeDeactivation = async (
  asked: InputOf<'DeactivateAccessKey'>,
  { iam, config }: Sources,
  at: Date,
): Promise<Plan> => {
  const { UserId, AccessKeyId, MinimumIdleDays, ConfigRuleName } = asked;
  const parameters = parseRuleParameters(await config.getInputParameters(ConfigRuleName));
  const minimumIdleDays = MinimumIdleDays ?? parameters.minimumIdleDays;
  const policy = { ...asked, ...parameters, minimumIdleDays, at };
  const needs = needsOfDeactivation(policy, AccessKeyId !== undefined);
  return planDeactivation(UserId, await readUser(iam, { UserId }, needs), policy);
};

const makeReactivation = async (
  asked: InputOf<'ReactivateAccessKey'>,
  { iam }: Sources,
): Promise<Plan> => {
  const { UserId } = asked;
  return planReactivation(UserId, await readUser(iam, { UserId }, NO_NEEDS), asked);
};

/** The history is read after the keys, so that what is not in it had not happened when they were read. */
const readForDeletion = async (
  { user, ...known }: FoundUser,
  policy: DeletionPolicy,
  { iam, readHistory }: Sources,
) => {
  const history = await readHistory(policy.at);
  const isAffected = inactivitiesNow(known, history).some((one) => isTooLong(one, policy));
  const needs: Needs = {
    tag: () =>
      isAffected && policy.AccessKeyId === undefined ? policy.exemptionTagKey : undefined,
    lastUse: inactiveKeys,
  };
  const facts = await completeFacts(iam, user.UserName, { facts: known, needs });
  return facts && { found: { ...facts, user }, history };
};

const makeDeletion = async (
  asked: InputOf<'DeleteInactiveAccessKey'>,
  sources: Sources,
  at: Date,
): Promise<Plan> => {
  const { iam, config } = sources;
  const { UserId, MinimumInactiveDays, ConfigRuleName } = asked;
  const parameters = parseInactiveRuleParameters(await config.getInputParameters(ConfigRuleName));
  const maxInactiveDays = MinimumInactiveDays ?? parameters.maxInactiveDays;
  const policy = { ...asked, ...parameters, maxInactiveDays, at };
  // Twice: a user that is renamed or deleted after its keys were read is looked up once more.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const found = await readUser(iam, { UserId }, NO_NEEDS);
    if (found === undefined || inactiveKeys(found).length === 0)
      return planDeletion(UserId, found, { ...policy, history: noHistory(historyBegins(at)) });
    const read = await readForDeletion(found, policy, sources);
    if (read !== undefined)
      return planDeletion(UserId, read.found, { ...policy, history: read.history });
  }
  throw keysMissing({ UserId });
};

/** Reads what the plan of a runbook needs, live, and makes it; whatever fails is thrown. */
export const makePlan = (asked: PlannerInput, sources: Sources, at: Date): Promise<Plan> => {
  switch (asked.Runbook) {
    case 'DeactivateAccessKey':
      return makeDeactivation(asked, sources, at);
    case 'ReactivateAccessKey':
      return makeReactivation(asked, sources);
    case 'DeleteInactiveAccessKey':
      return makeDeletion(asked, sources, at);
  }
};

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
    logRun('planned', async (log) => {
      const asked = parsePlannerInput(input);
      const { Runbook, ConfigRuleName, UserId } = asked;
      log.add({ Runbook, ConfigRuleName, UserId });
      const plan = await makePlan(asked, sources, now());
      // A key id in full belongs in annotations and outputs, not in logs.
      log.add({ outcome: plan.Outcome, keyEndsWith: plan.AccessKeyId.slice(-4) });
      log.measure({ Plans: 1, Refusals: plan.Outcome === 'Refused' ? 1 : 0 });
      return plan;
    });
