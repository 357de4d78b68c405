/**
 * The Region of the IAM control plane in each partition. IAM events are recorded there and nowhere else.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const IAM_REGIONS: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
};

/** The partitions other than `aws` by the first letters of their Regions. */
const PARTITIONS: readonly (readonly [start: RegExp, partition: string])[] = [
  [/^us-gov-/, 'aws-us-gov'],
  [/^cn-/, 'aws-cn'],
];

/** Partitions whose IAM Region AWS does not document. */
const UNDOCUMENTED = /^(us-iso|eu-iso|eusc-)/;

/** Returns the partition of a Region, or `aws` if AWS does not document it. */
export const partitionOf = (region: string): string =>
  PARTITIONS.find(([start]) => start.test(region))?.[1] ?? 'aws';

/** Returns the Region that records the IAM events of a Region's partition, or undefined if AWS does not document it. */
export const iamRegionOf = (region: string): string | undefined => {
  if (UNDOCUMENTED.test(region)) return undefined;
  return IAM_REGIONS[partitionOf(region)];
};

/**
 * The Regions in which CloudFormation has no resource type `AWS::Config::RemediationConfiguration`, so that the rules have
 * no remediation. Operators start the runbooks with commands there. In AWS GovCloud (US), AWS Config does not remediate at all.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/resource-type-schemas.html
 * @see https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-config.html
 */
export const WITHOUT_REMEDIATION: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-central-1',
  'ca-west-1',
  'cn-northwest-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'mx-central-1',
  'us-gov-east-1',
  'us-gov-west-1',
];

/** Tells whether the rules have a remediation in the Region. */
export const remediatesIn = (region: string): boolean => !WITHOUT_REMEDIATION.includes(region);
