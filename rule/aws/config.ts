import {
  type ComplianceType,
  type ConfigServiceClient,
  DescribeConfigRulesCommand,
  type Evaluation,
  PutEvaluationsCommand,
  paginateDescribeConfigRules,
  paginateGetComplianceDetailsByConfigRule,
  paginateGetComplianceDetailsByResource,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { InvalidResponseError, parse, responseOf, Text, textUpTo } from '../input/parse.ts';
import { inBatches, nameSome } from './batches.ts';

/** The resource type that the rules evaluate. */
export const RESOURCE_TYPE = 'AWS::IAM::User';

/** The result of a user that AWS Config has recorded. */
export type RecordedResult = {
  readonly ComplianceType: ComplianceType;
  readonly Annotation?: string | undefined;
  readonly OrderingTimestamp: Date;
  readonly ResultRecordedTime?: Date | undefined;
};

/** The recorded results of a rule, by user id. */
export type RecordedResults = ReadonlyMap<string, RecordedResult>;

/**
 * The maximum number of evaluations in a PutEvaluations call.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html
 */
const MAXIMUM_EVALUATIONS = 100;

/** The maximum number of results on a page of GetComplianceDetailsByConfigRule. */
const PAGE_SIZE = 100;

/** The result token that the AWS Config developer tools send. Such results are not stored. */
const TEST_TOKEN = 'TESTMODE';

/** Tells whether the invocation is a test. A test stores no results, and its rule may not exist. */
export const isTest = (resultToken: string): boolean => resultToken === TEST_TOKEN;

/** The compliance types of recorded results. AWS Config does not record NOT_APPLICABLE. */
const RECORDED_TYPES = ['COMPLIANT', 'NON_COMPLIANT'] as const;

const Result = v.object({
  EvaluationResultIdentifier: v.object({
    EvaluationResultQualifier: v.object({
      ConfigRuleName: v.optional(Text),
      ResourceType: Text,
      ResourceId: textUpTo(768),
    }),
    OrderingTimestamp: v.date(),
  }),
  ComplianceType: v.picklist(RECORDED_TYPES),
  Annotation: v.optional(v.string()),
  ResultRecordedTime: v.optional(v.date()),
});

const ResultsPage = v.object({ EvaluationResults: v.optional(v.array(Result)) });

/**
 * A response has no list of recorded results. The list is optional in the API model, but an empty list is expected for a
 * rule without results, so that the recorded results are unknown.
 */
export class MissingResultsError extends Error {
  override readonly name = 'MissingResultsError';
}

const Rule = v.object({
  ConfigRuleName: textUpTo(128),
  InputParameters: v.optional(v.string()),
});
const Rules = v.object({ ConfigRules: v.optional(v.array(Rule), []) });
const RuleArns = v.object({ ConfigRules: v.array(v.object({ ConfigRuleArn: Text })) });

const PutEvaluationsResponse = v.object({
  FailedEvaluations: v.optional(v.array(v.object({ ComplianceResourceId: Text })), []),
});

/** Config accepted the call but refused some of its evaluations. */
export class FailedEvaluationsError extends Error {
  override readonly name = 'FailedEvaluationsError';
}

const resultsIn = (page: unknown, operation: string) => {
  const { EvaluationResults } = parse(ResultsPage, page, responseOf(operation));
  if (EvaluationResults === undefined)
    throw new MissingResultsError(`${operation}: expected EvaluationResults, got none`);
  return EvaluationResults.map((result) => {
    const { EvaluationResultQualifier, OrderingTimestamp } = result.EvaluationResultIdentifier;
    const { EvaluationResultIdentifier: _, ...own } = result;
    const recorded: RecordedResult = { ...own, OrderingTimestamp };
    return { ...EvaluationResultQualifier, recorded };
  });
};

/**
 * Reads a rule by its name.
 *
 * @throws {InvalidResponseError} if Config returns another rule or none
 */
const describeRule = async (client: ConfigServiceClient, ConfigRuleName: string) => {
  const response = await client.send(
    new DescribeConfigRulesCommand({ ConfigRuleNames: [ConfigRuleName] }),
  );
  const [rule] = parse(Rules, response, responseOf('DescribeConfigRules')).ConfigRules;
  if (rule?.ConfigRuleName === ConfigRuleName) return rule;
  throw new InvalidResponseError(
    `DescribeConfigRules: expected the rule ${ConfigRuleName}, got ${rule?.ConfigRuleName ?? 'none'}`,
  );
};

/**
 * Reads the recorded results of all users of a rule.
 *
 * @throws {NoSuchConfigRuleException} if the rule does not exist
 */
const readResults = async (
  client: ConfigServiceClient,
  ConfigRuleName: string,
): Promise<RecordedResults> => {
  const input = { ConfigRuleName, ComplianceTypes: [...RECORDED_TYPES], Limit: PAGE_SIZE };
  const results = new Map<string, RecordedResult>();
  for await (const page of paginateGetComplianceDetailsByConfigRule({ client }, input))
    for (const result of resultsIn(page, 'GetComplianceDetailsByConfigRule'))
      if (result.ResourceType === RESOURCE_TYPE) results.set(result.ResourceId, result.recorded);
  return results;
};

/** Reads the recorded result of one user, or undefined if it has none. */
const readResult = async (
  client: ConfigServiceClient,
  ConfigRuleName: string,
  ResourceId: string,
): Promise<RecordedResult | undefined> => {
  const ComplianceTypes = [...RECORDED_TYPES];
  const input = { ResourceType: RESOURCE_TYPE, ResourceId, ComplianceTypes };
  for await (const page of paginateGetComplianceDetailsByResource({ client }, input)) {
    const results = resultsIn(page, 'GetComplianceDetailsByResource');
    const found = results.find((result) => result.ConfigRuleName === ConfigRuleName);
    if (found !== undefined) return found.recorded;
  }
  return undefined;
};

/** Reads the ARNs of all rules. A rule that was deleted and created again has another ARN. */
const readRuleArns = async (client: ConfigServiceClient): Promise<ReadonlySet<string>> => {
  const arns = new Set<string>();
  for await (const page of paginateDescribeConfigRules({ client }, {}))
    for (const rule of parse(RuleArns, page, responseOf('DescribeConfigRules')).ConfigRules)
      arns.add(rule.ConfigRuleArn);
  return arns;
};

/** What one invocation reports to Config. */
type Report = { readonly evaluations: readonly Evaluation[]; readonly ResultToken: string };

/**
 * Reports evaluations, 100 per call. Makes at least one call, because Config expects a report for each invocation.
 *
 * @param timeUp  no further call begins after it aborts
 * @throws {FailedEvaluationsError} after the last call, if Config refused evaluations
 */
const putEvaluations = async (
  client: ConfigServiceClient,
  { evaluations, ResultToken }: Report,
  timeUp?: AbortSignal,
): Promise<void> => {
  const refused: string[] = [];
  const batches = inBatches(evaluations, MAXIMUM_EVALUATIONS);
  for (const Evaluations of batches.length > 0 ? batches : [[]]) {
    timeUp?.throwIfAborted();
    const TestMode = isTest(ResultToken);
    const response = await client.send(
      new PutEvaluationsCommand({ Evaluations, ResultToken, TestMode }),
    );
    const { FailedEvaluations } = parse(
      PutEvaluationsResponse,
      response,
      responseOf('PutEvaluations'),
    );
    refused.push(...FailedEvaluations.map(({ ComplianceResourceId }) => ComplianceResourceId));
  }
  if (refused.length === 0) return;
  throw new FailedEvaluationsError(
    `PutEvaluations: expected ${evaluations.length} evaluations to be accepted, got ${refused.length} refused: ${nameSome(refused)}`,
  );
};

/** Creates the AWS Config calls of the functions. Every response is validated. */
export const createConfig = (client: ConfigServiceClient) => ({
  readResults: (ConfigRuleName: string) => readResults(client, ConfigRuleName),
  readResult: (ConfigRuleName: string, UserId: string) =>
    readResult(client, ConfigRuleName, UserId),
  /** Reads the current InputParameters of a rule, or undefined if it has none. */
  getInputParameters: async (ConfigRuleName: string) =>
    (await describeRule(client, ConfigRuleName)).InputParameters,
  readRuleArns: () => readRuleArns(client),
  putEvaluations: (evaluations: readonly Evaluation[], ResultToken: string, timeUp?: AbortSignal) =>
    putEvaluations(client, { evaluations, ResultToken }, timeUp),
  /**
   * Starts an evaluation of at most 25 rules. Config allows one start per minute for each rule.
   *
   * @throws {LimitExceededException} if the last start was less than a minute ago, or an evaluation is in progress
   * @throws {ResourceInUseException} if a rule is being evaluated, updated or deleted
   * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html
   */
  startEvaluation: async (ConfigRuleNames: readonly string[]): Promise<void> => {
    await client.send(
      new StartConfigRulesEvaluationCommand({ ConfigRuleNames: [...ConfigRuleNames] }),
    );
  },
});

/** The AWS Config calls that the functions make. */
export type Config = ReturnType<typeof createConfig>;
