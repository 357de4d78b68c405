/** Regions that AWS Config came to after February 2022. */
const WITHOUT_GLOBAL_RESOURCE_TYPES: readonly string[] = [
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'mx-central-1',
];

/**
 * AWS Config can record the global types of IAM, AWS::IAM::User among them, in this Region.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
 */
export const canRecordUsers = (region: string): boolean =>
  !WITHOUT_GLOBAL_RESOURCE_TYPES.includes(region);
