import {
  type ConfigServiceClient,
  GetComplianceDetailsByConfigRuleCommand,
  GetComplianceDetailsByResourceCommand,
  NoSuchConfigRuleException,
} from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { RESOURCE_TYPE } from '../evaluation/evaluation.ts';
import type { HeldResult, HeldResults } from '../evaluation/recorded-result.ts';
import { answerOf, parse, Text, textUpTo } from '../input/parse.ts';
import { type PageOf, pages } from './pages.ts';

const BY_RULE = 'GetComplianceDetailsByConfigRule';
const BY_RESOURCE = 'GetComplianceDetailsByResource';

/** Results asked for in a page: the most that Config gives, which may always be fewer. */
const PAGE_SIZE = 100;

/** A resource that is not applicable is not held. */
const ComplianceTypes = ['COMPLIANT', 'NON_COMPLIANT'] as const;

const EvaluationResult = v.object({
  EvaluationResultIdentifier: v.object({
    EvaluationResultQualifier: v.object({
      ConfigRuleName: v.optional(Text),
      ResourceType: Text,
      ResourceId: textUpTo(768),
    }),
    OrderingTimestamp: v.date(),
  }),
  ComplianceType: v.picklist(ComplianceTypes),
  Annotation: v.optional(v.string()),
});
type EvaluationResult = v.InferOutput<typeof EvaluationResult>;

const ComplianceDetails = v.object({
  EvaluationResults: v.array(EvaluationResult),
  NextToken: v.optional(v.string()),
});

const toPage = (answer: unknown, operation: string): PageOf<readonly EvaluationResult[]> => {
  const { EvaluationResults, NextToken } = parse(ComplianceDetails, answer, answerOf(operation));
  return { answer: EvaluationResults, next: NextToken || undefined };
};

const resultsOf = async function* (
  read: (NextToken: string | undefined) => Promise<unknown>,
  operation: string,
): AsyncGenerator<EvaluationResult> {
  const readPage = async (token: string | undefined) => toPage(await read(token), operation);
  for await (const page of pages(readPage, `${operation}: expected the next NextToken`))
    yield* page;
};

const qualifierOf = ({ EvaluationResultIdentifier }: EvaluationResult) =>
  EvaluationResultIdentifier.EvaluationResultQualifier;

const toHeldResult = ({
  EvaluationResultIdentifier: { OrderingTimestamp },
  ComplianceType,
  Annotation,
}: EvaluationResult): HeldResult => ({ ComplianceType, Annotation, OrderingTimestamp });

const readRuleResults = async (
  client: ConfigServiceClient,
  ConfigRuleName: string,
): Promise<HeldResults> => {
  const input = { ConfigRuleName, ComplianceTypes: [...ComplianceTypes], Limit: PAGE_SIZE };
  const read = (NextToken: string | undefined) =>
    client.send(new GetComplianceDetailsByConfigRuleCommand({ ...input, NextToken }));
  const held = new Map<string, HeldResult>();
  for await (const result of resultsOf(read, BY_RULE)) {
    const { ResourceType, ResourceId } = qualifierOf(result);
    if (ResourceType === RESOURCE_TYPE) held.set(ResourceId, toHeldResult(result));
  }
  return held;
};

/** Reads what Config holds of a rule. */
export const createReadResults = (client: ConfigServiceClient) => ({
  /**
   * Every result of a rule's users, page by page.
   *
   * @throws {NoSuchConfigRuleException} for a rule that does not exist
   */
  readRuleResults: (ConfigRuleName: string): Promise<HeldResults> =>
    readRuleResults(client, ConfigRuleName),

  /** The same for a run of the rule itself: of a trial, which runs without a rule, nothing is held. */
  readResults: async (ConfigRuleName: string, isTrial: boolean): Promise<HeldResults> => {
    try {
      return await readRuleResults(client, ConfigRuleName);
    } catch (error) {
      if (isTrial && error instanceof NoSuchConfigRuleException) return new Map();
      throw error;
    }
  },

  /** A rule's result of one resource, or nothing when it has none. */
  readResult: async (
    ConfigRuleName: string,
    resource: { readonly type: string; readonly id: string },
  ): Promise<HeldResult | undefined> => {
    const input = { ResourceType: resource.type, ResourceId: resource.id };
    const read = (NextToken: string | undefined) =>
      client.send(
        new GetComplianceDetailsByResourceCommand({
          ...input,
          ComplianceTypes: [...ComplianceTypes],
          NextToken,
        }),
      );
    for await (const result of resultsOf(read, BY_RESOURCE))
      if (qualifierOf(result).ConfigRuleName === ConfigRuleName) return toHeldResult(result);
    return undefined;
  },
});
