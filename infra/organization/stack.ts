import { CfnOutput, Stack, type StackProps, Tags, Validations } from 'aws-cdk-lib';
import { CfnConfigurationAggregator, CfnStoredQuery } from 'aws-cdk-lib/aws-config';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSink } from 'aws-cdk-lib/aws-oam';
import { Construct } from 'constructs';
import { requireIamRegion } from '../key-events/key-event-trigger.ts';
import { TAG } from '../stack.ts';
import { queriesOf } from './queries.ts';
import { RollUp } from './roll-up.ts';
import type { OrganizationSettings } from './settings.ts';

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

/** A stack's own properties and what the deployment decides. */
export type OrganizationStackProps = StackProps & { readonly settings: OrganizationSettings };

/** Metrics are shared within a Region, and the accounts get their stack in one: that of IAM. */
export const needOfOrganization = (regions: string): string =>
  `an organization is deployed to from the Region that its accounts get their stack in, that of IAM: ${regions}`;

/**
 * What the administrator account has to see the organization: an aggregator, queries, a sink for metrics, a dashboard.
 *
 * @throws {WrongRegionError} outside the Region of IAM
 */
export class OrganizationStack extends Stack {
  /** The sink that the accounts link to, or nothing where they share their metrics already. */
  readonly sinkArn: string | undefined;

  constructor(scope: Construct, id: string, { settings, ...props }: OrganizationStackProps) {
    super(scope, id, {
      description: 'The organization by iam-user-single-access-key: aggregator, queries, dashboard',
      ...props,
    });
    requireIamRegion(this, needOfOrganization);
    Tags.of(this).add(TAG.key, TAG.value, {
      // CloudFormation learned of their tags only lately.
      excludeResourceTypes: ['AWS::CloudWatch::Dashboard'],
    });
    const aggregatorName = settings.aggregatorName ?? new Aggregator(this, 'Aggregator').name;
    for (const { name: queryName, description, expression } of queriesOf(settings))
      new CfnStoredQuery(this, queryName, {
        queryName,
        queryDescription: description,
        queryExpression: expression,
      });
    this.sinkArn = this.findSink(settings);
    const { dashboardName } = new RollUp(this, 'RollUp', settings);

    const add = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    add('AggregatorName', 'The aggregator that the queries are asked of', aggregatorName);
    add('DashboardName', 'The CloudWatch dashboard of all accounts', dashboardName);
    add(
      'SourcesCommand',
      'The accounts that the aggregator has no current data of',
      `aws configservice describe-configuration-aggregator-sources-status --region ${this.region} --configuration-aggregator-name ${aggregatorName} --update-status FAILED OUTDATED`,
    );
    if (this.sinkArn !== undefined)
      add('SinkArn', 'Where the accounts share their metrics', this.sinkArn);
  }

  private findSink({ linkMetrics, organizationId, monitoringSinkArn }: OrganizationSettings) {
    if (!linkMetrics) return undefined;
    if (monitoringSinkArn !== undefined || organizationId === undefined) return monitoringSinkArn;
    return new Sink(this, 'Sink', { organizationId }).arn;
  }
}
