import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { CfnStoredQuery } from 'aws-cdk-lib/aws-config';
import type { Construct } from 'constructs';
import { requireIamRegion } from '../key-events/iam-region.ts';
import { TAG } from '../settings/tag.ts';
import { Aggregator } from './aggregator.ts';
import { queriesOf } from './queries.ts';
import { RollUp } from './roll-up.ts';
import type { OrganizationSettings } from './settings.ts';
import { Sink } from './sink.ts';

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
    const { account } = settings;
    const aggregatorName = settings.aggregatorName ?? new Aggregator(this, 'Aggregator').name;
    for (const { name: queryName, description, expression } of queriesOf(account))
      new CfnStoredQuery(this, queryName, {
        queryName,
        queryDescription: description,
        queryExpression: expression,
      });
    this.sinkArn = this.findSink(settings);
    const { dashboardName } = new RollUp(this, 'RollUp', account);

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

  private findSink({ linkMetrics, organizationId, account }: OrganizationSettings) {
    if (!linkMetrics) return undefined;
    if (account.monitoringSinkArn !== undefined || organizationId === undefined)
      return account.monitoringSinkArn;
    return new Sink(this, 'Sink', { organizationId }).arn;
  }
}
