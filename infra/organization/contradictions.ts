import { IAM_REGIONS } from '../../rule/aws/iam-regions.ts';
import { describeGiven } from '../settings/setting-schemas.ts';
import type { OrganizationSettings } from './settings.ts';

/** A link and its sink are of one Region. */
const isInIamRegion = (arn: string): boolean => {
  const [, partition = '', , region] = arn.split(':');
  return IAM_REGIONS[partition] === region;
};

/** What contradicts what, in words; empty where all settings go together. */
export const contradictionsOf = ({
  linkMetrics,
  organizationId,
  account: { monitoringSinkArn },
}: OrganizationSettings): readonly string[] => [
  ...(linkMetrics && monitoringSinkArn === undefined && organizationId === undefined
    ? [
        'organizationId must be set: the sink for metrics admits the accounts of one organization; or give monitoringSinkArn of a sink that there is, or linkMetrics=false',
      ]
    : []),
  ...(monitoringSinkArn !== undefined && !isInIamRegion(monitoringSinkArn)
    ? [
        `monitoringSinkArn must be of the Region that the accounts get their stack in, that of IAM, got ${describeGiven(monitoringSinkArn)}`,
      ]
    : []),
  ...(!linkMetrics && monitoringSinkArn !== undefined
    ? ['monitoringSinkArn must not be set with linkMetrics=false: nothing is linked to it']
    : []),
];
