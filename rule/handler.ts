import type { Evaluation } from '@aws-sdk/client-config-service';
import { evaluateChange } from './change.ts';
import type { Config } from './config.ts';
import { type ConfigRuleEvent, parseConfigRuleEvent } from './event.ts';
import type { Iam } from './iam.ts';
import { describeError, type LogRun } from './log.ts';
import { parseRuleParameters } from './parameters.ts';
import { type Sweep, sweepAccount } from './sweep.ts';

/** What an invocation reads from, reports to and logs with. */
export type Dependencies = {
  readonly iam: Iam;
  readonly config: Pick<Config, 'putEvaluations'>;
  readonly logRun: LogRun;
};

/** What Lambda tells of an invocation, as far as the rule asks; elsewhere nobody may tell. */
type Context = { readonly getRemainingTimeInMillis?: () => number };

const evaluate = async (event: ConfigRuleEvent, iam: Iam, context: Context): Promise<Sweep> => {
  const parameters = parseRuleParameters(event.ruleParameters);
  const evaluation = { iam, parameters, at: event.orderingTimestamp };
  const { configurationItem, eventLeftScope } = event;
  const remainingTime = () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  if (configurationItem === undefined) return sweepAccount({ ...evaluation, remainingTime });
  const result = await evaluateChange(configurationItem, eventLeftScope, evaluation);
  return { evaluations: [result], failures: [] };
};

const countViolations = (evaluations: readonly Evaluation[]): number =>
  evaluations.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT').length;

/**
 * One invocation of the rule: parse → read → evaluate → report.
 *
 * Whatever fails is thrown, so that Lambda tries again and at last tells its dead-letter queue.
 */
export const createHandler =
  ({ iam, config, logRun }: Dependencies) =>
  (event: unknown, context: Context = {}): Promise<void> =>
    logRun('evaluated', async (counts) => {
      const ruleEvent = parseConfigRuleEvent(event);
      const { configRuleName, messageType, resultToken } = ruleEvent;
      Object.assign(counts, { configRuleName, messageType });
      const { evaluations, failures } = await evaluate(ruleEvent, iam, context);
      const violations = countViolations(evaluations);
      Object.assign(counts, { users: evaluations.length, violations });
      const [failure] = failures;
      if (failure !== undefined)
        Object.assign(counts, { failures: failures.length, firstFailure: describeError(failure) });
      // A sweep that failed before its first user has nothing to say; an empty report would say "done".
      if (failure === undefined || evaluations.length > 0)
        await config.putEvaluations(evaluations, resultToken);
      if (failure !== undefined) throw failure;
    });
