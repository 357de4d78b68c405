/**
 * The Region of a partition's IAM control plane: its events are recorded there, and only there.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const IAM_REGIONS: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
};

/** How the Regions of partitions other than `aws` begin; those of nobody's knowledge have no IAM Region here. */
const PARTITIONS: readonly (readonly [RegExp, string])[] = [
  [/^us-gov-/, 'aws-us-gov'],
  [/^cn-/, 'aws-cn'],
  // Stryker disable next-line StringLiteral: any word will do that is no partition above.
  [/^(us-iso|eu-iso|eusc-)/, 'unknown'],
];

/** The Region in which the IAM events of a Region's partition are recorded, or nothing where nobody says which. */
export const iamRegionOf = (region: string): string | undefined => {
  const partition = PARTITIONS.find(([start]) => start.test(region))?.[1] ?? 'aws';
  return IAM_REGIONS[partition];
};

/**
 * Regions in which AWS Config does not remediate: those of AWS GovCloud (US), where people start the runbooks.
 *
 * Not the partition, as linters of templates know Regions.
 *
 * @see https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-config.html
 */
export const WITHOUT_REMEDIATION: readonly string[] = ['us-gov-west-1', 'us-gov-east-1'];

/** AWS Config has a Remediate button in the Region. */
export const remediatesIn = (region: string): boolean => !WITHOUT_REMEDIATION.includes(region);
