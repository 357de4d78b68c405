/** Where CloudWatch keeps the metrics. */
export const NAMESPACE = 'IamUserSingleAccessKey';

/**
 * What is measured, by name; every metric has the dimension `ConfigRuleName`.
 *
 * Of a sweep:
 *   `SuccessfulSweeps`   1, or 0 when it failed; none when event or parameters cannot be read
 *   `Duration`           of the whole run; `Throttles`, attempts that a service refused as too many
 *   beside these, a count for each API by its own name, such as `ListAccessKeys`: attempts, retries included
 * Of a sweep that succeeded:
 *   `Users`              users evaluated, `Violations` those that are NON_COMPLIANT, `Exempt` those that only a tag
 *                        allows their keys
 *   `ResultsSent`        results reported, which Config bills
 * Of a plan of the runbook: `Plans`, 1; `Refusals`, 1 or 0.
 * Of a batch of key events, which counts again when it was put off and comes again:
 *   `KeyEvents`          events that were read, `PoisonedEvents` those that cannot be
 *   `EvaluationsStarted` 1 when an evaluation was started, `PutOff` 1 when Config would not start one yet
 *   `HeldBack`           1 when an evaluation would cost too much
 *   `EventToEvaluation`  from the oldest event to the start of its evaluation
 * Of a run of the findings: `FindingsImported`, violations that Security Hub was told; `FindingsArchived`, those that are over
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
  PoisonedEvents: 'Count',
  EvaluationsStarted: 'Count',
  PutOff: 'Count',
  HeldBack: 'Count',
  EventToEvaluation: 'Milliseconds',
  FindingsImported: 'Count',
  FindingsArchived: 'Count',
} as const;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

const unitOf = (name: string): string =>
  Object.hasOwn(METRICS, name) ? METRICS[name as MetricName] : 'Count';

/**
 * The member that makes a log line a source of metrics too, in CloudWatch's embedded metric format.
 *
 * @param names      members of the line that are metrics, 100 at most
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
