import { Aws, CfnCondition, Fn } from 'aws-cdk-lib';
import { CfnLink } from 'aws-cdk-lib/aws-oam';
import { Construct } from 'constructs';
import { NAMESPACE } from '../../rule/log/metrics.ts';

/** The sink of the account that watches; a CDK token is welcome. */
export type MetricsLinkProps = { readonly sinkArn: string };

/** The account in an ARN; of an empty text, as a parameter that is not given has it, none. */
const accountIn = (arn: string): string =>
  Fn.select(4, Fn.split(':', Fn.join('', [arn, '::::none'])));

/**
 * Shares the metrics of the rules, and nothing else of this account, with the account that the sink is in.
 *
 * The account of the sink itself gets no link, as it has nobody to share with. An account has one link to a sink: where it has one already, CloudFormation refuses a second.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
 */
export class MetricsLink extends Construct {
  constructor(scope: Construct, id: string, { sinkArn }: MetricsLinkProps) {
    super(scope, id);
    const isAnother = new CfnCondition(this, 'IsAnotherAccount', {
      expression: Fn.conditionNot(Fn.conditionEquals(Aws.ACCOUNT_ID, accountIn(sinkArn))),
    });
    const link = new CfnLink(this, 'Link', {
      sinkIdentifier: sinkArn,
      resourceTypes: ['AWS::CloudWatch::Metric'],
      linkConfiguration: { metricConfiguration: { filter: `Namespace = '${NAMESPACE}'` } },
      labelTemplate: '$AccountName',
    });
    link.cfnOptions.condition = isAnother;
  }
}
