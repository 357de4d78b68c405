import type { UserFacts } from '../evaluation/facts.ts';
import { parseRuleParameters } from '../evaluation/parameters.ts';
import type { CreateRule, Evidence } from '../evaluation/user-rule.ts';
import { countedKeys, findAllowance, tagToAskFor } from './allowance.ts';
import { findDrift, type KnownDrift, type RunbookRoles } from './drift.ts';
import { evaluateSingleAccessKey } from './single-access-key.ts';
import { standingViolation } from './standing-violation.ts';

/**
 * The rule `iam-user-single-access-key`.
 *
 * @param roles  of the runbooks, where drift is to be told: the history of keys is read when there is a violation
 */
export const singleAccessKeyRule =
  (roles?: RunbookRoles): CreateRule =>
  (inputParameters, at) => {
    const policy = { ...parseRuleParameters(inputParameters), at };
    const isViolation = (facts: UserFacts) => findAllowance(facts, policy) === undefined;
    const waits = ({ history }: Evidence) => roles !== undefined && history === undefined;
    const driftOf = ({ keys }: UserFacts, { history }: Evidence): KnownDrift => {
      if (roles === undefined || history === undefined) return undefined;
      const found = findDrift(keys, history, roles);
      return found === undefined && !history.isComplete ? 'unknown' : found;
    };
    const standing = (facts: UserFacts, evidence: Evidence) =>
      standingViolation(evidence.held, facts, { ...policy, drift: driftOf(facts, evidence) });

    return {
      at,
      refreshDays: policy.refreshDays,
      decidesByHistory: false,
      needs: (evidence) => ({
        tag: (facts) => tagToAskFor(facts, policy),
        lastUse: (facts) =>
          isViolation(facts) && !waits(evidence) && standing(facts, evidence) === undefined
            ? countedKeys(facts.keys, policy)
            : [],
      }),
      decide: (facts, evidence) => {
        if (isViolation(facts) && waits(evidence)) return undefined;
        const drift = driftOf(facts, evidence);
        return (
          standing(facts, evidence) ??
          evaluateSingleAccessKey(facts, policy, drift === 'unknown' ? undefined : drift)
        );
      },
    };
  };
