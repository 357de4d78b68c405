import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import { ComplianceType, type Evaluations, type StoredResult } from './results.ts';
import {
  ConfigRuleNames,
  invalidNextToken,
  Limit,
  type LocalRule,
  NextToken,
  type Rules,
  text,
} from './rules.ts';

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

/** Where compliance is read from; a page holds at most `pageSize` items, whatever was asked for. */
export type ComplianceDeps = {
  readonly rules: Rules;
  readonly evaluations: Evaluations;
  readonly pageSize: number;
};

/** Which results are wanted; none named, all are. */
export const ComplianceTypes = v.optional(v.pipe(v.array(ComplianceType), v.maxLength(3)), []);

/** AWS Config counts the resources behind a NON_COMPLIANT rule no further. */
const CONTRIBUTOR_CAP = 25;

/** A result as the API has it. */
export const toEvaluationResult = (rule: LocalRule, result: StoredResult) => ({
  EvaluationResultIdentifier: {
    EvaluationResultQualifier: {
      ConfigRuleName: rule.properties.ConfigRuleName,
      ResourceType: result.ComplianceResourceType,
      ResourceId: result.ComplianceResourceId,
      EvaluationMode: 'DETECTIVE',
    },
    OrderingTimestamp: result.OrderingTimestamp,
  },
  ComplianceType: result.ComplianceType,
  ResultRecordedTime: result.ResultRecordedTime,
  ConfigRuleInvokedTime: result.ConfigRuleInvokedTime,
  Annotation: result.Annotation,
});

/**
 * GetComplianceDetailsByConfigRule: pages of a rule's results, 10 at a time unless told.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html
 */
export const getComplianceDetailsByConfigRule = ({
  rules,
  evaluations,
  pageSize,
}: ComplianceDeps) =>
  operation(
    v.strictObject({
      ConfigRuleName: text(1, 64),
      ComplianceTypes,
      Limit,
      NextToken,
    }),
    ({ ConfigRuleName, ComplianceTypes, Limit, NextToken }) => {
      if (ComplianceTypes.includes('INSUFFICIENT_DATA')) {
        const message = 'ComplianceTypes: INSUFFICIENT_DATA is not expected as a filter';
        throw new ServiceError('InvalidParameterValueException', message);
      }
      const rule = rules.named(ConfigRuleName);
      const page = cutPage({
        list: `GetComplianceDetailsByConfigRule ${ConfigRuleName} ${ComplianceTypes}`,
        items: evaluations
          .resultsOf(rule)
          .filter(
            (r) => ComplianceTypes.length === 0 || ComplianceTypes.includes(r.ComplianceType),
          ),
        keyOf: (result) => `${result.ComplianceResourceId} ${result.ComplianceResourceType}`,
        size: Math.min(Limit || 10, pageSize),
        marker: NextToken,
        refuse: invalidNextToken,
      });
      const EvaluationResults = page.items.map((result) => toEvaluationResult(rule, result));
      return { EvaluationResults, NextToken: page.next };
    },
  );

const complianceOf = (results: readonly StoredResult[]) => {
  const violations = results.filter((result) => result.ComplianceType === 'NON_COMPLIANT').length;
  if (violations > 0) {
    const CappedCount = Math.min(violations, CONTRIBUTOR_CAP);
    const CapExceeded = violations > CONTRIBUTOR_CAP;
    const ComplianceContributorCount = { CappedCount, CapExceeded };
    return { ComplianceType: 'NON_COMPLIANT', ComplianceContributorCount } as const;
  }
  return { ComplianceType: results.length > 0 ? 'COMPLIANT' : 'INSUFFICIENT_DATA' } as const;
};

/**
 * DescribeComplianceByConfigRule: one verdict a rule, with the number of resources that violate it.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Compliance.html
 */
export const describeComplianceByConfigRule = ({ rules, evaluations, pageSize }: ComplianceDeps) =>
  operation(
    v.strictObject({
      ConfigRuleNames: v.optional(ConfigRuleNames),
      ComplianceTypes,
      NextToken,
    }),
    ({ ConfigRuleNames, ComplianceTypes, NextToken }) => {
      const all = rules.chosen(ConfigRuleNames).map((rule) => ({
        ConfigRuleName: rule.properties.ConfigRuleName,
        Compliance: complianceOf(evaluations.resultsOf(rule)),
      }));
      const page = cutPage({
        list: `DescribeComplianceByConfigRule ${ComplianceTypes}`,
        items: all.filter(
          ({ Compliance }) =>
            ComplianceTypes.length === 0 || ComplianceTypes.includes(Compliance.ComplianceType),
        ),
        keyOf: ({ ConfigRuleName }) => ConfigRuleName,
        size: Math.min(25, pageSize),
        marker: NextToken,
        refuse: invalidNextToken,
      });
      return { ComplianceByConfigRules: page.items, NextToken: page.next };
    },
  );
