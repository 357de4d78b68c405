import { CfnSink } from 'aws-cdk-lib/aws-oam';
import { Construct } from 'constructs';

/** Whose accounts may link. */
export type SinkProps = { readonly organizationId: string };

/**
 * Where the accounts of one organization may share metrics, and metrics only. An account has one sink in a Region: where
 * there is one already, CloudFormation refuses a second.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account-Setup.html
 */
export class Sink extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { organizationId }: SinkProps) {
    super(scope, id);
    this.arn = new CfnSink(this, 'Sink', {
      name: 'iam-user-single-access-key',
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: ['oam:CreateLink', 'oam:UpdateLink'],
            Resource: '*',
            Condition: {
              StringEquals: { 'aws:PrincipalOrgID': organizationId },
              'ForAllValues:StringEquals': { 'oam:ResourceTypes': ['AWS::CloudWatch::Metric'] },
            },
          },
        ],
      },
    }).attrArn;
  }
}
