import {
  type ConfigServiceClient,
  type Evaluation,
  PutEvaluationsCommand,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { answerOf } from '../input/answer.ts';
import { parse, Text } from '../input/parse.ts';
import { inBatches, nameSome } from './batches.ts';
import { createReadResults } from './read-results.ts';
import { createReadRules } from './read-rules.ts';

/**
 * Evaluations that one PutEvaluations takes.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html
 */
const MAXIMUM_EVALUATIONS = 100;

/** The token with which the Config rule developer tools ask for a trial that stores nothing. */
const TEST_TOKEN = 'TESTMODE';

/** The run that was given this token is a trial: it stores nothing, and its rule need not exist. */
export const isTrial = (resultToken: string): boolean => resultToken === TEST_TOKEN;

const PutEvaluationsAnswer = v.object({
  FailedEvaluations: v.optional(v.array(v.object({ ComplianceResourceId: Text })), []),
});

/** Config took the call but not every evaluation in it. */
export class FailedEvaluationsError extends Error {
  override readonly name = 'FailedEvaluationsError';
}

/** What is written to and read from AWS Config. */
export const createConfig = (client: ConfigServiceClient) => ({
  ...createReadResults(client),
  ...createReadRules(client),

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
    const ids: string[] = [];
    const batches = inBatches(evaluations, MAXIMUM_EVALUATIONS);
    // An invocation that reports nothing still answers Config, with an empty batch.
    for (const Evaluations of batches.length > 0 ? batches : [[]]) {
      timeUp?.throwIfAborted();
      const TestMode = isTrial(ResultToken);
      const command = new PutEvaluationsCommand({ Evaluations, ResultToken, TestMode });
      const what = answerOf('PutEvaluations');
      const { FailedEvaluations } = parse(PutEvaluationsAnswer, await client.send(command), what);
      for (const { ComplianceResourceId } of FailedEvaluations) ids.push(ComplianceResourceId);
    }
    if (ids.length === 0) return;
    throw new FailedEvaluationsError(
      `PutEvaluations: expected ${evaluations.length} evaluations to be taken, got ${ids.length} refused: ${nameSome(ids)}`,
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
});

/** AWS Config, as far as it is written and read. */
export type Config = ReturnType<typeof createConfig>;
