import {
  type ConfigServiceClient,
  GetComplianceDetailsByConfigRuleCommand,
  NoSuchConfigRuleException,
} from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { answerOf, type PageOf, pages } from './answer.ts';
import { RESOURCE_TYPE } from './evaluation.ts';
import type { HeldResult, HeldResults } from './held-result.ts';
import { parse, Text } from './parse.ts';

const OPERATION = 'GetComplianceDetailsByConfigRule';

/** Results asked for in a page: the most that Config gives, which may always be fewer. */
const PAGE_SIZE = 100;

const EvaluationResult = v.object({
  EvaluationResultIdentifier: v.object({
    EvaluationResultQualifier: v.object({ ResourceType: Text, ResourceId: Text }),
    OrderingTimestamp: v.date(),
  }),
  ComplianceType: v.picklist(['COMPLIANT', 'NON_COMPLIANT']),
  Annotation: v.optional(v.string()),
});
type EvaluationResult = v.InferOutput<typeof EvaluationResult>;

const ComplianceDetails = v.object({
  EvaluationResults: v.array(EvaluationResult),
  NextToken: v.optional(v.string()),
});

const readPage =
  (client: ConfigServiceClient, ConfigRuleName: string) =>
  async (NextToken: string | undefined): Promise<PageOf<readonly EvaluationResult[]>> => {
    const command = new GetComplianceDetailsByConfigRuleCommand({
      ConfigRuleName,
      ComplianceTypes: ['COMPLIANT', 'NON_COMPLIANT'],
      Limit: PAGE_SIZE,
      NextToken,
    });
    const answer = parse(ComplianceDetails, await client.send(command), answerOf(OPERATION));
    return { answer: answer.EvaluationResults, next: answer.NextToken || undefined };
  };

const toHeldResult = ({
  EvaluationResultIdentifier: { OrderingTimestamp },
  ComplianceType,
  Annotation,
}: EvaluationResult): HeldResult => ({ ComplianceType, Annotation, OrderingTimestamp });

/**
 * Reads every result that Config holds of a rule's users, page by page.
 *
 * A rule that does not exist holds none: a trial of the rule developer tools runs without one.
 */
export const createReadResults =
  (client: ConfigServiceClient) =>
  async (ConfigRuleName: string): Promise<HeldResults> => {
    const held = new Map<string, HeldResult>();
    const read = readPage(client, ConfigRuleName);
    try {
      for await (const results of pages(read, `${OPERATION}: expected the next NextToken`))
        for (const result of results) {
          const { ResourceType, ResourceId } =
            result.EvaluationResultIdentifier.EvaluationResultQualifier;
          if (ResourceType === RESOURCE_TYPE) held.set(ResourceId, toHeldResult(result));
        }
      return held;
    } catch (error) {
      if (error instanceof NoSuchConfigRuleException) return new Map();
      throw error;
    }
  };
