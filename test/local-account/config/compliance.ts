import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { type BridgedEvent, bridgedEvent } from '../events/rules.ts';
import { cutPage } from '../request.ts';
import { ComplianceType, type Evaluations, type StoredResult } from './results.ts';
import { invalidNextToken, Limit, type LocalRule, NextToken, type Rules, text } from './rules.ts';

/** The page size of GetComplianceDetailsByResource, which has no Limit. */
const PAGE_SIZE = 25;

type ComplianceDeps = {
  readonly rules: Rules;
  readonly evaluations: Evaluations;
  readonly pageSize: number;
};

/** Schema of the compliance types to return; an empty list means all. */
const ComplianceTypes = v.optional(v.pipe(v.array(ComplianceType), v.maxLength(3)), []);

/** Whether a result has one of these compliance types. */
const hasType = (types: readonly string[], { ComplianceType }: StoredResult) =>
  types.length === 0 || types.includes(ComplianceType);

const toEvaluationResult = (rule: LocalRule, result: StoredResult) => ({
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
 * GetComplianceDetailsByConfigRule: returns the results of a rule, by default 10 per page.
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
        items: evaluations.resultsOf(rule).filter((result) => hasType(ComplianceTypes, result)),
        keyOf: (result) => `${result.ComplianceResourceId} ${result.ComplianceResourceType}`,
        size: Math.min(Limit || 10, pageSize),
        marker: NextToken,
        refuse: invalidNextToken,
      });
      const EvaluationResults = page.items.map((result) => toEvaluationResult(rule, result));
      return { EvaluationResults, NextToken: page.next };
    },
  );

/**
 * GetComplianceDetailsByResource: returns the results of every rule for one resource.
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
              hasType(ComplianceTypes, result),
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

const toEventResult = ({ properties }: LocalRule, result: StoredResult) => ({
  evaluationResultIdentifier: {
    evaluationResultQualifier: {
      configRuleName: properties.ConfigRuleName,
      resourceType: result.ComplianceResourceType,
      resourceId: result.ComplianceResourceId,
    },
    orderingTimestamp: result.OrderingTimestamp.toISOString(),
  },
  complianceType: result.ComplianceType,
  resultRecordedTime: result.ResultRecordedTime.toISOString(),
  configRuleInvokedTime: result.ConfigRuleInvokedTime.toISOString(),
  annotation: result.Annotation ?? null,
});

/** A changed result and the result before it, if there was one. */
type Change = {
  readonly rule: LocalRule;
  readonly result: StoredResult;
  readonly before: StoredResult | undefined;
};

/**
 * Returns the event that AWS Config sends to EventBridge when the compliance of a resource changes.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
 */
export const complianceChangeEvent = (
  { rule, result, before }: Change,
  account: { readonly accountId: string; readonly region: string },
): BridgedEvent => {
  const detail = {
    resourceId: result.ComplianceResourceId,
    awsRegion: account.region,
    awsAccountId: account.accountId,
    configRuleName: rule.properties.ConfigRuleName,
    recordVersion: '1.0',
    configRuleARN: rule.ConfigRuleArn,
    messageType: 'ComplianceChangeNotification',
    newEvaluationResult: toEventResult(rule, result),
    ...(before && { oldEvaluationResult: toEventResult(rule, before) }),
    notificationCreationTime: result.ResultRecordedTime.toISOString(),
    resourceType: result.ComplianceResourceType,
  };
  const own = { 'detail-type': 'Config Rules Compliance Change', source: 'aws.config', detail };
  return bridgedEvent(own, account, result.ResultRecordedTime);
};
