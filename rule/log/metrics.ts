/** The CloudWatch namespace of the metrics. */
export const NAMESPACE = 'IamUserSingleAccessKey';

/**
 * The metrics and their units. Every metric has the dimension `ConfigRuleName`.
 *
 * Every sweep:
 *   `SuccessfulSweeps`   1, or 0 if it failed; absent if the event or the parameters are invalid
 *   `Duration`           duration of the run
 *   `Throttles`          throttled attempts
 *   each API             attempts of an API, retries included, by its name, such as `ListAccessKeys`
 * A successful sweep:
 *   `Users`              evaluated users
 *   `Violations`         NON_COMPLIANT users
 *   `Exempt`             users that are COMPLIANT only because of their tag
 *   `ResultsSent`        reported results, which AWS Config bills
 * A plan of a runbook:
 *   `Plans`              1
 *   `Refusals`           1 if the plan refuses, else 0
 * A batch of key events; a batch that is retried counts again:
 *   `KeyEvents`          events that were read
 *   `PoisonedEvents`     events that cannot be read
 *   `EvaluationsStarted` 1 if an evaluation was started
 *   `PutOff`             1 if AWS Config did not start an evaluation yet
 *   `HeldBack`           1 if an evaluation would cost too much
 *   `EventToEvaluation`  time from the oldest event to the start of its evaluation
 * A run of the findings:
 *   `FindingsImported`   findings that were imported
 *   `FindingsArchived`   findings that were archived
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
 * Returns the member that makes CloudWatch read metrics from a log line, in the embedded metric format.
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
