import type { ReadHistory } from '../../rule/aws/cloudtrail.ts';
import type { Config } from '../../rule/aws/config.ts';
import type { Iam, IamUser } from '../../rule/aws/iam.ts';
import {
  parseInactiveRuleParameters,
  parseRuleParameters,
} from '../../rule/evaluation/parameters.ts';
import { readRequired, readUser } from '../../rule/evaluation/read-user.ts';
import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import { inactiveAccessKeyRule } from '../../rule/inactive-access-key/rule.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import { singleAccessKeyRule } from '../../rule/single-access-key/rule.ts';
import { makePlan } from '../planner/make-plan.ts';
import { remediateInput } from '../plans/input.ts';
import type { Violation } from './inbox.ts';
import type { Message } from './message.ts';
import type { MessageSettings } from './settings.ts';
import { type MessageRule, violationMessage } from './texts.ts';
import {
  excessBegan,
  forecastOf,
  idleLongEnoughAt,
  inactivityBegan,
  isAnnounced,
} from './violation.ts';

/** What a message about a violation is read from. */
export type AnnouncementSources = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'getInputParameters'>;
  readonly readHistory: ReadHistory;
  readonly settings: MessageSettings;
  readonly at: Date;
};

/** Reads the parameters of each rule once, and the event history once, when they are first needed. */
export const readOnce = (sources: AnnouncementSources): AnnouncementSources => {
  const { config, readHistory } = sources;
  const parameters = new Map<string, Promise<string | undefined>>();
  let history: Promise<KeyHistory> | undefined;
  return {
    ...sources,
    config: {
      getInputParameters: (name) => {
        const known = parameters.get(name) ?? config.getInputParameters(name);
        parameters.set(name, known);
        return known;
      },
    },
    readHistory: (at) => {
      history ??= readHistory(at);
      return history;
    },
  };
};

/** What a rule says about a user now, when its violation began, and when the reason of a refusal ends. */
const judge = (
  { Runbook }: MessageRule,
  inputParameters: string | undefined,
  { history, at }: { readonly history: KeyHistory; readonly at: Date },
) => {
  if (Runbook === 'DeactivateAccessKey') {
    const policy = { ...parseRuleParameters(inputParameters), at };
    return {
      rule: singleAccessKeyRule(inputParameters, at),
      began: (user: UserKeys) => excessBegan(user, history, policy),
      notBefore: (user: UserKeys) => idleLongEnoughAt(user, policy),
    };
  }
  const policy = { ...parseInactiveRuleParameters(inputParameters), at };
  return {
    rule: inactiveAccessKeyRule(inputParameters, at),
    began: (user: UserKeys) => inactivityBegan(user, history, policy),
    notBefore: () => undefined,
  };
};

/**
 * Returns the message about a user that has turned NON_COMPLIANT, from live reads. Returns undefined if there is nothing
 * to announce.
 *
 * Scenarios:
 *   1  the result before it was NON_COMPLIANT too           → nothing
 *   2  the user is COMPLIANT now, or IAM no longer has it   → nothing: the event is late
 *   3  the violation began more than a day before its result → nothing: it is an old one that a new rule has found
 *   4  otherwise                                            → a message with the plan, and the date of automatic mode
 */
export const announce = async (
  { eventId, ConfigRuleName, recorded, isNew }: Violation,
  found: IamUser | undefined,
  sources: AnnouncementSources,
): Promise<Message | undefined> => {
  const { iam, settings, at } = sources;
  const announced = settings.rules.find((one) => one.ConfigRuleName === ConfigRuleName);
  if (announced === undefined || found === undefined || !isNew) return undefined;
  const inputParameters = await sources.config.getInputParameters(ConfigRuleName);
  const history = await sources.readHistory(at);
  const { rule, began, notBefore } = judge(announced, inputParameters, { history, at });
  const reads = rule.requiredReads({ history });
  const user = await readUser(iam, found, (named) => readRequired(iam, named, reads));
  if (user === undefined) return undefined;
  const { ComplianceType, Annotation = '' } = rule.evaluate(user, { history });
  if (ComplianceType !== 'NON_COMPLIANT' || !isAnnounced(began(user), recorded)) return undefined;
  const { accountId, deactivationRoleArn, region, periodHours } = settings;
  const requiresCompleteHistory = announced.isAutomatic;
  const planning = { ...sources, accountId, deactivationRoleArn, region, requiresCompleteHistory };
  const plan = await makePlan(remediateInput(user, announced), planning, at);
  if (plan.Outcome === 'NothingToDo') return undefined;
  const forecast = announced.isAutomatic
    ? forecastOf(plan, notBefore(user), { periodHours, at })
    : 'Off';
  return violationMessage({ eventId, plan, annotation: Annotation, forecast, region }, announced);
};
