import { CfnLink } from 'aws-cdk-lib/aws-oam';
import { Construct } from 'constructs';
import { NAMESPACE } from '../rule/metrics.ts';

/** The sink of the account that watches; a CDK token is welcome. */
export type MetricsLinkProps = { readonly sinkArn: string };

/**
 * Shares the metrics of the rules, and nothing else of this account, with the account that the sink is in.
 *
 * An account has one link to a sink: where it has one already, CloudFormation refuses a second.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
 */
export class MetricsLink extends Construct {
  constructor(scope: Construct, id: string, { sinkArn }: MetricsLinkProps) {
    super(scope, id);
    new CfnLink(this, 'Link', {
      sinkIdentifier: sinkArn,
      resourceTypes: ['AWS::CloudWatch::Metric'],
      linkConfiguration: { metricConfiguration: { filter: `Namespace = '${NAMESPACE}'` } },
      labelTemplate: '$AccountName',
    });
  }
}
