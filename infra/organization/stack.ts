import { CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnConfigurationAggregator, CfnStoredQuery } from 'aws-cdk-lib/aws-config';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireIamRegion } from '../key-events/key-event-trigger.ts';
import { tagResources } from '../stack.ts';
import { queriesOf } from './queries.ts';
import type { OrganizationSettings } from './settings.ts';

/** The actions that AWS Config calls on the organization. They do not support resource-level permissions. */
const ACTIONS = [
  'organizations:DescribeOrganization',
  'organizations:ListAccounts',
  'organizations:ListAWSServiceAccessForOrganization',
  'organizations:ListDelegatedAdministrators',
];

/**
 * An AWS Config aggregator that collects the data of all accounts of the organization in this Region.
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
      // No condition on the account: AWS does not document that Config passes one when it assumes this role. The role
      // only lists accounts.
      assumedBy: new ServicePrincipal('config.amazonaws.com'),
      // Inline, because Config lists the accounts while it creates the aggregator.
      inlinePolicies: {
        ListAccounts: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ACTIONS, resources: ['*'] })],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: `${ACTIONS.join(' and ')} do not support resource-level permissions.`,
    });
    this.name = new CfnConfigurationAggregator(this, 'Aggregator', {
      organizationAggregationSource: {
        roleArn: role.roleArn,
        awsRegions: [Stack.of(this).region],
      },
    }).ref;
  }
}

/** The properties of the stack and the settings of the organization. */
type OrganizationStackProps = StackProps & { readonly settings: OrganizationSettings };

/** Returns the error message for another Region. */
export const organizationRequirement = (regions: string): string =>
  `the stacks of an organization require the Region of IAM, in which its accounts get their stack: ${regions}`;

/**
 * The stack of the administrator account: an aggregator and stored queries.
 *
 * @throws {WrongRegionError} outside the Region of IAM
 */
export class OrganizationStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: OrganizationStackProps) {
    super(scope, id, {
      description: 'iam-user-single-access-key for an organization: aggregator and queries',
      ...props,
    });
    requireIamRegion(this, organizationRequirement);
    tagResources(this);
    const aggregatorName = settings.aggregatorName ?? new Aggregator(this, 'Aggregator').name;
    for (const { name: queryName, description, expression } of queriesOf(settings))
      new CfnStoredQuery(this, queryName, {
        queryName,
        queryDescription: description,
        queryExpression: expression,
      });

    const add = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    add('AggregatorName', 'The aggregator for the stored queries', aggregatorName);
    add(
      'SourcesCommand',
      'Lists the accounts for which the aggregator has no current data',
      `aws configservice describe-configuration-aggregator-sources-status --region ${this.region} --configuration-aggregator-name ${aggregatorName} --update-status FAILED OUTDATED`,
    );
  }
}
