import { IAM_REGIONS } from '../../../rule/aws/regions.ts';

const partitionOf = (region: string) => {
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('cn-') ? 'aws-cn' : 'aws';
};

/**
 * Where CloudTrail records what is done to IAM: one Region of the partition that a Region belongs to.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const iamRegionOf = (region: string): string => {
  const iamRegion = IAM_REGIONS[partitionOf(region)];
  if (iamRegion === undefined) throw new Error(`expected a Region of AWS, got ${region}`);
  return iamRegion;
};
