import { randomUUID } from 'node:crypto';
import type { BridgedEvent } from '../events/rules.ts';
import type { StoredResult } from './results.ts';
import type { LocalRule } from './rules.ts';

const toEvaluationResult = ({ properties }: LocalRule, result: StoredResult) => ({
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
  { accountId, region }: { readonly accountId: string; readonly region: string },
): BridgedEvent => {
  const time = result.ResultRecordedTime.toISOString();
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Config Rules Compliance Change',
    source: 'aws.config',
    account: accountId,
    time: `${time.slice(0, 19)}Z`,
    region,
    resources: [],
    detail: {
      resourceId: result.ComplianceResourceId,
      awsRegion: region,
      awsAccountId: accountId,
      configRuleName: rule.properties.ConfigRuleName,
      recordVersion: '1.0',
      configRuleARN: rule.ConfigRuleArn,
      messageType: 'ComplianceChangeNotification',
      newEvaluationResult: toEvaluationResult(rule, result),
      ...(before && { oldEvaluationResult: toEvaluationResult(rule, before) }),
      notificationCreationTime: time,
      resourceType: result.ComplianceResourceType,
    },
  };
};
