/** The CloudWatch namespace of the metrics. */
export const NAMESPACE = 'IamUserSingleAccessKey';

/**
 * The metrics and their units. Every metric has the dimension `ConfigRuleName`.
 *
 * Each sweep:
 *   `SuccessfulSweeps`   1, or 0 if it failed; no value if the event or the parameters are invalid
 *   `Duration`           of the whole run; `Throttles`: attempts that a service throttled
 *   and one metric per API, such as `ListAccessKeys`: attempts, retries included
 * Each successful sweep:
 *   `Users`              evaluated users; `Violations`: the NON_COMPLIANT ones; `Exempt`: those that only a tag exempts
 *   `ResultsSent`        reported results, which AWS Config bills
 * Each plan of a runbook: `Plans`, 1; `Refusals`, 1 or 0
 * Each batch of key events; a batch that is retried counts again:
 *   `KeyEvents`          valid events; `InvalidEvents`: invalid ones
 *   `EvaluationsStarted` 1 if an evaluation was started; `StartsPostponed`: 1 if Config could not start one yet
 *   `StartsSkipped`      1 if none was started, because the account has too many users
 *   `EventToEvaluation`  time from the oldest event to the start of its evaluation
 * Each import of findings: `FindingsImported`: violations; `FindingsArchived`: resolved findings
 */
export const METRICS = {
  SuccessfulSweeps: 'Count',
  Users: 'Count',
  Violations: 'Count',
  Exempt: 'Count',
  ResultsSent: 'Count',
  Duration: 'Milliseconds',
  Throttles: 'Count',
  Plans: 'Count',
  Refusals: 'Count',
  KeyEvents: 'Count',
  InvalidEvents: 'Count',
  EvaluationsStarted: 'Count',
  StartsPostponed: 'Count',
  StartsSkipped: 'Count',
  EventToEvaluation: 'Milliseconds',
  FindingsImported: 'Count',
  FindingsArchived: 'Count',
} as const;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

const unitOf = (name: string): string =>
  Object.hasOwn(METRICS, name) ? METRICS[name as MetricName] : 'Count';

/**
 * Returns the member that makes CloudWatch extract metrics from a log line (embedded metric format).
 *
 * @param names      the members of the line that are metrics, at most 100
 * @param Timestamp  milliseconds since 1970
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const embeddedMetrics = (names: readonly string[], Timestamp: number) => ({
  _aws: {
    Timestamp,
    CloudWatchMetrics: [
      {
        Namespace: NAMESPACE,
        Dimensions: [['ConfigRuleName']],
        Metrics: names.map((Name) => ({ Name, Unit: unitOf(Name) })),
      },
    ],
  },
});
