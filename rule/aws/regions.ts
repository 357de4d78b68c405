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

/** Returns the Region that records the IAM events of a Region's partition, or undefined if AWS does not document it. */
export const iamRegionOf = (region: string): string | undefined => {
  if (UNDOCUMENTED.test(region)) return undefined;
  const partition = PARTITIONS.find(([start]) => start.test(region))?.[1] ?? 'aws';
  return IAM_REGIONS[partition];
};

/**
 * The Regions in which AWS Config has no remediation: AWS GovCloud (US). Users start the runbooks with a command there.
 *
 * @see https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-config.html
 */
export const WITHOUT_REMEDIATION: readonly string[] = ['us-gov-west-1', 'us-gov-east-1'];

/** Tells whether AWS Config offers remediation in the Region. */
export const remediatesIn = (region: string): boolean => !WITHOUT_REMEDIATION.includes(region);
