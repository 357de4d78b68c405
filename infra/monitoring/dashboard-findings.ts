import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { graph, HOURLY } from './dashboard-rows.ts';

/** Two to this row. */
const width = 12;

/** What Security Hub was told, and what it could not be told. */
export const findingsRow = ({ teller, deadLetterQueue }: SecurityHubFindings): IWidget[] => [
  graph('Findings told to Security Hub', {
    width,
    left: [
      teller.measure('FindingsImported', { ...HOURLY, label: 'violations' }),
      teller.measure('FindingsArchived', { ...HOURLY, label: 'over, archived' }),
    ],
  }),
  graph('Findings that could not be told', {
    width,
    left: [
      teller.function.metricErrors({ ...HOURLY, label: 'errors' }),
      deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
    ],
  }),
];
