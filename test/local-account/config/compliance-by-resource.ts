import * as v from 'valibot';
import { operation } from '../dispatch.ts';
import { cutPage } from '../page.ts';
import { type ComplianceDeps, ComplianceTypes, toEvaluationResult } from './compliance.ts';
import { invalidNextToken, NextToken, text } from './members.ts';

/** Results on a page; the API has no say in it. */
const PAGE_SIZE = 25;

/**
 * GetComplianceDetailsByResource: what every rule says of one resource.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByResource.html
 */
export const getComplianceDetailsByResource = ({ rules, evaluations, pageSize }: ComplianceDeps) =>
  operation(
    v.strictObject({
      ResourceType: text(1, 256),
      ResourceId: text(1, 768),
      ComplianceTypes,
      NextToken,
    }),
    ({ ResourceType, ResourceId, ComplianceTypes, NextToken }) => {
      const results = rules.all().flatMap((rule) =>
        evaluations
          .resultsOf(rule)
          .filter(
            (result) =>
              result.ComplianceResourceType === ResourceType &&
              result.ComplianceResourceId === ResourceId &&
              (ComplianceTypes.length === 0 || ComplianceTypes.includes(result.ComplianceType)),
          )
          .map((result) => toEvaluationResult(rule, result)),
      );
      const page = cutPage({
        list: `GetComplianceDetailsByResource ${ResourceType} ${ResourceId} ${ComplianceTypes}`,
        items: results,
        keyOf: (result) =>
          result.EvaluationResultIdentifier.EvaluationResultQualifier.ConfigRuleName,
        size: Math.min(PAGE_SIZE, pageSize),
        marker: NextToken,
        refuse: invalidNextToken,
      });
      return { EvaluationResults: page.items, NextToken: page.next };
    },
  );
