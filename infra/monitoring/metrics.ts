import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { type MetricName, NAMESPACE } from '../../rule/log/metrics.ts';

/** The AWS API calls of a sweep, in order. Each has a metric of the same name. */
export const SWEEP_CALLS = [
  'GetComplianceDetailsByConfigRule',
  'ListUsers',
  'ListAccessKeys',
  'LookupEvents',
  'ListUserTags',
  'ListAttachedUserPolicies',
  'GetAccessKeyLastUsed',
  'PutEvaluations',
] as const;

/** Returns a function that creates the metrics of these rules, by default as a sum over five minutes. */
export const metricsOf =
  (configRules: readonly CfnConfigRule[]) =>
  (metricName: MetricName | (typeof SWEEP_CALLS)[number], options: MetricOptions = {}): Metric =>
    new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { ConfigRuleName: configRules.map(({ ref }) => ref).join() },
      statistic: Stats.SUM,
      ...options,
    });
