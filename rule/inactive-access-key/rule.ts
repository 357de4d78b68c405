import { NO_NEEDS, type UserFacts } from '../evaluation/facts.ts';
import { parseInactiveRuleParameters } from '../evaluation/parameters.ts';
import type { CreateRule, Evidence } from '../evaluation/user-rule.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import {
  evaluateInactiveAccessKey,
  inactiveKeys,
  inactivitiesOf,
  isTooLong,
  knownOf,
} from './inactive-access-key.ts';
import { keysToAskFor } from './inactivity.ts';

/** The rule `iam-user-inactive-access-key`. */
export const inactiveAccessKeyRule: CreateRule = (inputParameters, at) => {
  const policy = { ...parseInactiveRuleParameters(inputParameters), at };
  const judge = (facts: UserFacts, history: KeyHistory, { held }: Evidence) =>
    inactivitiesOf(facts, history, knownOf(held));

  return {
    at,
    refreshDays: policy.refreshDays,
    decidesByHistory: true,
    needs: (evidence) => {
      const { history, held } = evidence;
      if (history === undefined) return NO_NEEDS;
      return {
        tag: (facts) =>
          judge(facts, history, evidence).some((inactivity) => isTooLong(inactivity, policy))
            ? policy.exemptionTag
            : undefined,
        lastUse: (facts) => keysToAskFor(inactiveKeys(facts), history, knownOf(held)),
      };
    },
    decide: (facts, evidence) => {
      const { history } = evidence;
      if (history !== undefined)
        return evaluateInactiveAccessKey(facts, judge(facts, history, evidence), policy);
      if (inactiveKeys(facts).length > 0) return undefined;
      return evaluateInactiveAccessKey(facts, [], policy);
    },
  };
};
