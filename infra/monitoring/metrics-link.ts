import { Aws, CfnCondition, Fn } from 'aws-cdk-lib';
import { CfnLink } from 'aws-cdk-lib/aws-oam';
import { Construct } from 'constructs';
import { NAMESPACE } from '../../rule/log/metrics.ts';

export type MetricsLinkProps = {
  /** The ARN of the sink in the monitoring account, which may be a CDK token. */
  readonly sinkArn: string;
};

/** Returns the account in an ARN, or `none` for an empty text, the value of a template parameter that is not set. */
const accountIn = (arn: string): string =>
  Fn.select(4, Fn.split(':', Fn.join('', [arn, '::::none'])));

/**
 * Shares the metrics of the rules with the account of a sink.
 *
 * The account of the sink itself gets no link. An account has one link per sink; CloudFormation refuses a second.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
 */
export class MetricsLink extends Construct {
  constructor(scope: Construct, id: string, { sinkArn }: MetricsLinkProps) {
    super(scope, id);
    const isOtherAccount = new CfnCondition(this, 'IsAnotherAccount', {
      expression: Fn.conditionNot(Fn.conditionEquals(Aws.ACCOUNT_ID, accountIn(sinkArn))),
    });
    const link = new CfnLink(this, 'Link', {
      sinkIdentifier: sinkArn,
      resourceTypes: ['AWS::CloudWatch::Metric'],
      linkConfiguration: { metricConfiguration: { filter: `Namespace = '${NAMESPACE}'` } },
      labelTemplate: '$AccountName',
    });
    link.cfnOptions.condition = isOtherAccount;
  }
}
