/** The CloudWatch namespace of the metric. */
export const NAMESPACE = 'IamUserSingleAccessKey';

/**
 * The only metric: 1 for each sweep that succeeded, 0 for each that failed, by the dimension `ConfigRuleName`. It has no
 * value if the event or the parameters are invalid. An alarm watches it. CloudWatch bills each metric, so every other
 * number is only a field of the log line.
 */
export const METRIC_OF_SWEEPS = 'SuccessfulSweeps';

/**
 * Returns the member that makes CloudWatch extract the metric from the log line of a sweep (embedded metric format).
 *
 * @param Timestamp  milliseconds since 1970
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const sweepMetric = (Timestamp: number) => ({
  _aws: {
    Timestamp,
    CloudWatchMetrics: [
      {
        Namespace: NAMESPACE,
        Dimensions: [['ConfigRuleName']],
        Metrics: [{ Name: METRIC_OF_SWEEPS, Unit: 'Count' }],
      },
    ],
  },
});
