import {
  type ConfigServiceClient,
  DescribeConfigRulesCommand,
  type Evaluation,
  PutEvaluationsCommand,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import { createReadResults } from './read-results.ts';

/**
 * Evaluations that one PutEvaluations takes.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html
 */
const MAXIMUM_EVALUATIONS = 100;

/** The token with which the Config rule developer tools ask for a trial that stores nothing. */
const TEST_TOKEN = 'TESTMODE';

/** Config took the call but not every evaluation in it. */
export class FailedEvaluationsError extends Error {
  override readonly name = 'FailedEvaluationsError';
}

const inBatches = (evaluations: readonly Evaluation[]): Evaluation[][] => {
  // An invocation that reports nothing still answers Config, with an empty batch.
  const count = Math.max(1, Math.ceil(evaluations.length / MAXIMUM_EVALUATIONS));
  return Array.from({ length: count }, (_, index) =>
    evaluations.slice(index * MAXIMUM_EVALUATIONS, (index + 1) * MAXIMUM_EVALUATIONS),
  );
};

/** What is written to and read from AWS Config. */
export const createConfig = (client: ConfigServiceClient) => ({
  ...createReadResults(client),

  /**
   * Reports every evaluation, 100 a call, at least one call.
   *
   * @param timeUp  begins no further call once it has aborted: a later one would be an older result by then
   * @throws {FailedEvaluationsError} after all batches, when Config refused single evaluations
   */
  putEvaluations: async (
    evaluations: readonly Evaluation[],
    ResultToken: string,
    timeUp?: AbortSignal,
  ): Promise<void> => {
    const failed: Evaluation[] = [];
    for (const Evaluations of inBatches(evaluations)) {
      timeUp?.throwIfAborted();
      const TestMode = ResultToken === TEST_TOKEN;
      const command = new PutEvaluationsCommand({ Evaluations, ResultToken, TestMode });
      failed.push(...((await client.send(command)).FailedEvaluations ?? []));
    }
    if (failed.length === 0) return;
    const ids = failed.slice(0, 5).map((evaluation) => evaluation.ComplianceResourceId);
    throw new FailedEvaluationsError(
      `PutEvaluations: expected ${evaluations.length} evaluations to be taken, got ${failed.length} refused: ${ids.join(', ')}`,
    );
  },

  /**
   * Has rules evaluated as a whole, at most 25; Config takes that once a minute a rule.
   *
   * @throws {LimitExceededException} too early, or an evaluation is under way
   * @throws {ResourceInUseException} a rule is being evaluated, updated or deleted
   * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
   */
  startEvaluation: async (ConfigRuleNames: readonly string[]): Promise<void> => {
    await client.send(
      new StartConfigRulesEvaluationCommand({ ConfigRuleNames: [...ConfigRuleNames] }),
    );
  },

  /** The InputParameters of a rule as they are now; nothing when it has none. */
  getInputParameters: async (ConfigRuleName: string): Promise<string | undefined> => {
    const command = new DescribeConfigRulesCommand({ ConfigRuleNames: [ConfigRuleName] });
    const rule = (await client.send(command)).ConfigRules?.[0];
    if (rule?.ConfigRuleName === ConfigRuleName) return rule.InputParameters;
    throw new Error(
      `DescribeConfigRules: expected the rule ${ConfigRuleName}, got ${rule?.ConfigRuleName ?? 'none'}`,
    );
  },
});

/** AWS Config, as far as it is written and read. */
export type Config = ReturnType<typeof createConfig>;
