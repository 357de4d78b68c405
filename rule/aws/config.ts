import {
  type ConfigServiceClient,
  DescribeConfigRulesCommand,
  type Evaluation,
  PutEvaluationsCommand,
  paginateDescribeConfigRules,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { answerOf, InvalidResponseError, parse, Text, textUpTo } from '../input/parse.ts';
import { inBatches, nameSome } from './pages.ts';
import { createReadResults } from './recorded-results.ts';

const Rule = v.object({
  ConfigRuleName: textUpTo(128),
  InputParameters: v.optional(v.string()),
});
type Rule = v.InferOutput<typeof Rule>;

const DescribeConfigRulesAnswer = v.object({ ConfigRules: v.optional(v.array(Rule), []) });

const RuleArns = v.object({ ConfigRules: v.array(v.object({ ConfigRuleArn: Text })) });

const describeRule = async (client: ConfigServiceClient, ConfigRuleName: string): Promise<Rule> => {
  const command = new DescribeConfigRulesCommand({ ConfigRuleNames: [ConfigRuleName] });
  const what = answerOf('DescribeConfigRules');
  const { ConfigRules } = parse(DescribeConfigRulesAnswer, await client.send(command), what);
  const [rule] = ConfigRules;
  if (rule?.ConfigRuleName === ConfigRuleName) return rule;
  throw new InvalidResponseError(
    `DescribeConfigRules: expected the rule ${ConfigRuleName}, got ${rule?.ConfigRuleName ?? 'none'}`,
  );
};

/** What is read of rules themselves. */
export const createReadRules = (client: ConfigServiceClient) => ({
  /**
   * The InputParameters of a rule as they are now; nothing when it has none.
   *
   * @throws {InvalidResponseError} when Config tells of another rule, or of none
   */
  getInputParameters: async (ConfigRuleName: string): Promise<string | undefined> =>
    (await describeRule(client, ConfigRuleName)).InputParameters,

  /** Reads the ARNs of all rules. A rule that was deleted and created again has another ARN. */
  readRuleArns: async (): Promise<ReadonlySet<string>> => {
    const arns: string[] = [];
    for await (const page of paginateDescribeConfigRules({ client }, {})) {
      const { ConfigRules } = parse(RuleArns, page, answerOf('DescribeConfigRules'));
      arns.push(...ConfigRules.map(({ ConfigRuleArn }) => ConfigRuleArn));
    }
    return new Set(arns);
  },
});

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
