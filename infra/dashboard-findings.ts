import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type GraphWidgetProps, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { SecurityHubFindings } from './security-hub-findings.ts';

const HOURLY = { period: Duration.hours(1) };

const graph = (title: string, props: GraphWidgetProps): IWidget =>
  new GraphWidget({ title, width: 12, height: 6, leftYAxis: { min: 0 }, ...props });

/** What Security Hub was told, and what it could not be told. */
export const findingsRow = ({ teller, deadLetterQueue }: SecurityHubFindings): IWidget[] => [
  graph('Findings told to Security Hub', {
    left: [
      teller.measure('FindingsImported', { ...HOURLY, label: 'violations' }),
      teller.measure('FindingsArchived', { ...HOURLY, label: 'over, archived' }),
    ],
  }),
  graph('Findings that could not be told', {
    left: [
      teller.function.metricErrors({ ...HOURLY, label: 'errors' }),
      deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
    ],
  }),
];
