import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { operation } from '../dispatch.ts';
import type { Work } from '../work.ts';
import type { Deliveries } from './deliveries.ts';
import { ConfigRuleNames } from './members.ts';
import type { LocalRule, Rules } from './rules.ts';

/** What a start needs: the rules, the clock, and who does the evaluation behind the caller's back. */
type StartDeps = {
  readonly now: () => Date;
  readonly rules: Rules;
  readonly deliveries: Deliveries;
  readonly work: Work;
};

const refuseTooEarly = (rule: LocalRule, at: Date) => {
  const sinceStart = at.getTime() - (rule.startedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (rule.evaluationsUnderWay === 0 && sinceStart >= 60_000) return;
  const name = rule.properties.ConfigRuleName;
  const message = `${name} is being evaluated, or was started less than a minute ago`;
  throw new ServiceError('LimitExceededException', message);
};

/**
 * StartConfigRulesEvaluation: each rule once a minute, and never while an evaluation of it runs.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
 */
export const startConfigRulesEvaluation = ({ now, rules, deliveries, work }: StartDeps) =>
  operation(
    v.strictObject({ ConfigRuleNames: v.pipe(ConfigRuleNames, v.minLength(1)) }),
    (input) => {
      const at = now();
      const chosen = [...new Set(input.ConfigRuleNames.map(rules.named))];
      for (const rule of chosen) refuseTooEarly(rule, at);
      for (const rule of chosen) {
        rule.startedAt = at;
        work.begin(() => deliveries.evaluate(rule));
      }
      return {};
    },
  );
