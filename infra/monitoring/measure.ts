import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnConfigRule } from 'aws-cdk-lib/aws-config';
import { type MetricName, NAMESPACE } from '../../rule/log/metrics.ts';

/** The calls of a sweep, in their order, tags where one exempts; each has a metric of its name. */
export const CALLS_OF_SWEEP = [
  'GetComplianceDetailsByConfigRule',
  'ListUsers',
  'ListAccessKeys',
  'LookupEvents',
  'ListUserTags',
  'GetAccessKeyLastUsed',
  'PutEvaluations',
] as const;

/** How a metric is shown. */
type Shown = { readonly statistic?: string; readonly period?: Duration; readonly label?: string };

/** Gives the metrics that our functions write of these rules together: by default their sum over five minutes. */
export const measureOf =
  (configRules: readonly CfnConfigRule[]) =>
  (metricName: MetricName | (typeof CALLS_OF_SWEEP)[number], shown: Shown = {}): Metric =>
    new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { ConfigRuleName: configRules.map(({ ref }) => ref).join() },
      statistic: Stats.SUM,
      ...shown,
    });
