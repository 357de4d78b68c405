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
