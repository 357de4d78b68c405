import { Stack, Validations } from 'aws-cdk-lib';
import { CfnConfigurationAggregator } from 'aws-cdk-lib/aws-config';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** What AWS Config asks of the organization; none of these knows a resource. */
const ACTIONS = [
  'organizations:DescribeOrganization',
  'organizations:ListAccounts',
  'organizations:ListAWSServiceAccessForOrganization',
  'organizations:ListDelegatedAdministrators',
];

/**
 * What AWS Config knows of every account of the organization, in one place and of this Region: to read, not to change.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSConfigRoleForOrganizations.html
 */
export class Aggregator extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'Lets AWS Config list the accounts of the organization',
      // Without a condition on the account: AWS does not say that Config names one when it assumes this role, and then
      // no aggregator could be made. The role lists accounts, nothing else.
      assumedBy: new ServicePrincipal('config.amazonaws.com'),
      // Inline, so that the role is complete when Config lists the accounts, while it makes the aggregator.
      inlinePolicies: {
        ListAccounts: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ACTIONS, resources: ['*'] })],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: `No resource type is defined for ${ACTIONS.join(' and ')}.`,
    });
    this.name = new CfnConfigurationAggregator(this, 'Aggregator', {
      organizationAggregationSource: {
        roleArn: role.roleArn,
        awsRegions: [Stack.of(this).region],
      },
    }).ref;
  }
}
