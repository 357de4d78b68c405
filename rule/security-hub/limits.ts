/**
 * How much the AWS Security Finding Format holds: characters of texts, items of lists.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
export const LIMITS = {
  Title: 256,
  Description: 1024,
  RecommendationText: 512,
  ProductFieldValue: 2048,
  ResourceId: 512,
  Resources: 32,
  RelatedRequirements: 32,
} as const;

/** Cuts a text that is longer than its member may be, visibly. */
export const cut = (
  text: string,
  member: 'Title' | 'Description' | 'RecommendationText' | 'ProductFieldValue',
): string => (text.length <= LIMITS[member] ? text : `${text.slice(0, LIMITS[member] - 3)}...`);
